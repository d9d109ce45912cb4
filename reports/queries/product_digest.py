"""What the product digest of a month says: the month of requests that product management is written
about, with promises and effort beside it."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

from django.db.models import Q

from accounts.models import Tenant
from reports.compute.report_periods import ReportPeriod
from reports.queries.satisfaction import case_times, request_values, survey_values
from reports.queries.service_counts import moments
from service.models import CaseOpening, CaseWork, RequestDigest
from service.queries.request_digest import digest_facts
from service.queries.request_rates import rates


def product_facts(period: ReportPeriod, tenant: Tenant, now: datetime) -> dict[str, Any]:
    """The facts of `service.queries.request_digest`: those that were kept when product managers were
    written to, else as it stands now."""
    kept = kept_facts(period)
    if kept is not None:
        return kept
    return digest_facts(period.first, today=tenant.local_date(now), zone=tenant.zone)


def kept_facts(period: ReportPeriod) -> dict[str, Any] | None:
    """Those of the letter about the month; None: none was written."""
    kept = RequestDigest.objects.filter(month=period.first).first()
    return None if kept is None else dict(kept.facts)


def told_at(period: ReportPeriod, known_at: datetime) -> datetime:
    """The moment at which the requests of a digest stood as it says: its making, or the letter's if
    that was there already."""
    kept = RequestDigest.objects.filter(month=period.first, made_at__lte=known_at).first()
    return known_at if kept is None else kept.made_at


def product_values(
    period: ReportPeriod, tenant: Tenant, facts: dict[str, Any]
) -> list[tuple[str, Any, str]]:
    """Key, value and why there is none, of every figure of the product digest."""
    rate = facts["rate"]
    (month,) = rates([(period.first, period.last)])
    values: list[tuple[str, Any, str]] = [
        *(one for one in request_values(month) if one[0] == "requests_received"),
        ("requests_undecided", facts["undecided"], ""),
        ("requests_aging", facts["aging"], ""),
        (
            "acceptance_rate_12m",
            Fraction(rate["taken"], rate["received"]) if rate["received"] else None,
            "none_received",
        ),
        ("updates_shipped", len(facts["shipped"]), ""),
        *(
            (f"asked_used_{days}", used_share(facts["shipped"], days), "no_releases")
            for days in (30, 90)
        ),
        ("cases_breached", _breached(period, tenant), ""),
    ]
    values += [one for one in case_times(period, tenant.zone) if one[0] == "cases_opened"]
    values += [one for one in survey_values(period, tenant.zone) if one[0] == "ces"]
    return values


def used_share(shipped: list[dict[str, Any]], days: int) -> Fraction | None:
    """Of the customers who asked, over the releases that have been there for so many days."""
    told = [
        (total, used)
        for one in shipped
        for window, total, used in one["asked"]
        if window == days and used is not None
    ]
    everybody = sum(total for total, _used in told)
    return Fraction(sum(used for _total, used in told), everybody) if everybody else None


def _breached(period: ReportPeriod, tenant: Tenant) -> int:
    """Cases of which a promise ran out in the period, each once."""
    start, end = moments(period, tenant.zone)
    out = Q(response_breached_at__gte=start, response_breached_at__lt=end) | Q(
        resolution_breached_at__gte=start, resolution_breached_at__lt=end
    )
    found = [
        model.objects.filter(out).order_by().values("case") for model in (CaseWork, CaseOpening)
    ]
    return int(found[0].union(found[1]).count())
