"""All moves of a night."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts import first_steps
from accounts.permissions import require
from accounts.requests import TenantRequest
from segmentation.models import Night
from segmentation.move_filters import MoveFilter
from segmentation.queries.customer_groups import group_asked, group_names, was_computed
from segmentation.queries.moved import moved_rows, moves_of
from segmentation.queries.scopes import Scope, scope_of
from segmentation.queries.stored import day_asked, is_another, night_shown, offered_nights
from segmentation.views.portfolio import scope_tabs
from ui.tables import Column, Table
from ui.tables.ordering import absent_last

COLUMNS = (
    Column("direction", _("Direction"), sort=("sign", "-stake")),
    Column("customer", _("Customer"), sort="customer__name"),
    Column("kind", _("What moved"), sort=("kind", "-stake")),
    Column("change", _("From → to"), sort=("from_value", "to_value", "-stake")),
    Column("why", _("What decided it")),
    Column("cause", _("Cause"), sort=("cause", "-stake")),
    Column("arr", _("ARR"), sort="arr", align="end"),
    Column("face", _("The face"), sort="face__colleague__name", wide=True),
)


@require("view_tiers")
@require_GET
def moves(request: TenantRequest) -> HttpResponse:
    """A night's moves of stage and tier, for the worse first."""
    nights = offered_nights()
    asked = day_asked(request.GET)
    night = night_shown(asked, nights)
    if night is None:
        steps = first_steps.steps_for(request.membership)
        return render(request, "segmentation/moves/no_night.html", {"steps": steps})
    scope = scope_of(request.membership, request.GET.get("scope", ""))
    context = moves_page(night, scope, request.GET, is_latest=night == nights[0])
    context |= {
        "nights": nights,
        "is_latest": night == nights[0],
        "is_other_night": is_another(night, asked),
        "scopes": scope_tabs(scope, context["table"]),
    }
    return render(request, "segmentation/moves/page.html", context)


def moves_page(night: Night, scope: Scope, asked: QueryDict, *, is_latest: bool) -> dict[str, Any]:
    """Table, rows and filter of a night's moves; a statement for each of count and rows, and one for
    a group that is asked for."""
    groups = group_names(scope.membership)
    filter_ = MoveFilter(
        asked,
        queryset=moves_of(night, scope),
        groups=groups,
        on=None if is_latest else night.as_of,
    )
    group = group_asked(asked.get("group", ""), groups)
    found: QuerySet[Any] = filter_.qs
    table = Table.read(COLUMNS, asked.urlencode(), default="direction", tie="pk")
    table = table.counted(found.count())
    ordered = found.order_by(*absent_last(table.order_by))
    return {
        "night": night,
        "filter": filter_,
        "is_group_missing": group is not None and not was_computed(group, night),
        "table": table,
        "rows": moved_rows(ordered, table.slice),
    }
