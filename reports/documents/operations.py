"""The document of the monthly operations report: how service worked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Tenant
from reports.compute.documents import (
    Block,
    ChartBlock,
    ChartSeries,
    FiguresBlock,
    ReportDocument,
    ReportKind,
    Section,
    TableBlock,
    TextBlock,
    Vendor,
)
from reports.compute.report_periods import ReportPeriod
from reports.documents.chart_words import worded
from reports.documents.figure_words import document_figures, with_rows
from reports.documents.internal_tables import COUNT, SHARE, TEXT, Writer, table
from reports.documents.period_words import period_label
from reports.documents.words import with_words
from reports.models import FigureSet
from reports.queries.operations import CASES, WORK, Line, Operations, by_team, operations_of
from reports.queries.satisfaction import answers
from service.compute.surveys import Answers
from service.models import SurveyKind
from ui import formats

TILES = (
    "work_closed", "work_overdue", "work_in_time", "case_targets_met", "case_resolutions_met",
    "touch_coverage", "csat", "acceptance_rate",
)  # fmt: skip
WORKED = ("work_opened", "work_closed", "work_open", "work_overdue", "work_in_time")
CASED = (
    "cases_opened", "cases_solved", "cases_open", "case_response_hours", "case_targets_met",
    "case_resolution_hours", "case_resolutions_met", "escalations",
)  # fmt: skip
PLAYED = ("plays_fired", "plays_done", "plays_gone")
ASKED = ("surveys_sent", "survey_response_rate")
MET = ("touchpoints", "touch_coverage")
WISHED = ("requests_received", "acceptance_rate")
KEYS = tuple(dict.fromkeys((*WORKED, *CASED, *PLAYED, *ASKED, "nps", "csat", "ces", *MET, *WISHED)))
MOST_IN_CHART = 8


def compose(
    *,
    tenant: Tenant,
    period: ReportPeriod,
    figures: FigureSet,
    before: FigureSet | None,
    year_before: FigureSet | None,
    template: Any,
    language: str,
    known_at: datetime,
) -> ReportDocument:
    """Work, cases, plays, surveys, touchpoints and requests of a month, against the month before."""
    with translation.override(language):
        found = operations_of(period, tenant.zone, language)
        told = document_figures(
            KEYS, figures, before, currency=tenant.currency, language=language, compact=True
        )
        shown = with_rows(told, figures)
        there = {one.key for one in shown if one.value is not None} - _nothing(found)
        label = period_label(period, language)
        write = Writer(language, tenant.currency)

        def rows(keys: Sequence[str]) -> FiguresBlock:
            return FiguresBlock(tuple(key for key in keys if key in there), style="rows")

        sections = (
            Section("top", "", (FiguresBlock(tuple(k for k in TILES if k in there)),)),
            Section("commentary", _("Commentary"), (TextBlock("", slot="commentary"),)),
            Section("work", _("Work"), _some(
                rows(WORKED), _load(found.work, language),
                _work(found.work, write, of_teams=True), _work(found.work, write),
            )),
            Section("cases", _("Cases"), _some(
                rows(CASED), _cases(found.cases, write, of_teams=True), _cases(found.cases, write),
            )),
            Section("plays", _("Plays"), _some(rows(PLAYED), _plays(found, write))),
            Section("surveys", _("Surveys"), _some(rows(ASKED), _surveys(period, write))),
            Section("touchpoints", _("Touchpoints"), _some(rows(MET))),
            Section("requests", _("Requests"), _some(rows(WISHED))),
        )  # fmt: skip
        return with_words(
            ReportDocument(
                kind=ReportKind.OPERATIONS,
                period=period.key,
                period_label=label,
                first_day=period.first,
                last_day=period.last,
                language=language,
                currency=tenant.currency,
                title=_("Operations report"),
                subtitle=f"{tenant.name} · {label}",
                vendor=Vendor(tenant.name),
                figures=shown,
                sections=tuple(one for one in sections if one.blocks),
                words={},
                made_on=tenant.local_date(known_at),
            )
        )


def _nothing(found: Operations) -> set[str]:
    """Figures of what there was none of: a line says so."""
    return {*(WORKED if not found.work else ()), *(PLAYED if not found.plays else ())}


def _some(*blocks: Block | None) -> tuple[Block, ...]:
    return tuple(
        one
        for one in blocks
        if one is not None and not (isinstance(one, FiguresBlock) and not one.keys)
    )


def _load(lines: list[Line], language: str) -> ChartBlock | None:
    """Open and overdue work of those who have most."""
    most = [line for line in lines if line.who and line.counts["open"]][:MOST_IN_CHART]
    if len(most) < 2:
        return None
    chart = ChartBlock(
        "columns",
        _("Who has how much open work?"),
        tuple(line.who for line in most),
        (
            ChartSeries(
                _("Not due yet"),
                tuple(line.counts["open"] - line.counts["overdue"] for line in most),
                "series-1",
            ),
            ChartSeries(
                pgettext("work", "Overdue"),
                tuple(line.counts["overdue"] for line in most),
                "series-4",
            ),
        ),
        {},
        description=_("Open work at the end of the month by owner: %(name)s has most, %(count)s.")
        % {"name": most[0].who, "count": most[0].counts["open"]},
    )
    return worded(chart, formats.formatter("number", language))


def _who(line: Line, write: Writer) -> Any:
    return write.text(line.who or _("Nobody named"))


def _work(lines: list[Line], write: Writer, *, of_teams: bool = False) -> TableBlock | None:
    shown = by_team(lines, WORK) if of_teams else lines
    if of_teams and (len(shown) < 2):
        return None

    def cells(counts: dict[str, int]) -> list[Any]:
        return [
            *(write.number(counts[name]) for name in ("opened", "closed", "open", "overdue")),
            write.share(counts["in_time"], counts["timed"]),
        ]

    total = {name: sum(line.counts[name] for line in lines) for name in WORK}
    return table(
        "work_teams" if of_teams else "work_people",
        (
            ("who", _("Team") if of_teams else pgettext("of work", "Owner"), TEXT),
            ("opened", pgettext("work", "Opened"), COUNT), ("closed", pgettext("work", "Closed"), COUNT),
            ("open", pgettext("work", "Open at the end"), COUNT),
            ("overdue", pgettext("work", "Overdue"), COUNT),
            ("in_time", _("Done in time"), SHARE),
        ),
        ((_who(line, write), *cells(line.counts)) for line in shown),
        title=_("By team") if of_teams else _("By owner"),
        empty=_("There was no work in this month."),
        total=(write.text(_("Total")), *cells(total)) if lines else (),
    )  # fmt: skip


def _cases(lines: list[Line], write: Writer, *, of_teams: bool = False) -> TableBlock | None:
    shown = by_team(lines, CASES) if of_teams else lines
    if of_teams and (len(shown) < 2):
        return None

    def cells(counts: dict[str, int]) -> list[Any]:
        return [
            *(write.number(counts[name]) for name in ("opened", "solved", "open")),
            write.share(counts["kept"], counts["kept"] + counts["missed"]),
            write.share(counts["resolved"], counts["resolved"] + counts["late"]),
        ]

    total = {name: sum(line.counts[name] for line in lines) for name in CASES}
    return table(
        "case_teams" if of_teams else "case_people",
        (
            ("who", _("Team") if of_teams else pgettext("of work", "Owner"), TEXT),
            ("opened", pgettext("work", "Opened"), COUNT), ("solved", _("Solved"), COUNT),
            ("open", pgettext("work", "Open at the end"), COUNT),
            ("answered", _("Answered in time"), SHARE), ("resolved", _("Solved in time"), SHARE),
        ),
        ((_who(line, write), *cells(line.counts)) for line in shown),
        title=_("By team") if of_teams else _("By owner"),
        empty=_("There were no cases in this month."),
        total=(write.text(_("Total")), *cells(total)) if lines else (),
    )  # fmt: skip


def _plays(found: Operations, write: Writer) -> TableBlock:
    return table(
        "plays",
        (
            ("play", _("Play"), TEXT), ("fired", _("Fired"), COUNT), ("done", _("Done"), COUNT),
            ("gone", _("No longer needed"), COUNT), ("dismissed", _("Dismissed"), COUNT),
            ("expired", _("Expired"), COUNT), ("share", _("Done of what ended"), SHARE),
        ),
        (
            (
                write.text(line.who),
                *(write.number(line.counts[name])
                  for name in ("fired", "done", "gone", "dismissed", "expired")),
                write.share(line.counts["done"], sum(line.counts.values()) - line.counts["fired"]),
            )
            for line in found.plays
        ),
        title=_("By play"),
        empty=_("No play was set off and no work of one ended in this month."),
    )  # fmt: skip


def _surveys(period: ReportPeriod, write: Writer) -> TableBlock:
    """Scores with their interval, and the month before."""
    rows = []
    for kind in SurveyKind:
        now = Answers(kind.value, _scores(period, kind.value))
        before = Answers(kind.value, _scores(period.before, kind.value))
        if not now.total and not before.total:
            continue
        interval = now.interval
        rows.append(
            (
                write.text(str(kind.label)),
                write.number(now.value, 1),
                write.number(interval and interval.low, 1),
                write.number(interval and interval.high, 1),
                write.number(now.total),
                write.number(before.value, 1),
            )
        )
    points = "points"
    return table(
        "surveys",
        (
            ("survey", _("Survey"), TEXT), ("value", pgettext("report", "Value"), points),
            ("low", _("95 % interval, from"), points), ("high", pgettext("interval", "to"), points),
            ("answers", _("Answers"), COUNT), ("before", _("Period before"), points),
        ),
        rows,
        title=_("What customers said"),
        empty=_("No survey was answered in this period."),
    )  # fmt: skip


def _scores(period: ReportPeriod, kind: str) -> dict[int, int]:
    """Score → answers."""
    rows = answers(period, kind).order_by().values_list("score").annotate(n=Count("pk"))
    return dict(rows)
