"""People of the tests, as members of tenants."""

from __future__ import annotations

from typing import Any

from accounts.actions.tenants import add_member
from accounts.models import Membership, Tenant, User
from accounts.tenancy import tenant_scope


def make_member(tenant: Tenant, email: str, *roles: str, **fields: Any) -> Membership:
    """A member with these roles; the person is made when nobody has this address yet."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, "correct horse battery", name=email.split("@")[0])
    with tenant_scope(tenant.id):
        return add_member(user=user, roles=roles, by=None, **fields)
