"""What people change about themselves, outside every tenant."""

from __future__ import annotations

from django.db import transaction

from accounts.models import Colleague, Tenant, User
from accounts.tenancy import tenant_scope


@transaction.atomic
def change_profile(*, user: User, name: str, language: str, timezone: str, theme: str) -> User:
    """Change name, language, time zone (both may be empty) and appearance.

    The colleague that each of the person's tenants knows gets the new name too.

    Raises:
        ValidationError: a value is wrong.
    """
    renamed = name != user.name
    user.name, user.language, user.timezone, user.theme = name, language, timezone, theme
    user.full_clean(exclude=["password"])
    user.save(update_fields=["name", "language", "timezone", "theme"])
    if renamed:
        slugs = user.directory.values_list("slug", flat=True)
        for tenant in Tenant.objects.filter(slug__in=list(slugs)):
            with tenant_scope(tenant.id):
                Colleague.objects.filter(membership__user=user).update(name=str(user))
    return user
