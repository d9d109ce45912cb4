"""Addresses of members' pages and languages of members' letters, for letters that no request of
theirs writes."""

from __future__ import annotations

from django.conf import settings
from django.urls import get_resolver

from accounts.letters import public_address
from accounts.models import Tenant, User


def address_of_page(tenant: Tenant, name: str, *arguments: int) -> str:
    """The whole address of a page of this app in a tenant."""
    path = get_resolver("projects.urls").reverse(name, *arguments)
    return f"{public_address()}/t/{tenant.slug}/{path}"


def letter_language(user: User) -> str:
    """What a member reads; the installation's language for who has not chosen."""
    return user.language or settings.LANGUAGE_CODE
