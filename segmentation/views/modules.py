"""Module adoption: who owns what, who uses it."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts import first_steps
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.charts import list_url
from segmentation.filter_choices import OWNED, UNUSED, USED
from segmentation.queries.scopes import scope_of
from segmentation.queries.stored import latest_night
from segmentation.queries.usage import Adoption, adoption
from segmentation.views.narrowing import narrowing_of
from segmentation.views.portfolio import scope_tabs
from ui.tables import Column, Table

COLUMNS = (
    Column("name", _("Module"), sort="name"),
    Column(
        "owners",
        _("Customers owning"),
        sort="owners",
        align="end",
        why=_("Customers with a running subscription line of the module, trials apart."),
    ),
    Column(
        "using",
        _("of them using"),
        sort="owners_using",
        align="end",
        why=_("Owners with usage of the module in the last 30 days."),
    ),
    Column(
        "rate",
        _("Adoption"),
        sort="rate",
        align="end",
        why=_("Owners using it, divided by owners."),
    ),
    Column("idle", _("Not using"), sort="idle", align="end", wide=True),
    Column(
        "users",
        _("All using"),
        sort="users",
        align="end",
        wide=True,
        why=_("Customers with usage in the last 30 days, trials and others included."),
    ),
    Column("persons", _("Active persons"), sort="persons", align="end", wide=True),
    Column("events", _("Events (30)"), sort="events", align="end", wide=True),
    Column("weekly", _("12 weeks"), align="center", wide=True),
    Column(
        "trend",
        _("Trend"),
        sort="trend",
        align="end",
        why=_("Events of the last four weeks against the four weeks before."),
    ),
)


@require("view_modules")
@require_GET
def modules(request: TenantRequest) -> HttpResponse:
    """The product manager's first screen: a row per module, every count opens its customers."""
    night = latest_night()
    narrowing = narrowing_of(request, night)
    scope = narrowing.within(scope_of(request.membership, request.GET.get("scope", "all")))
    day = night.as_of if night else request.tenant.last_ended_day()
    found = adoption(scope, night, day, request.tenant.zone)
    table = Table.read(COLUMNS, request.GET.urlencode(), default="-owners", tie="name")
    table = table.counted(len(found))
    context = {
        "day": day,
        "has_night": night is not None,
        "may_view_sources": may(request.membership, "view_sources"),
        "narrowing": narrowing,
        "steps": [] if found else first_steps.steps_for(request.membership),
        "scopes": scope_tabs(scope, table),
        "table": table,
        "rows": [
            {
                "module": one,
                "idle": one.owners - one.owners_using,
                "owned_url": list_url(scope, module=one.key, use=OWNED),
                "used_url": list_url(scope, module=one.key, use=USED),
                "idle_url": list_url(scope, module=one.key, use=UNUSED),
                "width": round(100 * one.rate, 1) if one.rate is not None else None,
            }
            for one in ordered(found, table)
        ],
    }
    return render(request, "segmentation/modules/page.html", context)


def ordered(found: list[Adoption], table: Table) -> list[Adoption]:
    """Modules are few: sorted here, unknown values last."""

    def value(one: Adoption) -> Any:
        if table.sort == "idle":
            return one.owners - one.owners_using
        names = {column.key: column.fields[0] for column in COLUMNS if column.sortable}
        return getattr(one, names[table.sort])

    known = [one for one in found if value(one) is not None]
    known.sort(key=lambda one: one.name)
    known.sort(key=value, reverse=table.descending)
    return known + [one for one in found if value(one) is None]
