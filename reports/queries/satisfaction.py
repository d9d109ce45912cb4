"""What customers said in a period, how their cases were answered, and who is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection
from django.db.models import Min, QuerySet

from accounts.queries.calendars import working_calendar
from accounts.tenancy import current_tenant_id
from projects.models import Project, Side, SignOff
from reports.compute.report_periods import ReportPeriod
from reports.queries.service_counts import Served, Surveyed, served_in, surveyed_in
from service.compute.surveys import Answers
from service.models import SurveyAnswer, SurveyKind
from service.queries.request_rates import Rate

# Key, value, and why there is none.
Said = Iterator[tuple[str, Any, str]]


def survey_values(period: ReportPeriod, zone: ZoneInfo, surveyed: Surveyed | None = None) -> Said:
    """Of however few answers: who shows a figure says of how many, and gives no interval below five.
    ``surveyed``: what was counted of the period, where it was already."""
    if surveyed is None:
        (surveyed,) = surveyed_in([period], zone)
    for kind in SurveyKind.values:
        yield kind, Answers(kind, surveyed.scores.get(kind, {})).plain_value, "no_surveys"
    share = Fraction(surveyed.answered, surveyed.asked) if surveyed.asked else None
    yield "survey_response_rate", share, "none_invited"


def answers(period: ReportPeriod, kind: str) -> QuerySet:
    return SurveyAnswer.objects.filter(kind=kind, answered_on__range=(period.first, period.last))


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


def case_times(period: ReportPeriod, zone: ZoneInfo, served: Served | None = None) -> Said:
    """Touchpoints and cases, and how long an acceptance took. ``served``: what was counted of the
    period, where it was already."""
    if served is None:
        (served,) = served_in([period], zone)
    yield "touchpoints", served.met, "no_touchpoints"
    absent = "no_cases" if served.opened is None else ""
    yield "cases_opened", served.opened, absent
    hours = Fraction(served.seconds) / (served.answered * 3600) if served.answered else None
    yield "case_response_hours", hours, absent or "none_answered"
    promised = served.in_time + served.late
    yield (
        "case_targets_met", Fraction(served.in_time, promised) if promised else None,
        absent or "no_clocks",
    )  # fmt: skip
    days = acceptance_days(period, zone)
    absent = "none_asked" if days or accepted_projects(period).exists() else "none_accepted"
    yield "acceptance_lead_days", Fraction(median(days.values())) if days else None, absent


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
