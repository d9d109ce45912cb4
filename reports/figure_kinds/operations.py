"""The figures of the operations report: how service worked in a month."""

from django.utils.translation import gettext_lazy as _

from reports.catalogue import Counted, FigureKind, figures_of, register
from reports.compute.documents import ReportKind
from reports.figure_kinds import executive  # noqa: F401 - the figures that both reports have
from segmentation.catalogue import FACTS, Better, Number, Unit

_CASES, _SURVEYS = FACTS["cases"], FACTS["surveys"]
_WORK, _PLAYS = _("Work"), _("Plays")
_LESS, _NEITHER = Better.LESS, Better.NEITHER
_LAST, _RATIO = Counted.LAST_DAY, Number.RATIO


def _same(*keys: str) -> tuple[FigureKind, ...]:
    """The executives' figures: one number in both reports."""
    kinds = figures_of(ReportKind.EXECUTIVE)
    return tuple(kinds[key] for key in keys)


register(ReportKind.OPERATIONS, (
    FigureKind("work_opened", _("Work opened"), Unit.COUNT,
        _("Pieces of work opened in the period, by plays and by hand."), _WORK, _NEITHER, adds_up=True),
    FigureKind("work_closed", _("Work closed"), Unit.COUNT,
        _("Pieces of work done or dismissed in the period."), _WORK, adds_up=True),
    FigureKind("work_open", _("Work open"), Unit.COUNT,
        _("Pieces of work open at the end of the last day."), _WORK, _LESS, _LAST, adds_up=True),
    FigureKind("work_overdue", _("Work overdue"), Unit.COUNT,
        _("Of these, those due on the last day or before."), _WORK, _LESS, _LAST, adds_up=True),
    FigureKind("work_in_time", _("Work done in time"), Unit.SHARE,
        _("Of the work done in the period, the share done on its due day or before."), _WORK,
        number=_RATIO),
    *_same("cases_opened"),
    FigureKind("cases_solved", _("Cases solved"), Unit.COUNT,
        _("Cases closed in the period."), _CASES, adds_up=True),
    FigureKind("cases_open", _("Cases open"), Unit.COUNT,
        _("Cases open at the end of the last day."), _CASES, _LESS, _LAST, adds_up=True),
    *_same("case_response_hours", "case_targets_met"),
    FigureKind("case_resolution_hours", _("Hours to solution"), Unit.HOURS,
        _("Mean hours from opening a case to closing it, over the cases closed in the period."),
        _CASES, _LESS, number=_RATIO),
    FigureKind("case_resolutions_met", _("Cases solved in time"), Unit.SHARE,
        _("Of the cases solved or overdue for it in the period, the share solved within the promised "
          "time."), _CASES, number=_RATIO),
    FigureKind("escalations", _("Escalations"), Unit.COUNT,
        _("How often a case was passed on to a department in the period."), _CASES, _LESS, adds_up=True),
    FigureKind("plays_fired", _("Plays fired"), Unit.COUNT,
        _("How often a play was set off for a customer by the nights of the period."), _PLAYS,
        _NEITHER, adds_up=True),
    FigureKind("plays_done", _("Work of plays done"), Unit.COUNT,
        _("Pieces of work of plays that were done in the period."), _PLAYS, adds_up=True),
    FigureKind("plays_gone", _("No longer needed"), Unit.COUNT,
        _("Pieces of work of plays that ended in the period because what set them off was over."),
        _PLAYS, adds_up=True),
    FigureKind("surveys_sent", _("Surveys sent"), Unit.COUNT,
        _("Links to surveys sent in the period."), _SURVEYS, _NEITHER, adds_up=True),
    *_same("survey_response_rate", "nps", "csat", "ces", "touchpoints"),
    FigureKind("touch_coverage", _("Customers met"), Unit.SHARE,
        _("Of the customers that have ARR on the last day, the share that we met in the period."),
        FACTS["touchpoints"], number=_RATIO),
    *_same("requests_received", "acceptance_rate"),
))  # fmt: skip
