"""Scorecards of project managers (绩效): one's own, those of others, and one figure compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.requests import TenantRequest
from reports.compute.scorecards import BY_KEY, LEAST
from reports.periods import Period, period_asked, periods
from reports.queries.scorecards import (
    Board,
    Managers,
    accepted,
    accepted_days,
    board_of,
    managers,
    persons_seen,
)
from reports.scorecard_table import address, card, comparison, headings, rows_of_file
from reports.scorecard_words import COMPONENTS, WORDS, figures_of
from segmentation.queries.scopes import widest_scope
from segmentation.views.narrowing import Narrowing, narrowing_of
from ui.downloads import file_response


@dataclass(frozen=True)
class Asked:
    """What an address asks for, as far as the member may see it.

    ``person``: whose scorecard; None: the member manages no project.
    """

    people: Managers
    seen: set[int]
    own: int | None
    person: int | None
    period: Period
    offered: list[Period]
    narrowing: Narrowing
    today: date

    @property
    def kept(self) -> dict[str, Any]:
        """What every address of these screens keeps."""
        return {"period": self.period.key, "group": self.narrowing.group_id}


def asked_for(request: TenantRequest) -> Asked:
    """Raises Http404 for a person whose scorecard the member does not see."""
    today = request.tenant.local_date(timezone.now())
    people = managers()
    seen = persons_seen(request.membership, people)
    own = people.of_member(request.membership)
    text = request.GET.get("person", "")
    person = own
    if text:
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
        person = people.of.get(number)
        if person is None or person not in seen:
            raise Http404
    days = accepted_days(today)
    offered = periods(today, days[0] if days else None)
    return Asked(
        people=people,
        seen=seen,
        own=own,
        person=person,
        period=period_asked(request.GET.get("period", ""), offered),
        offered=offered,
        narrowing=narrowing_of(request, None),
        today=today,
    )


def board_asked(request: TenantRequest, asked: Asked) -> Board:
    """Every figure of the period; nothing that is still to come counts."""
    customers = None
    if asked.narrowing.group_id is not None:
        customers = widest_scope(request.membership).within(asked.narrowing.group_id).in_group
    found = accepted(asked.period.first, min(asked.period.last, asked.today), customers)
    return board_of(found, asked.people, asked.today, request.tenant.zone)


@require("view_scorecard")
@require_GET
def scorecard(request: TenantRequest) -> HttpResponse:
    """One person's: one's own, or that of ``person``."""
    asked = asked_for(request)
    context = _frame(asked)
    context |= {
        "has_others": bool(asked.seen - {asked.own}),
        "others_url": address("scorecards", **asked.kept),
    }
    if asked.person is None:
        return render(request, "reports/scorecards/none.html", context)
    board = board_asked(request, asked)
    name = asked.people.names[asked.person]
    if "format" in request.GET:
        return _file(request, board, asked, {asked.person})
    number = int((board.projects["person"] == asked.person).sum())
    context |= {
        "name": name,
        "is_own": asked.person == asked.own,
        "projects": number,
        "others": board.projects["person"].nunique() - (1 if number else 0),
        "components": card(board, asked.person, name, asked.kept) if number else [],
        "projects_url": address("scorecard_projects", person=asked.person, **asked.kept),
        "exports": _exports("scorecard", asked, person=asked.person),
    }
    return render(request, "reports/scorecards/person.html", context)


@require("view_scorecard")
@require_GET
def scorecards(request: TenantRequest) -> HttpResponse:
    """One figure of everybody whose scorecard the member sees."""
    asked = asked_for(request)
    board = board_asked(request, asked)
    if "format" in request.GET:
        return _file(request, board, asked, asked.seen)
    key = request.GET.get("figure", "")
    key = key if key in BY_KEY else next(iter(BY_KEY))
    context = _frame(asked) | {
        "figure": key,
        "figure_choices": [
            (title, [(one, WORDS[one].title) for one in figures_of(component)])
            for component, title in COMPONENTS.items()
        ],
        "compared": comparison(board, key, asked.people, asked.seen, asked.kept),
        "projects": len(board.projects),
        "exports": _exports("scorecards", asked, figure=key),
        "own_url": address("scorecard", **asked.kept) if asked.own is not None else "",
    }
    return render(request, "reports/scorecards/people.html", context)


def _frame(asked: Asked) -> dict[str, Any]:
    return {
        "least": LEAST,
        "today": asked.today,
        "period": asked.period,
        "period_choices": [(one.key, one.label) for one in asked.offered],
        "narrowing": asked.narrowing,
        "person": asked.person,
        "kept": asked.kept,
    }


def _exports(name: str, asked: Asked, **further: Any) -> list[tuple[str, str]]:
    return [
        (one.upper(), address(name, **asked.kept, **further, format=one)) for one in ("csv", "xlsx")
    ]


def _file(request: TenantRequest, board: Board, asked: Asked, persons: set[int]) -> HttpResponse:
    return file_response(
        headings(),
        rows_of_file(board, asked.people, persons),
        format_=request.GET["format"],
        name=f"{request.tenant.slug}-scorecards-{asked.period.key}-{asked.today.isoformat()}",
        title=_("Scorecards"),
    )
