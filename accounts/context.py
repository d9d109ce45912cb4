"""What the frame around every page needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.permissions import may
from accounts.queries.demo import demo_people
from ui.appearance import theme_of
from ui.registry import navigation


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
        context["navigation"] = navigation.for_request(
            request, lambda ability: may(membership, ability)
        )
    return context
