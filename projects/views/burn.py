"""A project's effort against its baseline, what it will come to, and the entries behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Q, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.requests import TenantRequest
from projects.compute.burn import burn_curve
from projects.compute.delivery import THOUSANDTHS
from projects.models import Effort, Project
from projects.queries import burn as queries
from projects.queries.burn import ITEM, NOTHING, SIGNED, UNAPPROVED, Burn, BurnRow
from projects.queries.effort import visible_effort
from projects.views.plan_frame import crumbs, frame, today_of, visible_project
from projects.views.week_grid import days_words
from ui import formats
from ui.charts import Series, TimeChart
from ui.downloads import file_response
from ui.exports import Cell
from ui.tables import Column, Table
from ui.tags.formats import language

COLUMNS = (
    Column("worked_on", gettext_lazy("Worked on"), sort="worked_on"),
    Column("person", gettext_lazy("Person"), sort="person__name"),
    Column("days", gettext_lazy("Person-days"), sort="days", align="end"),
    Column("on", gettext_lazy("Booked on")),
)
PARTS = {
    "agreed": gettext_lazy("On what was signed"),
    UNAPPROVED: gettext_lazy("Unapproved"),
}


@dataclass(frozen=True)
class Line:
    """A row of the table as it is read: person-days in words, empty where there is none."""

    row: BurnRow
    baseline: str
    booked: str
    left: str
    share: str
    is_over: bool
    url: str


@require("view_projects")
@require_GET
def project_effort(request: TenantRequest, pk: int) -> HttpResponse:
    """What was booked against the baseline, over time and by item, and the forecast."""
    project = visible_project(request, pk)
    context = frame(request, project, "project_effort")
    burn = queries.burn_of(project, context["today"])
    url = reverse("project_effort_rows", args=[project.pk])
    context |= {
        "burn": burn,
        "forecast": burn.forecast,
        "said": forecast_words(burn),
        "chart": _chart(burn, project, context),
        "groups": _groups(burn, url),
        "sums": _sums(burn),
        "rows_url": url,
    }
    return render(request, "projects/effort/burn.html", context)


@require("view_projects")
@require_GET
def project_effort_rows(request: TenantRequest, pk: int) -> HttpResponse:
    """The entries: who, when, how much, on what; also as a file."""
    project = visible_project(request, pk)
    today = today_of(request)
    burn = queries.burn_of(project, today)
    on, part = request.GET.get("on", ""), request.GET.get("part", "")
    row = burn.row(on)
    if (on and row is None) or (part and part not in PARTS):
        raise Http404
    chosen = row.condition if row else Q()
    if part:
        unapproved = burn.condition(UNAPPROVED)
        chosen &= unapproved if part == UNAPPROVED else ~unapproved
    seen = visible_effort(request.membership)
    found = queries.entries(project, today, seen).filter(chosen)
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-worked_on", tie="pk")
    if "format" in request.GET:
        return _file(request, project, found.order_by(*table.order_by), today)
    every = Effort.objects.filter(project=project, worked_on__lte=today).filter(chosen)
    shown = found.order_by().aggregate(whole=Sum("days"))["whole"] or Decimal(0)
    whole = every.aggregate(whole=Sum("days"))["whole"] or Decimal(0)
    table = table.counted(found.count())
    context = {
        "project": project,
        "table": table,
        "rows": [(entry, days_words(entry.days), on_words(entry))
                 for entry in found.order_by(*table.order_by)[table.slice]],
        "whole": days_words(shown),
        "hidden": days_words(whole - shown) if whole != shown else "",
        "row": row,
        "part": PARTS.get(part, ""),
        "exports": [(name.upper(), table.url(format=name)) for name in ("csv", "xlsx")],
        "breadcrumbs": [
            *crumbs(project), (_("Effort"), reverse("project_effort", args=[project.pk])),
        ],
    }  # fmt: skip
    return render(request, "projects/effort/rows.html", context)


def on_words(entry: Effort) -> str:
    """What an entry was booked on; empty: nothing in particular."""
    named = [one for one in (entry.item, entry.change_request) if one is not None]
    return formats.listed((f"{one.key} {one.title}" for one in named), language())


def _file(request: TenantRequest, project: Project, found: Any, today: date) -> HttpResponse:
    headings = (_("Worked on"), _("Person"), _("E-mail or key"), _("Person-days"), _("Item"),
                _("Item title"), _("Change request"), _("Title of the change request"))  # fmt: skip
    rows = (_cells(entry) for entry in found.iterator(chunk_size=500))
    return file_response(
        headings,
        rows,
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-effort-{project.pk}-{today.isoformat()}",
        title=_("Effort"),
    )


def _cells(entry: Effort) -> list[Cell]:
    item, change = entry.item, entry.change_request
    return [
        entry.worked_on, entry.person.name, entry.person.key, entry.days,
        item.key if item else None, item.title if item else None,
        change.key if change else None, change.title if change else None,
    ]  # fmt: skip


def _groups(burn: Burn, url: str) -> list[dict[str, Any]]:
    """Rows by phase of the SOW, then signed changes, then what is on nothing, then the unapproved."""
    order = {ITEM: 0, SIGNED: 1, NOTHING: 2, UNAPPROVED: 3}
    titles = {
        SIGNED: _("Signed changes"),
        NOTHING: _("Not on an item"),
        UNAPPROVED: _("Unapproved: outside the baseline, signed by nobody"),
    }

    # Phases in the order of their first items, as the SOW numbers them.
    first: dict[str, str] = {}
    for row in sorted(burn.rows, key=lambda row: row.number):
        if row.part == ITEM:
            first.setdefault(row.phase, row.number)

    def group_of(row: BurnRow) -> tuple[int, str, str]:
        phase = row.phase if row.part == ITEM else ""
        return order[row.part], first.get(phase, "") if row.part == ITEM else "", phase

    groups = []
    for (place, _first, phase), found in groupby(sorted(burn.rows, key=group_of), key=group_of):
        rows = list(found)
        part = next(name for name, number in order.items() if number == place)
        whole = BurnRow("", part, "", booked=sum(row.booked for row in rows))
        agreed = [row.baseline for row in rows if row.baseline is not None]
        whole.baseline = sum(agreed) if agreed and part != UNAPPROVED else None
        groups.append(
            {
                "title": titles.get(part) or phase or _("Items of the SOW"),
                "part": part,
                "whole": _line(whole, ""),
                "lines": [_line(row, f"{url}?on={row.key}") for row in rows],
                "is_one": part == NOTHING,
            }
        )
    return groups


def _line(row: BurnRow, url: str) -> Line:
    agreed = row.baseline
    return Line(
        row=row,
        baseline="" if agreed is None else words_of(agreed),
        booked=words_of(row.booked),
        left="" if row.left is None else words_of(row.left),
        share=formats.percent(Decimal(row.booked) / agreed, language(), 0) if agreed else "",
        is_over=(row.left or 0) < 0,
        url=url,
    )


def _sums(burn: Burn) -> dict[str, str]:
    budget = burn.forecast.budget if burn.baseline else None
    agreed = burn.booked - burn.unapproved
    return {
        "budget": "" if budget is None else words_of(budget),
        "planned": "" if burn.baseline or burn.forecast.budget is None
        else words_of(burn.forecast.budget),
        "booked": words_of(burn.booked),
        "agreed": words_of(agreed),
        "unapproved": words_of(burn.unapproved),
        "left": "" if budget is None else words_of(budget - agreed),
        "share": formats.percent(Decimal(agreed) / budget, language(), 0) if budget else "",
    }  # fmt: skip


def forecast_words(burn: Burn) -> dict[str, str]:
    """The forecast as it is read: range, days over, the formula with its numbers, and why not."""
    found = burn.forecast
    said = {"range": _range(found.low, found.high), "over": "", "tone": "", "done": "",
            "planned": "", "paced": ""}  # fmt: skip
    if burn.baseline is not None and found.over is not None:
        low, high = found.over
        said["over"] = _signed_range(low, high)
        said["tone"] = "bad" if low > 0 else ("good" if high <= 0 else "")
    if found.share_done is not None:
        share = Decimal(found.share_done.numerator) / found.share_done.denominator
        said["done"] = formats.percent(share, language(), 0)
    numbers = {
        "booked": words_of(burn.booked),
        "agreed": words_of(burn.booked - burn.unapproved),
        "unapproved": words_of(burn.unapproved),
        "budget": "" if found.budget is None else words_of(found.budget),
        "done": said["done"],
    }
    if found.as_planned is not None and found.basis != "items":
        said["planned"] = _("%(booked)s booked + (1 − %(done)s done) × %(budget)s") % numbers
    if found.as_paced is not None:
        said["paced"] = (
            _("%(agreed)s booked on what was agreed ÷ %(done)s done + %(unapproved)s unapproved")
            % numbers
        )
    return said


def words_of(effort: int) -> str:
    """Thousandths of a person-day as they are read aloud."""
    return days_words(Decimal(effort) / THOUSANDTHS)


def _coarse(effort: int) -> str:
    """A forecast to the tenth of a day: it is no finer than that."""
    return formats.number(round(Decimal(effort) / THOUSANDTHS, 1), language(), 1)


def _range(low: int | None, high: int | None) -> str:
    if low is None or high is None:
        return ""
    first, last = _coarse(low), _coarse(high)
    return first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}


def _signed_range(low: int, high: int) -> str:
    first, last = (
        formats.signed(round(Decimal(effort) / THOUSANDTHS, 1), language(), 1)
        for effort in (low, high)
    )
    return first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}


def _chart(burn: Burn, project: Project, context: dict[str, Any]) -> TimeChart | None:
    baseline = burn.baseline
    between = (
        (baseline.starts_on, baseline.due_on) if baseline else (project.starts_on, project.due_on)
    )
    curve = burn_curve(
        weeks=burn.weeks, spans=burn.spans, between=between, budget=burn.forecast.budget,
        calendar=context["calendar"], today=context["today"],
    )  # fmt: skip
    if curve is None or not burn.booked:
        return None
    series = [
        Series(_("Baseline") if baseline else _("Plan"), _in_days(curve.planned), "series-6"),
        Series(_("Booked"), _in_days(curve.booked), "accent"),
    ]
    if burn.unapproved:
        series.append(Series(_("Of it unapproved"), _in_days(curve.unapproved), "series-2"))
    return TimeChart(
        title=_("Person-days from the beginning to the end of each period"),
        periods=[formats.day(end, language()) for end in curve.ends],
        series=series,
        names_ends=True,
    )


def _in_days(efforts: Any) -> list[Decimal | None]:
    return [
        None if effort is None else round(Decimal(effort) / THOUSANDTHS, 1) for effort in efforts
    ]
