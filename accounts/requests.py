"""Requests as views get them, for type annotations."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from accounts.models import Membership, Tenant, User


class PersonRequest(HttpRequest):
    """Of somebody who signed in."""

    user: User  # type: ignore[assignment]


class TenantRequest(PersonRequest):
    """Inside ``/t/<slug>/``: the middleware found tenant and membership."""

    tenant: Tenant
    membership: Membership
    htmx: HtmxDetails
