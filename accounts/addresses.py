"""Addresses of a tenant's pages where no request made the prefix: in letters, notifications, chats."""

from __future__ import annotations

from django.conf import settings
from django.urls import get_resolver

from accounts.letter_texts import public_address
from accounts.models import Tenant


def tenant_path(name: str, *arguments: object) -> str:
    """Path of a page inside a tenant, e.g. ``/customers/5/``.

    Raises:
        NoReverseMatch: there is no such page.
    """
    return "/" + get_resolver(settings.TENANT_URLCONF).reverse(name, *arguments)


def tenant_address(tenant: Tenant, path: str) -> str:
    """The whole address of a path inside a tenant."""
    return f"{public_address()}/t/{tenant.slug}{path}"
