"""What customers said in a period, how their cases were answered, and who is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from accounts.models import Case, Touchpoint
from accounts.queries.calendars import working_calendar
from accounts.tenancy import current_tenant_id
from projects.models import Project, Side, SignOff
from reports.compute.report_periods import ReportPeriod
from service.compute.surveys import Answers
from service.models import CaseOpening, CaseWork, SurveyAnswer, SurveyInvitation, SurveyKind
from service.queries.request_rates import Rate

# Key, value, and why there is none.
Said = Iterator[tuple[str, Any, str]]


def moments(period: ReportPeriod, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of a period, and the first one after it."""
    return (
        datetime.combine(period.first, time(), zone),
        datetime.combine(period.last + timedelta(1), time(), zone),
    )


def survey_values(period: ReportPeriod, zone: ZoneInfo) -> Said:
    """Of however few answers: who shows a figure says of how many, and gives no interval below five."""
    for kind in SurveyKind.values:
        counts = answers(period, kind).order_by().values_list("score").annotate(n=Count("pk"))
        found = Answers(kind, dict(counts))
        yield kind, found.plain_value, "no_surveys"
    asked = invitations(period, zone).aggregate(
        asked=Count("pk"), answered=Count("pk", filter=Q(answered_at__isnull=False))
    )
    share = Fraction(asked["answered"], asked["asked"]) if asked["asked"] else None
    yield "survey_response_rate", share, "none_invited"


def answers(period: ReportPeriod, kind: str) -> QuerySet:
    return SurveyAnswer.objects.filter(kind=kind, answered_on__range=(period.first, period.last))


def invitations(period: ReportPeriod, zone: ZoneInfo) -> QuerySet:
    """Sent in the period; what was taken back unanswered was not asked."""
    start, end = moments(period, zone)
    return SurveyInvitation.objects.filter(
        state=SurveyInvitation.State.SENT, sent_at__gte=start, sent_at__lt=end
    ).filter(Q(revoked_at=None) | Q(answered_at__isnull=False))


def first_signings() -> dict[date, tuple[int, int]]:
    """First day of a month → customers that signed for the first time in it, trials apart, and how
    many of them had been referred; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH came AS MATERIALIZED (
                SELECT contract.customer_id, min(line.signed_on) AS day
                  FROM accounts_contractline line
                  JOIN accounts_contract contract
                    ON contract.tenant_id = %(tenant)s AND contract.id = line.contract_id
                 WHERE line.tenant_id = %(tenant)s AND NOT line.is_trial
                 GROUP BY contract.customer_id
            )
            SELECT date_trunc('month', came.day)::date, count(*), count(referred.prospect_id)
              FROM came
              LEFT JOIN (SELECT DISTINCT prospect_id FROM service_referral
                          WHERE tenant_id = %(tenant)s) AS referred
                ON referred.prospect_id = came.customer_id
             GROUP BY 1
            """,
            {"tenant": current_tenant_id()},
        )
        return {month: (new, referred) for month, new, referred in cursor.fetchall()}


def newcomers(
    period: ReportPeriod, signings: Mapping[date, tuple[int, int]], *, has_lines: bool
) -> Said:
    months = [signings.get(month.first, (0, 0)) for month in period.months]
    new, referred = sum(one for one, _told in months), sum(told for _one, told in months)
    absent = "" if has_lines else "no_contracts"
    yield "new_customers", None if absent else new, absent
    yield "referred_customers", None if absent else referred, absent
    yield "referred_share", Fraction(referred, new) if new else None, absent or "none_new"


def request_values(rate: Rate) -> Said:
    """What customers asked for in a period; who keeps no requests received not none of them."""
    absent = "" if rate.has_requests else "no_requests"
    yield "requests_received", None if absent else rate.received, absent
    yield "requests_adopted", None if absent else rate.taken, absent
    share = Fraction(rate.taken, rate.received) if rate.received else None
    yield "acceptance_rate", share, absent or "none_received"


def case_times(period: ReportPeriod, zone: ZoneInfo) -> Said:
    """Touchpoints and cases, and how long an acceptance took."""
    start, end = moments(period, zone)
    met = Touchpoint.objects.filter(happened_on__range=(period.first, period.last))
    absent = (
        "" if Touchpoint.objects.filter(happened_on__lte=period.last).exists() else "no_touchpoints"
    )
    yield "touchpoints", None if absent else occasions(met), absent
    absent = "" if Case.objects.filter(opened_at__lt=end).exists() else "no_cases"
    opened = Case.objects.filter(opened_at__gte=start, opened_at__lt=end).count()
    yield "cases_opened", None if absent else opened, absent
    answered, seconds = _answered(start, end)
    hours = Fraction(seconds) / (answered * 3600) if answered else None
    yield "case_response_hours", hours, absent or "none_answered"
    kept = missed = 0
    for model in (CaseWork, CaseOpening):
        in_time, late = clocks(model, start, end)
        kept, missed = kept + in_time.count(), missed + late.count()
    share = Fraction(kept, kept + missed) if kept + missed else None
    yield "case_targets_met", share, absent or "no_clocks"
    days = acceptance_days(period, zone)
    absent = "none_asked" if accepted_projects(period).exists() else "none_accepted"
    yield "acceptance_lead_days", Fraction(median(days.values())) if days else None, absent


def occasions(met: QuerySet) -> int:
    """Touchpoints of one occasion with several contacts are one."""
    told = met.exclude(occasion="").order_by().values("customer", "occasion").distinct()
    return int(met.filter(occasion="").count() + told.count())


def clocks(model: type, start: datetime, end: datetime) -> tuple[QuerySet, QuerySet]:
    """Clocks of cases whose first response came in time in the period, and those that ran out in
    it."""
    rows = model.objects.filter(response_minutes__isnull=False)  # type: ignore[attr-defined]
    return (
        rows.filter(
            responded_at__gte=start, responded_at__lt=end, response_breached_at__isnull=True
        ),
        rows.filter(response_breached_at__gte=start, response_breached_at__lt=end),
    )


def _answered(start: datetime, end: datetime) -> tuple[int, Any]:
    """Cases first answered in the period, and the seconds that they waited."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*), coalesce(sum(extract(epoch FROM first_response_at - opened_at)), 0)
              FROM accounts_case
             WHERE tenant_id = %s AND first_response_at >= %s AND first_response_at < %s
            """,
            [current_tenant_id(), start, end],
        )
        found: tuple[int, Any] = cursor.fetchone()
    return found


def accepted_projects(period: ReportPeriod) -> QuerySet:
    return Project.objects.filter(accepted_on__range=(period.first, period.last))


def acceptance_days(period: ReportPeriod, zone: ZoneInfo) -> dict[int, int]:
    """Project → working days from first asking the customer to accept it until it did; of those that
    were accepted in the period and had been asked for."""
    asked = (
        SignOff.objects.filter(
            gate__project__in=accepted_projects(period).order_by().values("pk"),
            gate__is_acceptance=True,
            side=Side.CUSTOMER,
            withdrawn_at__isnull=True,
        )
        .order_by()
        .values_list("gate__project", "gate__project__accepted_on")
        .annotate(first=Min("asked_at"))
    )
    rows = [(project, first.astimezone(zone).date(), on) for project, on, first in asked]
    told = [(project, first, on) for project, first, on in rows if first <= on]
    if not told:
        return {}
    days = working_calendar().between_each(
        np.array([first for _, first, _ in told], dtype="datetime64[D]"),
        np.array([on for _, _, on in told], dtype="datetime64[D]"),
    )
    return {project: int(n) for (project, _, _), n in zip(told, days, strict=True)}
