"""The projects behind a figure of a scorecard."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.requests import TenantRequest
from projects.models import Project
from projects.queries.portfolio import visible_projects
from reports.compute.scorecards import BY_KEY
from reports.scorecard_table import address
from reports.scorecard_words import SHARE, WORDS, written
from reports.views.scorecards import Asked, asked_for, board_asked
from ui import formats
from ui.downloads import file_response
from ui.exports import Cell
from ui.palette import MARKS
from ui.tables import Column, Table
from ui.tags.formats import language

COLUMNS = (
    Column("project", gettext_lazy("Project")),
    Column("customer", gettext_lazy("Customer")),
    Column("accepted", gettext_lazy("Accepted on")),
    Column("value", pgettext_lazy("of a measure", "Value"), align="end"),
    Column("effort", gettext_lazy("Baseline, person-days"), align="end"),
    Column("changes", gettext_lazy("Change requests"), align="end"),
    Column("modules", gettext_lazy("Modules"), align="end"),
    Column("share", gettext_lazy("Customer's tasks"), align="end"),
)


@require("view_scorecard")
@require_GET
def projects(request: TenantRequest) -> HttpResponse:
    """Those of one person in the period, with one figure's value, those with a value first."""
    asked = asked_for(request)
    key = request.GET.get("figure", "")
    key = key if key in BY_KEY else next(iter(BY_KEY))
    if asked.person is None:
        return redirect("scorecard")
    board = board_asked(request, asked)
    facts = board.projects[board.projects["person"] == asked.person]
    facts = pd.concat([facts[facts[key].notna()], facts[facts[key].isna()]])
    shown = visible_projects(request.membership).filter(pk__in=[int(pk) for pk in facts.index])
    rows = {one.pk: one for one in shown.select_related("customer")}
    visible = facts[facts.index.isin(list(rows))]
    if "format" in request.GET:
        return _file(request, asked, visible, rows)
    table = Table.read(COLUMNS, request.GET.urlencode()).counted(len(visible))
    name = asked.people.names[asked.person]
    context = {
        "name": name,
        "title": _("%(figure)s: projects of %(name)s")
        % {"figure": WORDS[key].title, "name": name},
        "formula": WORDS[key].formula,
        "period": asked.period,
        "today": asked.today,
        "table": table,
        "rows": [_row(key, rows[pk], one) for pk, one in _records(visible.iloc[table.slice])],
        "hidden": len(facts) - len(visible),
        "tabs": [
            {
                "label": WORDS[other].title,
                "url": address("scorecard_projects", person=asked.person, figure=other, **asked.kept),
                "active": other == key,
                "count": int(facts[other].notna().sum()),
            }
            for other in BY_KEY
        ],
        "breadcrumbs": [
            (_("Scorecard of %(name)s") % {"name": name},
             address("scorecard", person=asked.person, **asked.kept)),
        ],
        "exports": [
            (one.upper(), table.url(format=one, page=None)) for one in ("csv", "xlsx")
        ],
    }  # fmt: skip
    return render(request, "reports/scorecards/projects.html", context)


def _records(facts: pd.DataFrame) -> list[tuple[int, dict[str, Any]]]:
    records = [
        {str(name): value for name, value in one.items()} for one in facts.to_dict("records")
    ]
    return list(zip(facts.index.tolist(), records, strict=True))


def _row(key: str, project: Project, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "project": project,
        "url": reverse("project", args=[project.pk]),
        "value": _value(key, facts),
        "tier": facts["tier"] if key == "tier_later" else "",
        "night": None if pd.isna(facts["night_on"]) else facts["night_on"].date(),
        "due": None if pd.isna(facts["due_on"]) else facts["due_on"].date(),
        "is_tier": key == "tier_later",
        "effort": _number(facts["effort"]),
        "changes": _number(facts["changes"]),
        "modules": _number(facts["modules"]),
        "share": formats.percent(_known(facts["customer_share"]), language(), 0),
    }


def _value(key: str, facts: dict[str, Any]) -> str:
    """One project is on time or is not."""
    value = facts[key]
    if BY_KEY[key].is_share and WORDS[key].kind == SHARE and not math.isnan(value):
        return _("Yes") if value else _("No")
    return written(key, value)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _number(value: float) -> str:
    return formats.number(_known(value), language())


def _file(
    request: TenantRequest, asked: Asked, facts: pd.DataFrame, rows: dict[int, Project]
) -> HttpResponse:
    """Every figure of each project, numbers as they are."""
    names = [*BY_KEY, "effort", "changes", "modules", "customer_share"]

    def cells(pk: int, one: dict[str, Any]) -> tuple[Cell, ...]:
        project = rows[pk]
        return (
            project.key, project.name, project.customer.name, project.accepted_on,
            *(_known(float(one[name])) for name in names),
            str(MARKS["tier"][one["tier"]].label) if one["tier"] in MARKS["tier"] else None,
        )  # fmt: skip

    return file_response(
        [
            _("Key"), _("Project"), _("Customer"), _("Accepted on"),
            *(str(WORDS[key].title) for key in BY_KEY),
            _("Baseline, person-days"), _("Change requests"), _("Modules"), _("Customer's tasks"),
            _("Tier six months later"),
        ],
        (cells(pk, one) for pk, one in _records(facts)),
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-scorecard-projects-{asked.period.key}",
        title=_("Projects"),
    )  # fmt: skip
