"""Addresses outside the tenant, from a page inside one.

Inside ``/t/<slug>/`` every ``{% url %}`` stays there; signing out, the own account, theme and
language live outside.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.http import url_has_allowed_host_and_scheme


def platform_url(request: HttpRequest | None, name: str) -> str:
    """The address of a URL name outside every tenant; empty when there is no such name."""
    prefix = get_script_prefix()
    try:
        inside = reverse(name, urlconf=settings.ROOT_URLCONF)
    except NoReverseMatch:
        return ""
    tenant = getattr(request, "tenant", None)
    outer = prefix.removesuffix(f"t/{tenant.slug}/") if tenant is not None else prefix
    return outer + inside.removeprefix(prefix)


def safe_next(request: HttpRequest) -> str:
    """Where a small form goes back to: ``next`` if it is ours, else the front door."""
    wanted = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else "/"
