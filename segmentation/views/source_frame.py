"""What every page of the sources shows around its own."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.permissions import may
from accounts.requests import TenantRequest
from accounts.views.calendar import settings_tabs
from segmentation.queries.sources import MOST_COUNTED, Waiting, waiting
from ui.formats import number
from ui.tags.formats import language


def frame(request: TenantRequest, active: str, waits: Waiting | None = None) -> dict[str, Any]:
    """The settings' tabs, for who may open their pages, and those of the sources."""
    may_edit = may(request.membership, "edit_sources")
    parts: list[tuple[str, str, int]] = [
        ("sources", pgettext("sources", "Overview"), 0),
        ("event_rules", _("Mapping"), 0),
    ]
    if may_edit:
        waits = waits or waiting()
        parts += [
            ("dead_letters", _("Dead letters"), waits.dead),
            ("quarantine", _("Quarantine"), waits.customers),
        ]
    whole = may(request.membership, "manage_tenant")
    return {
        "tabs": settings_tabs("sources") if whole else [],
        "parts": [
            {
                "label": label,
                "url": reverse(name),
                "active": name == active,
                "count": up_to(count) if count else "",
            }
            for name, label, count in parts
        ],
        "may_edit": may_edit,
    }


def up_to(count: int) -> str:
    """A count that goes no further than to a limit."""
    shown = number(count, language())
    return f"{shown}+" if count >= MOST_COUNTED else shown


def breadcrumbs(*further: tuple[str, str]) -> list[tuple[str, str]]:
    """To the pages below the sources."""
    return [(_("Sources"), reverse("sources")), *further]
