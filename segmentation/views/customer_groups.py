"""Customer groups (客户分群): the list, and one with its members and its history.

Not the groups of companies (集团), which are in `groups`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Membership
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.actions.customer_groups import archive_group, restore_group
from segmentation.compute.conditions import ConditionFaulty, Fault, parse
from segmentation.condition_words import Told, fault_sentence, tell
from segmentation.group_uses import uses_of
from segmentation.models import CustomerGroup, CustomerGroupMember, CustomerGroupNight, Night
from segmentation.queries.condition_fields import ConditionFields, condition_fields
from segmentation.queries.customer_groups import (
    Passage,
    groups_for,
    may_change,
    passages,
    sizes,
)
from segmentation.queries.scopes import Scope, widest_scope
from segmentation.queries.stored import offered_nights
from segmentation.views.cells import Writer, drawn
from segmentation.views.exports import exported
from segmentation.views.listing import read_listing
from segmentation.views.portfolio import ROWS, around
from ui import formats
from ui.charts import Series, TimeChart
from ui.tables import Column, Table
from ui.tags.formats import language

COLUMNS = (
    Column("name", pgettext_lazy("customer group", "Group")),
    Column("members", gettext_lazy("Customers"), align="end"),
    Column("week", gettext_lazy("In a week"), align="end"),
    Column("trend", gettext_lazy("Last nights"), align="center", wide=True),
    Column("owner", gettext_lazy("Owner"), wide=True),
    Column("reach", gettext_lazy("Who may use it"), wide=True),
)
TREND_NIGHTS = 14
HISTORY_NIGHTS = 62
CHART_DAYS = 31
LONGEST_GAP = 7
PASSAGES_SHOWN = 14
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
        "change": _change(sized, days),
        "trend": [sized.get(day) for day in reversed(days)],
        "is_broken": bool(_faults(group, fields)),
    }


def _change(sized: dict[date, int | None], days: list[date]) -> int | None:
    """Against the latest night at least a week before; None: not evaluated then."""
    if not days or (now := sized.get(days[0])) is None:
        return None
    earlier = next((day for day in days if day <= days[0] - WEEK), None)
    before = sized.get(earlier) if earlier else None
    return None if before is None else now - before


def _faults(group: CustomerGroup, fields: ConditionFields) -> list[str]:
    """Why the condition cannot be read, each reason once."""
    try:
        parse(group.condition, fields.by_key)
    except ConditionFaulty as error:
        return list(dict.fromkeys(fault_sentence(fault) for fault in error.faults))
    return []


@require("view_groups")
@require_GET
def customer_group(request: TenantRequest, pk: int) -> HttpResponse:
    """One group: its condition, its members as a portfolio, who came and went on which night."""
    group = _visible(request, pk)
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
                Writer(language(), request.tenant.currency),
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
    faults = _faults(group, fields)
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
        "change": _change(sized, days),
        "passages": [
            _passed(found.get((group.pk, day)) or Passage(group.pk, day), sized[day], scope)
            for day in evaluated[:PASSAGES_SHOWN]
        ],
        "chart": _size_chart(group, evaluated, sized),
        "uses": uses_of(group, request.membership),
        "may_make": may(request.membership, "edit_groups"),
        "may_change": may(request.membership, "edit_groups")
        and may_change(request.membership, group),
        "breadcrumbs": [(_("Groups"), reverse("customer_groups"))],
    }


def _passed(passage: Passage, members: int | None, scope: Scope) -> dict[str, Any]:
    """A night's row: numbers with the lists behind them.

    Who left is listed among everybody of that night, who entered among the members.
    """

    def url(side: str) -> str:
        day = passage.day.isoformat()
        asked = {"scope": scope.visibility, side: str(passage.group_id), "on": day, "as_of": day}
        return f"{reverse('portfolio')}?{urlencode(asked)}"

    condition = CustomerGroupMember.Cause.CONDITION.value
    return {
        "passage": passage,
        "members": members,
        "entered_url": url("entered"),
        "left_url": url("left"),
        "by_condition": passage.entered.get(condition, 0) + passage.left.get(condition, 0),
    }


def groups_of_night(night: Night, membership: Membership) -> list[dict[str, Any]]:
    """The groups that a night evaluated, of those the member may see; four statements."""
    told = {
        one.group_id: one for one in CustomerGroupNight.objects.filter(as_of=night.as_of).order_by()
    }
    if not told:
        return []
    scope = widest_scope(membership)
    groups = list(groups_for(membership).filter(pk__in=list(told)).select_related(None))
    ids = [group.pk for group in groups]
    sized = sizes(ids, [night.as_of], scope)
    found = passages(ids, night.as_of, night.as_of, scope)
    rows = []
    for group in groups:
        passage = found.get((group.pk, night.as_of)) or Passage(group.pk, night.as_of)
        faults = [fault_sentence(Fault.from_json(one)) for one in told[group.pk].faults]
        row = _passed(passage, sized[group.pk].get(night.as_of), scope)
        rows.append(row | {"group": group, "faults": list(dict.fromkeys(faults))})
    return rows


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


@require("edit_groups")
@require_http_methods(["GET", "POST"])
def archivals(request: TenantRequest, pk: int) -> HttpResponse:
    """Asks, then puts a group away."""
    group = _visible(request, pk)
    if not may_change(request.membership, group):
        return not_yours(request, group)
    if request.method == "GET":
        context = {
            "title": _("Archive the group %(name)s?") % {"name": group.name},
            "body": _("No night evaluates it any more. Its history stays, and it can be restored."),
            "action": _("Archive"),
            "url": request.get_full_path(),
            "back_url": reverse("customer_group", args=[pk]),
        }
        return render(request, "components/confirm_page.html", context)
    archive_group(group=group, by=request.user)
    messages.success(request, _("Archived: %(name)s.") % {"name": group.name})
    return redirect("customer_groups")


@require("edit_groups")
@require_POST
def restorals(request: TenantRequest, pk: int) -> HttpResponse:
    """Takes a group out of the archive."""
    group = _visible(request, pk)
    if not may_change(request.membership, group):
        return not_yours(request, group)
    restore_group(group=group, by=request.user)
    messages.success(request, _("Restored: %(name)s.") % {"name": group.name})
    return redirect("customer_group", pk)


def _visible(request: TenantRequest, pk: int) -> CustomerGroup:
    group = groups_for(request.membership).filter(pk=pk).first()
    if group is None:
        raise Http404
    return group


def not_yours(request: TenantRequest, group: CustomerGroup) -> HttpResponse:
    """Who may see a group but not change it is told so on its page, where it can be copied."""
    messages.info(request, _("Only its owner and administrators may change this group. Copy it."))
    return redirect("customer_group", group.pk)
