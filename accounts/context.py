"""What the frame around every page needs."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import Membership, Tenant
from accounts.permissions import may
from accounts.queries.demo import demo_people
from ui.appearance import theme_of
from ui.counts import frame_counts
from ui.hints import ShownHint, hints_left
from ui.registry import first_screens, navigation


def frame(request: HttpRequest) -> dict[str, Any]:
    """Template variables of base.html: tenant, member, navigation, theme."""
    tenant = getattr(request, "tenant", None)
    membership = getattr(request, "membership", None)
    context: dict[str, Any] = {
        "tenant": tenant,
        "membership": membership,
        "theme": theme_of(request),
        # Asked of the database only where a page shows them: where people sign in.
        "demo_people": SimpleLazyObject(demo_people),
        "languages": settings.LANGUAGES,
        "language_code": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
    }
    if tenant is not None and membership is not None:

        def allowed(ability: str) -> bool:
            return may(membership, ability)

        # Parts of pages show no frame: what stands in it is found where it is drawn, once.
        counts = cache(lambda: frame_counts.of(request, allowed))
        context["navigation"] = SimpleLazyObject(
            lambda: navigation.for_request(request, allowed, counts())
        )
        context["unread_notifications"] = lambda: counts().get("notifications", 0)
        context["first_hints"] = _first_hints(request, tenant, membership)
    return context


def _first_hints(request: HttpRequest, tenant: Tenant, membership: Membership) -> list[ShownHint]:
    """What to look at, on the first screen of who visits the demo."""
    if not tenant.is_demo or request.resolver_match is None:
        return []
    screen = first_screens.for_roles(membership.roles)
    if screen is None or request.resolver_match.url_name != screen.url_name:
        return []
    return hints_left(request, membership.roles, lambda ability: may(membership, ability))
