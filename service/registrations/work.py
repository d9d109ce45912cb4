"""Ranked work."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import touchpoint_ties
from accounts.models.reach import RecordKind, record_kinds
from segmentation.forms import SCREENS
from service.actions.ranks import refresh_ranks
from service.labels import work  # noqa: F401 - words for the audit
from service.queries.work import own_due
from service.triggers import after_runs
from ui.counts import FrameCount, frame_counts
from ui.registry import (
    Block,
    NavigationItem,
    TimelineSource,
    customer_panels,
    customer_timeline,
    my_customers_blocks,
    navigation,
)

record_kinds["work"] = RecordKind(
    "work", _("Work"), _("the work that a person owns, and that of the customers whose face it is")
)


def due_by_today(request: HttpRequest) -> QuerySet[Any, Any]:
    """The person's own work that is due by today."""
    membership, tenant = request.membership, request.tenant  # type: ignore[attr-defined]
    return own_due(membership, tenant.local_date(timezone.now()))


def rank_again(as_of: date) -> None:
    """A night brought measures and a day less: everything that is open is ranked by it."""
    refresh_ranks()


after_runs.append(rank_again)
SCREENS.append("work")

frame_counts.register(FrameCount("work", due_by_today, "view_work"))
navigation.register(
    NavigationItem(
        _("Work"),
        "work",
        "list-todo",
        "view_work",
        12,
        prefix="/work/",
        count="work",
    )
)
customer_panels.register(
    Block(
        "work",
        "service/work/panel.html",
        "service.views.work_blocks.work_panel",
        5,
        _("Work"),
        part="overview",
    )
)
my_customers_blocks.register(
    Block("work", "service/work/block.html", "service.views.work_blocks.work_block", 25)
)
customer_timeline.register(
    TimelineSource(
        "work", _("Work"), "list-todo", "service.views.work_blocks.timeline", 20, "view_work"
    )
)
touchpoint_ties.register(
    touchpoint_ties.TieKind(
        "cta",
        _("Work"),
        "service.views.work_blocks.work_to_tie",
        "service.views.work_blocks.work_told",
        10,
    )
)
