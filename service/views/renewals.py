"""Renewals by quarter: what is forecast, and every renewal behind it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.queries.scopes import scope_of
from segmentation.queries.stored import latest_night
from segmentation.views.portfolio import scope_tabs
from service.compute.renewal_risk import class_of
from service.forms.renewals import RenewalFilter
from service.labels.renewals import CLASSES, reason_words
from service.models import RenewalStage
from service.queries.renewal_states import STATES
from service.queries.renewals import (
    Forecast,
    Quarter,
    due_between,
    forecasts,
    of_class,
    parse_quarter,
    quarter_of,
    quarters_around,
    renewals,
    with_places,
)
from ui.downloads import file_response
from ui.exports import Cell
from ui.tables import Column, Table
from ui.tables.ordering import absent_last

COLUMNS = (
    Column("customer", gettext_lazy("Customer"), sort=("customer__name", "due_on")),
    Column("due", gettext_lazy("Ends on"), sort="due_on"),
    Column("arr", gettext_lazy("ARR up for renewal"), sort="arr", align="end",
           why=gettext_lazy("Annual fees of the subscription lines that end with the contract, on "
                            "its last day. Trials and one-off lines never count.")),
    Column("state", gettext_lazy("Outcome"), sort=("state", "due_on")),
    Column("stage", gettext_lazy("Stage"), sort=("place", "due_on")),
    Column("system", pgettext_lazy("renewal", "System"), sort="likelihood", align="end",
           why=gettext_lazy("95 % less a percent for each point of risk, not below 5 %. The page of "
                            "a renewal lists its points.")),
    Column("manager", pgettext_lazy("renewal", "Manager"), sort="percent", align="end",
           why=gettext_lazy("How likely whoever looks after the customer says it is.")),
    Column("why", gettext_lazy("Greatest risks")),
    Column("who", gettext_lazy("Service manager"), sort="customer__service_manager__name",
           wide=True),
)  # fmt: skip
EXPORTED = (
    gettext_lazy("Customer key"), gettext_lazy("Customer"), gettext_lazy("Contract"),
    gettext_lazy("Ends on"), gettext_lazy("ARR up for renewal"), gettext_lazy("Outcome"),
    gettext_lazy("ARR after"), gettext_lazy("Stage"), gettext_lazy("System (%)"),
    gettext_lazy("Manager (%)"), gettext_lazy("ARR expected"), gettext_lazy("Risks"),
    gettext_lazy("Service manager"),
)  # fmt: skip
RISKS_SHOWN = 2


@require("view_renewals")
@require_GET
def renewals_list(request: TenantRequest) -> HttpResponse:
    """A quarter's renewals with their forecast; tabs for the quarters around."""
    today = today_of(request)
    quarter = parse_quarter(request.GET.get("quarter", "")) or quarter_of(today)
    scope = scope_of(request.membership, request.GET.get("scope", ""))
    everything = renewals(scope, today)
    found = narrowed(due_between(everything, quarter.first, quarter.last), request)
    table = Table.read(COLUMNS, request.GET.urlencode(), default="due", tie="pk")
    ordered = with_places(found).order_by(*absent_last(table.order_by))
    if "format" in request.GET:
        return _file(request, ordered, quarter)
    offered = sorted({*quarters_around(today), quarter})
    told = forecasts(everything, quarters_around(today))
    if quarter not in told:
        told |= forecasts(everything, [quarter])
    table = table.counted(found.count())
    rows = ordered.select_related("customer__service_manager", "contract")[table.slice]
    night = latest_night()
    context = {
        "quarter": quarter,
        "forecast": told[quarter],
        "tabs": _tabs(offered, quarter, told, table),
        "quarters": [(one, told[one], table.url(quarter=one)) for one in offered],
        "scopes": scope_tabs(scope, table),
        "form": RenewalFilter(request.GET),
        "table": table,
        "rows": [shown(row) for row in rows],
        "night": night,
        "today": today,
        "now": quarter_of(today),
        "may_set": may(request.membership, "edit_renewal_weights"),
        "exports": [(name.upper(), table.url(format=name)) for name in ("csv", "xlsx")],
    }
    return render(request, "service/renewals/list.html", context)


def narrowed(found: QuerySet, request: TenantRequest) -> QuerySet:
    """As the filter asks."""
    form = RenewalFilter(request.GET)
    form.is_valid()
    asked = form.cleaned_data
    text = asked.get("q", "").strip().lower()
    if text:
        found = found.filter(customer__search_text__contains=text)
    if asked.get("state"):
        found = found.filter(state=asked["state"])
    if asked.get("stage"):
        found = found.filter(stage=asked["stage"])
    if asked.get("likely"):
        found = of_class(found, asked["likely"])
    return found


def shown(row: Any) -> dict[str, Any]:
    """A renewal as a row of a list shows it."""
    class_name = "" if row.likelihood is None else class_of(row.likelihood)
    return {
        "renewal": row,
        "state": row.state,
        "state_label": STATES[row.state],
        "class": class_name,
        "class_label": CLASSES.get(class_name, ""),
        "risks": [reason_words(told) for told in row.reasons[:RISKS_SHOWN]],
        "more": max(len(row.reasons) - RISKS_SHOWN, 0),
    }


def today_of(request: TenantRequest) -> date:
    return request.tenant.local_date(timezone.now())


def _tabs(
    offered: list[Quarter], chosen: Quarter, told: dict[Quarter, Forecast], table: Table
) -> list[dict[str, Any]]:
    return [
        {
            "label": str(quarter),
            "url": table.url(quarter=quarter),
            "active": quarter == chosen,
            "count": told[quarter].renewals,
        }
        for quarter in offered
    ]


def _file(request: TenantRequest, found: QuerySet, quarter: Quarter) -> HttpResponse:
    """All the renewals that the filters leave."""
    rows = found.select_related("customer__service_manager", "contract")
    return file_response(
        list(EXPORTED),
        _cells(rows),
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-renewals-{quarter}",
        title=pgettext("contracts", "Renewals"),
    )


def _cells(rows: QuerySet) -> Iterator[tuple[Cell, ...]]:
    for row in rows.iterator(chunk_size=2000):
        manager = row.customer.service_manager
        yield (
            row.customer.key,
            row.customer.name,
            row.contract.key,
            row.due_on,
            row.arr,
            str(STATES[row.state]),
            row.renewed_arr,
            str(RenewalStage(row.stage).label),
            row.likelihood,
            row.percent,
            row.expected,
            "; ".join(reason_words(told) for told in row.reasons),
            manager.name if manager else None,
        )
