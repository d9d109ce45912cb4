"""Ranked work: what there is to do, what ranks highest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import Membership, Visibility
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.queries.saved_views import views_for
from segmentation.strategies import language_of
from service.forms.ctas import WorkFilter
from service.models import Cta
from service.queries import work as queries
from service.views.work_rows import Shown, change_choices, shown_rows, today_of
from ui.downloads import file_response
from ui.palette import mark_for
from ui.tables import Column, Table
from ui.tags.formats import language

COLUMNS = (
    Column("work", gettext_lazy("Work"), sort="customer__name"),
    Column("tier", gettext_lazy("Tier"), wide=True),
    Column("due", gettext_lazy("Due"), sort="due_on"),
    Column("owner", gettext_lazy("Owner"), sort="owner__name", wide=True),
    Column("steps", gettext_lazy("Steps"), align="end", wide=True),
    Column(
        "rank", gettext_lazy("Rank"), sort="rank", align="end",
        why=gettext_lazy("Value at stake × risk × time left; each row says how its own came about."),
    ),
)  # fmt: skip
MOST_EXPORTED = 50_000
WIDTHS = {
    str(Visibility.MINE): gettext_lazy("Mine"),
    str(Visibility.TEAM): gettext_lazy("My team's"),
    str(Visibility.ALL): gettext_lazy("All"),
}


@require("view_work")
@require_GET
def work(request: TenantRequest) -> HttpResponse:
    """What there is to do, what ranks highest first: mine, my team's or all."""
    membership, today = request.membership, today_of(request)
    allowed = queries.widths(membership)
    width = request.GET.get("view", "")
    width = width if width in allowed else allowed[0]
    form = WorkFilter(request.GET, offered=queries.offered(language_of(language())))
    visible = queries.visible_work(membership)
    found = narrowed(queries.to_do_by(visible, membership, width), form.asked, today)
    default = "-rank" if form.asked.get("state") != queries.CLOSED else "-due"
    table = Table.read(COLUMNS, request.GET.urlencode(), default=default, tie="pk")
    if request.GET.get("export"):
        return _file(request, queries.ordered(found, table.order_by), today)
    tabs = _tabs(membership, visible, allowed, width, table, today)
    # Unfiltered the tab has counted it.
    counted = next((tab["count"] for tab in tabs if tab["active"]), None)
    table = table.counted(found.count() if form.asked or counted is None else counted)
    context = {
        "tabs": tabs,
        "form": form,
        "table": table,
        "rows": shown_rows(request, queries.page_of(found, table.order_by, table.slice), today),
        "today": today,
        "exports": [(name.upper(), table.url(export=name)) for name in ("csv", "xlsx")],
        "is_filtered": bool(form.asked),
        "may_reopen": form.asked.get("state") in (queries.CLOSED, queries.ALL),
        "views": _views(membership, table),
        "view_query": _kept(table),
        "may_edit_ranks": may(membership, "edit_ranks"),
        **change_choices(request),
    }
    response = render(request, "service/work/list.html", context)
    patch_vary_headers(response, ("HX-Target",))
    return response


def narrowed(found: QuerySet[Cta], asked: Mapping[str, Any], today: date) -> QuerySet[Cta]:
    """What the filters leave."""
    found = queries.in_state(found, asked.get("state", queries.OPEN), today)
    found = queries.due(found, asked.get("due", ""), today)
    if asked.get("play"):
        found = found.filter(play=asked["play"])
    if asked.get("tier"):
        found = queries.of_tier(found, asked["tier"])
    if asked.get("owner"):
        nobody = asked["owner"] == queries.NOBODY
        found = found.filter(owner=None if nobody else asked["owner"])
    return queries.by_words(found, asked.get("q", ""))


def _tabs(
    membership: Membership,
    visible: QuerySet[Cta],
    allowed: Sequence[str],
    chosen: str,
    table: Table,
    today: date,
) -> list[dict[str, Any]]:
    """A tab per width with the open work behind it; none where there is no choice."""
    if len(allowed) < 2:
        return []
    return [
        {
            "label": WIDTHS[width],
            "url": table.url(view=width),
            "active": width == chosen,
            "count": queries.waiting(queries.to_do_by(visible, membership, width), today).count(),
        }
        for width in allowed
    ]


# What a saved view does not keep of an address.
_NOT_SAVED = {"page", "export"}


def _kept(table: Table) -> str:
    return urlencode([pair for pair in table.parameters if pair[0] not in _NOT_SAVED])


def _views(membership: Membership, table: Table) -> list[dict[str, Any]]:
    """The lists that the member, or the team, keeps under a name."""
    return [
        {"view": one, "active": one.query == _kept(table), "is_mine": one.owner_id == membership.pk}
        for one in views_for(membership, "work")
    ]


EXPORTED = (
    gettext_lazy("Customer"),
    gettext_lazy("Key"),
    gettext_lazy("Work"),
    gettext_lazy("Reason"),
    gettext_lazy("Tier"),
    gettext_lazy("State"),
    gettext_lazy("Owner"),
    gettext_lazy("Opened on"),
    gettext_lazy("Due on"),
    gettext_lazy("Put off until"),
    gettext_lazy("Steps done"),
    gettext_lazy("Steps"),
    gettext_lazy("Value at stake"),
    gettext_lazy("Risk"),
    gettext_lazy("Time left"),
    gettext_lazy("Rank"),
)


def _file(request: TenantRequest, found: QuerySet[Cta], today: date) -> HttpResponse:
    """All the work that the filters leave, in the order shown."""
    ctas = list(found.select_related("customer", "owner", "version")[:MOST_EXPORTED])
    return file_response(
        EXPORTED,
        (_exported(row) for row in shown_rows(request, ctas, today)),
        format_=request.GET["export"],
        name=f"{request.tenant.slug}-work-{today.isoformat()}",
        title=_("Work"),
    )


def _exported(row: Shown) -> list[Any]:
    cta = row.cta
    mark = mark_for("tier", row.tier) if row.tier else None
    return [
        cta.customer.name,
        cta.customer.key,
        row.title,
        row.reason,
        str(mark.label) if mark else "",
        row.ending or str(cta.get_state_display()),
        cta.owner.name if cta.owner else "",
        cta.opened_on,
        cta.due_on,
        cta.snoozed_until,
        row.steps_done,
        row.steps,
        cta.value_at_stake,
        cta.risk,
        row.rank.found.rank.urgency if row.rank else None,
        cta.rank if row.rank else None,
    ]
