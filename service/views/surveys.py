"""What customers answered: figures with how sure one can be, and the answers one by one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import ContactRole
from accounts.permissions import may, require
from accounts.requests import TenantRequest
from service.compute.surveys import Answers, standing
from service.forms.surveys import STANDINGS, ResultFilter, quarters_until
from service.models import SurveyAnswer, SurveyKind
from service.models.surveys import SCALES
from service.queries.survey_links import seen_rounds
from service.queries.survey_results import (
    Chosen,
    follow_ups,
    listed_answers,
    survey_results,
    trend,
)
from service.views.survey_frame import survey_tabs, today_of
from service.views.survey_words_of import group_rows, shown_interval, shown_value
from ui.charts import Series, TimeChart, Unit
from ui.downloads import file_response
from ui.exports import Cell
from ui.tables import Column, Table

QUARTERS = 8
MOST_ROUNDS = 100
MOST_EXPORTED = 50_000
YEAR = "year"

COLUMNS = (
    Column("day", gettext_lazy("Answered on")),
    Column("customer", gettext_lazy("Customer")),
    Column("contact", gettext_lazy("Contact"), wide=True),
    Column("score", gettext_lazy("Score"), align="end"),
    Column("words", gettext_lazy("In their words")),
    Column("follow_up", gettext_lazy("Follow-up"), wide=True),
)


@require("view_surveys")
@require_GET
def surveys(request: TenantRequest) -> HttpResponse:
    """The results of one kind over a period."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in SurveyKind.values else SurveyKind.NPS.value
    today = today_of(request)
    quarters = quarters_until(today, QUARTERS)
    form, chosen = _chosen(request, kind, today, quarters)
    answers = listed_answers(
        request.membership, chosen, standing=form.value("standing"),
        commented=bool(form.value("commented")),
    )  # fmt: skip
    if format_ := request.GET.get("format", ""):
        return _exported(request, answers, format_, chosen)
    table = Table.read(COLUMNS, request.GET.urlencode()).counted(answers.count())
    shown = list(answers[table.slice])
    results = survey_results(request.membership, chosen, request.tenant.zone)
    over = trend(request.membership, chosen, quarters)
    ctas = follow_ups(shown)
    context = {
        "tabs": survey_tabs(request, "surveys"),
        "kinds": _kind_tabs(request, kind),
        "kind": kind,
        "form": form,
        "chosen": chosen,
        "total": results.total,
        "value": shown_value(results.total),
        "interval": shown_interval(results.total),
        "scale": SCALES[kind],
        "scores": _scores(results.total),
        "standings": _standings(results.total),
        "groups": group_rows(results),
        "chart": _chart(kind, quarters, over),
        "too_few_quarters": sum(answers.is_too_few for answers in over),
        "table": table,
        "rows": [(one, standing(kind, one.score), ctas.get(one.pk)) for one in shown],
        "may_send": may(request.membership, "send_surveys"),
    }
    return render(request, "service/surveys/results.html", context)


def _chosen(
    request: TenantRequest, kind: str, today: date, quarters: list[date]
) -> tuple[ResultFilter, Chosen]:
    names = {f"{day.year}-Q{(day.month + 2) // 3}": day for day in reversed(quarters)}
    rounds = seen_rounds(request.membership).filter(survey__kind=kind)[:MOST_ROUNDS]
    by_pk = {str(found.pk): found for found in rounds}
    form = ResultFilter(
        request.GET,
        kind=kind,
        periods=[("", _("Last 12 months")), *((name, name) for name in names)],
        rounds=[(pk, str(found)) for pk, found in by_pk.items()],
    )
    start, end = today - timedelta(days=364), today
    if quarter := names.get(form.value("period")):
        start = quarter
        end = (quarter + timedelta(days=95)).replace(day=1) - timedelta(days=1)
    chosen = Chosen(
        kind, start, end, form.value("role"), form.value("tier"), by_pk.get(form.value("round"))
    )
    return form, chosen


def _kind_tabs(request: TenantRequest, active: str) -> list[dict[str, Any]]:
    url = reverse("surveys")
    return [
        {"label": label, "url": f"{url}?kind={kind}", "active": kind == active, "count": None}
        for kind, label in SurveyKind.choices
    ]


def _scores(total: Answers) -> list[tuple[int, int, float, str]]:
    """(score, answers, share of the most frequent, how it stands), the best first."""
    low, high = SCALES[total.kind]
    most = max(total.counts.values(), default=0)
    return [
        (score, n := total.counts.get(score, 0), n / most if most else 0.0,
         standing(total.kind, score))
        for score in range(high, low - 1, -1)
    ]  # fmt: skip


def _standings(total: Answers) -> list[tuple[str, Any, int, float]]:
    """(key, words, answers, share)"""
    return [
        (name, words, count := total.standing_count(name),
         count / total.total if total.total else 0.0)
        for name, words in STANDINGS[total.kind].items()
    ]  # fmt: skip


def _chart(kind: str, quarters: list[date], over: list[Answers]) -> TimeChart:
    low = [answers.interval.low if answers.interval else None for answers in over]
    high = [answers.interval.high if answers.interval else None for answers in over]
    return TimeChart(
        title=SurveyKind(kind).label,
        periods=[f"{day.year}-Q{(day.month + 2) // 3}" for day in quarters],
        series=[
            Series(SurveyKind(kind).label, [answers.value for answers in over], "accent"),
            Series(_("Interval, lower end"), low, "muted"),
            Series(_("Interval, upper end"), high, "muted"),
        ],
        unit=Unit(digits=0 if kind == SurveyKind.NPS else 1),
    )


def _exported(request: TenantRequest, answers: Any, format_: str, chosen: Chosen) -> HttpResponse:
    headings = [
        _("Answered on"), _("Customer"), _("Key"), _("Contact"), _("Roles"), _("Kind"), _("Score"),
        _("In their words"), _("Round"),
    ]  # fmt: skip
    return file_response(
        headings,
        (_cells(answer) for answer in answers[:MOST_EXPORTED].iterator(chunk_size=2000)),
        format_=format_,
        name=f"{request.tenant.slug}-{chosen.kind}-{chosen.end.isoformat()}",
        title=_("Survey answers"),
    )


def _cells(answer: SurveyAnswer) -> list[Cell]:
    roles = ", ".join(str(ContactRole.Kind(role).label) for role in answer.roles)
    return [
        answer.answered_on, answer.customer.name, answer.customer.key,
        answer.contact.name if answer.contact else "", roles, answer.kind, answer.score,
        answer.comment, str(answer.invitation.round) if answer.invitation else "",
    ]  # fmt: skip
