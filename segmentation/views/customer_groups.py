"""Customer groups (客户分群): the list.

Not the groups of companies (集团), which are in `groups`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.compute.conditions import ConditionFaulty, parse
from segmentation.condition_words import fault_sentence
from segmentation.models import CustomerGroup
from segmentation.queries.condition_fields import ConditionFields, condition_fields
from segmentation.queries.customer_groups import groups_for, sizes
from segmentation.queries.scopes import widest_scope
from segmentation.queries.stored import offered_nights
from ui.tables import Column, Table

COLUMNS = (
    Column("name", pgettext_lazy("customer group", "Group")),
    Column("members", gettext_lazy("Customers"), align="end"),
    Column("week", gettext_lazy("In a week"), align="end"),
    Column("trend", gettext_lazy("Last nights"), align="center", wide=True),
    Column("owner", gettext_lazy("Owner"), wide=True),
    Column("reach", gettext_lazy("Who may use it"), wide=True),
)
TREND_NIGHTS = 14
WEEK = timedelta(days=7)


@require("view_groups")
@require_GET
def customer_groups(request: TenantRequest) -> HttpResponse:
    """The groups that the member may see: how many are in each now, and how that went."""
    are_archived = bool(request.GET.get("archived"))
    visible = groups_for(request.membership)
    groups = list(visible.filter(archived_at__isnull=not are_archived))
    nights = offered_nights()
    scope = widest_scope(request.membership)
    days = [night.as_of for night in nights[:TREND_NIGHTS]]
    sized = sizes([group.pk for group in groups], days, scope)
    fields = condition_fields()
    rows = [_listed(group, sized[group.pk], days, fields) for group in groups]
    archived = visible.filter(archived_at__isnull=False).count()
    url = reverse("customer_groups")
    context = {
        "table": Table.read(COLUMNS, request.GET.urlencode(), default="name", tie="pk").counted(
            len(rows)
        ),
        "rows": rows,
        "night": nights[0] if nights else None,
        "scope": scope,
        "may_make": may(request.membership, "edit_groups"),
        "are_archived": are_archived,
        "tabs": [
            {"label": _("In use"), "url": url, "active": not are_archived, "count": None},
            {
                "label": _("Archived"),
                "url": f"{url}?archived=1",
                "active": are_archived,
                "count": archived,
            },
        ]
        if archived
        else [],
    }
    return render(request, "segmentation/customer_groups/list.html", context)


def _listed(
    group: CustomerGroup,
    sized: dict[date, int | None],
    days: list[date],
    fields: ConditionFields,
) -> dict[str, Any]:
    """A row of the list. ``days``: latest first."""
    members = sized.get(days[0]) if days else None
    return {
        "group": group,
        "members": members,
        "change": change_in_a_week(sized, days),
        "trend": [sized.get(day) for day in reversed(days)],
        "is_broken": bool(faults_of(group, fields)),
    }


def change_in_a_week(sized: dict[date, int | None], days: list[date]) -> int | None:
    """Against the latest night at least a week before; None: not evaluated then."""
    if not days or (now := sized.get(days[0])) is None:
        return None
    earlier = next((day for day in days if day <= days[0] - WEEK), None)
    before = sized.get(earlier) if earlier else None
    return None if before is None else now - before


def faults_of(group: CustomerGroup, fields: ConditionFields) -> list[str]:
    """Why the condition cannot be read, each reason once."""
    try:
        parse(group.condition, fields.by_key)
    except ConditionFaulty as error:
        return list(dict.fromkeys(fault_sentence(fault) for fault in error.faults))
    return []
