"""One customer group: its condition, its members, its history."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.compute.conditions import parse
from segmentation.condition_words import Told, tell
from segmentation.group_uses import screens_of, uses_of
from segmentation.models import CustomerGroup, Night
from segmentation.queries.condition_fields import condition_fields
from segmentation.queries.customer_groups import Passage, groups_for, may_change, passages, sizes
from segmentation.queries.scopes import widest_scope
from segmentation.views.cells import Writer, drawn
from segmentation.views.customer_group_nights import told_passage
from segmentation.views.customer_groups import change_in_a_week, faults_of
from segmentation.views.exports import exported
from segmentation.views.listing import read_listing
from segmentation.views.portfolio import ROWS, around
from ui import formats
from ui.charts import Series, TimeChart
from ui.tags.formats import language

HISTORY_NIGHTS = 62
CHART_DAYS = 31
LONGEST_GAP = 7
PASSAGES_SHOWN = 14


@require("view_groups")
@require_GET
def customer_group(request: TenantRequest, pk: int) -> HttpResponse:
    """One group: its condition, its members as a portfolio, who came and went on which night."""
    group = visible_group(request, pk)
    asked = request.GET.copy()
    asked["group"] = str(pk)
    if len(asked.getlist("columns")) > 1:
        asked["columns"] = ",".join(asked.getlist("columns"))
    asked.setdefault("scope", request.membership.sees("customers"))
    listing = read_listing(
        request.tenant, request.membership, asked, rows_per_page=ROWS, groups={pk: group.name}
    )
    if listing is not None and request.GET.get("export"):
        return exported(listing, request.GET["export"], request.tenant)
    context: dict[str, Any] = {"group": group}
    if listing is not None:
        listing = replace(listing, table=listing.table.counted(listing.rows.count()))
        context |= {
            "table": listing.table,
            "rows": drawn(
                listing.page(),
                [shown.cell for shown in listing.columns],
                Writer(
                    language(),
                    request.tenant.currency,
                    night=None if listing.is_latest else listing.night.as_of,
                ),
            ),
            **around(request, listing),
        }
    if request.headers.get("HX-Target") == "list" and listing is not None:
        response = render(request, "segmentation/portfolio/list.html", context)
    else:
        nights = listing.nights if listing is not None else []
        context |= _head(request, group, nights)
        response = render(request, "segmentation/customer_groups/page.html", context)
    patch_vary_headers(response, ("HX-Target",))
    return response


def _head(request: TenantRequest, group: CustomerGroup, nights: list[Night]) -> dict[str, Any]:
    """Everything above the list of members."""
    scope = widest_scope(request.membership)
    fields = condition_fields()
    faults = faults_of(group, fields)
    days = [night.as_of for night in nights[:HISTORY_NIGHTS]]
    sized = sizes([group.pk], days, scope)[group.pk]
    evaluated = [day for day in days if day in sized]
    found = passages([group.pk], days[-1], days[0], scope) if days else {}
    told: Told | None = None
    if not faults:
        condition = parse(group.condition, fields.by_key)
        told = tell(condition, fields, request.tenant.currency)
    latest = evaluated[0] if evaluated else None
    return {
        "scope": scope,
        "told": told,
        "faults": faults,
        "latest": latest,
        "members": sized.get(latest) if latest else None,
        "change": change_in_a_week(sized, days),
        "passages": [
            told_passage(found.get((group.pk, day)) or Passage(group.pk, day), sized[day], scope)
            for day in evaluated[:PASSAGES_SHOWN]
        ],
        "chart": _size_chart(group, evaluated, sized),
        "uses": uses_of(group, request.membership),
        "screens": [] if group.archived_at else screens_of(group, request.membership),
        "may_make": may(request.membership, "edit_groups"),
        "may_change": may(request.membership, "edit_groups")
        and may_change(request.membership, group),
        "breadcrumbs": [(_("Groups"), reverse("customer_groups"))],
    }


def _size_chart(
    group: CustomerGroup, evaluated: list[date], sized: dict[date, int | None]
) -> TimeChart | None:
    """``evaluated``: latest first. None: too few nights for a line."""
    if not evaluated:
        return None
    # One point per calendar day. Month-ends long before the rest would be points of their own.
    last, first = evaluated[0], evaluated[0]
    for day in evaluated:
        if (last - day).days >= CHART_DAYS or (first - day).days > LONGEST_GAP:
            break
        first = day
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    if len(days) == 1:
        return None
    return TimeChart(
        title=_("Customers in “%(group)s”") % {"group": group.name},
        periods=[formats.day(day, language()) for day in days],
        series=[Series(_("Customers"), [sized.get(day) for day in days])],
        area=True,
    )


def visible_group(request: TenantRequest, pk: int) -> CustomerGroup:
    group = groups_for(request.membership).filter(pk=pk).first()
    if group is None:
        raise Http404
    return group


def not_yours(request: TenantRequest, group: CustomerGroup) -> HttpResponse:
    """Who may see a group but not change it is told so on its page, where it can be copied."""
    messages.info(request, _("Only its owner and administrators may change this group. Copy it."))
    return redirect("customer_group", group.pk)
