"""Screens opened once by ourselves, so that what they remember is there before a person looks."""

from __future__ import annotations

from typing import cast

import structlog
from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.sessions.backends.cache import SessionStore
from django.test.client import RequestFactory
from django.urls import get_script_prefix, resolve, reverse, set_script_prefix, set_urlconf
from django_htmx.middleware import HtmxDetails

from accounts.models import Membership, Tenant, Visibility
from accounts.permissions import may
from accounts.requests import TenantRequest
from ui.registry import warmed

log = structlog.get_logger("tenure.web")


def warm_screens(tenant: Tenant) -> list[str]:
    """Open each registered screen as a member who sees every customer; called in the tenant's scope.

    What such screens remember depends on nobody's role or team. Returns the screens that were
    opened; none where nobody sees everything: then nothing of it is ever asked for.
    """
    outer_prefix = get_script_prefix()
    set_script_prefix(f"{outer_prefix}t/{tenant.slug}/")
    set_urlconf(settings.TENANT_URLCONF)
    try:
        return [name for name, query in warmed.items() if _open(tenant, name, query)]
    finally:
        set_script_prefix(outer_prefix)
        set_urlconf(None)


def _open(tenant: Tenant, name: str, query: str) -> bool:
    path = f"/{reverse(name).removeprefix(get_script_prefix())}"
    match = resolve(path, settings.TENANT_URLCONF)
    member = _member_who_may(getattr(match.func, "ability", ""))
    if member is None:
        return False
    request = _request(tenant, member, f"{path}?{query}")
    request.resolver_match = match
    response = match.func(request, *match.args, **match.kwargs)
    if response.status_code != 200:
        log.warning("screen not warmed", screen=name, status=response.status_code)
    return bool(response.status_code == 200)


def _member_who_may(ability: str) -> Membership | None:
    members = Membership.objects.select_related("user", "team").filter(is_active=True)
    return next(
        (
            member
            for member in members.order_by("pk")
            if may(member, ability) and member.sees("customers") == Visibility.ALL
        ),
        None,
    )


def _request(tenant: Tenant, member: Membership, path: str) -> TenantRequest:
    """As the middleware would make it; nothing of it is kept."""
    request = cast(TenantRequest, RequestFactory().get(path))
    request.user, request.tenant, request.membership = member.user, tenant, member
    request.session = SessionStore()
    request.htmx = HtmxDetails(request)
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    request.urlconf = settings.TENANT_URLCONF
    return request
