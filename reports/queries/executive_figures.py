"""The executives' figures of months and quarters, over the whole tenant, as known now.

What a screen or a command shows too is asked of the function that it asks, so that it is one number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from accounts.models import ContractLine, Instalment, Payment, Tenant
from reports.catalogue import OVER_YEAR, TIER_COUNTS
from reports.compute.report_periods import ReportPeriod
from reports.queries.activity import Activity, activity_of
from reports.queries.delivery import delivery_of_month, faces_met
from reports.queries.money import cash_of, renewals_of
from reports.queries.month import YEAR, lifetime_value, months_back
from reports.queries.satisfaction import (
    case_times,
    first_signings,
    newcomers,
    request_values,
    survey_values,
)
from reports.queries.service_counts import Served, Surveyed, served_in, surveyed_in
from reports.queries.tier_moves import WHOLE, tier_counts, tier_moves, tiers_of
from segmentation.compute.formats import format_rate
from segmentation.compute.retention import compare_days, month_boundaries
from segmentation.frames.retention import subscription_lines
from segmentation.models import Night
from segmentation.queries.remembered import loads_seen
from segmentation.queries.retention import RetentionFigures
from segmentation.queries.retention import figures_of as retention_figures
from segmentation.queries.stored import stored_nights
from service.queries.request_rates import Rate, rates

_AMOUNTS = ("start_arr", "new", "expansion", "contraction", "churned", "reactivated", "end_arr")
_RATES = ("grr", "nrr", "logo_churn")


@dataclass
class Found:
    """figures: key → value; reasons: key → why there is none; night: of the last day, if stored."""

    night: Night | None = None
    figures: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def say(self, key: str, value: Any, reason: str = "") -> None:
        """A figure, or why it is absent."""
        found = _exact(value)
        self.figures[key] = found
        if found is None:
            self.reasons[key] = reason


@dataclass(frozen=True)
class _Pass:
    """What is read once for all periods."""

    retention: Mapping[tuple[date, date], RetentionFigures]
    has_contracts: bool
    has_instalments: bool
    has_payments: bool
    rates: Mapping[str, Rate]
    activities: Mapping[str, Activity]
    nights: Mapping[date, Night]
    signings: Mapping[date, tuple[int, int]]
    has_lines: bool
    surveyed: Mapping[str, Surveyed]
    served: Mapping[str, Served]
    loads: str


def executive_figures(periods: Sequence[ReportPeriod], tenant: Tenant) -> dict[str, Found]:
    """Period key → figures. Contract lines, requests and usage are read once for all periods; the
    rest is a fixed number of statements a period, whatever the number of customers."""
    nights = {night.as_of: night for night in stored_nights().select_related("rule_set")}
    lines = subscription_lines()
    pairs = sorted({pair for period in periods for pair in _pairs(period)})
    keys = [period.key for period in periods]
    found_rates = rates([(period.first, period.last) for period in periods])
    once = _Pass(
        retention=dict(zip(pairs, retention_figures(compare_days(lines, pairs)), strict=True)),
        has_contracts=bool((lines["annual_fee"] > 0).any()),
        has_instalments=Instalment.objects.exists(),
        has_payments=Payment.objects.exists(),
        rates=dict(zip(keys, found_rates, strict=True)),
        activities=activity_of(periods, tenant.zone),
        nights=nights,
        signings=first_signings(),
        has_lines=ContractLine.objects.exists(),
        surveyed=dict(zip(keys, surveyed_in(periods, tenant.zone), strict=True)),
        served=dict(zip(keys, served_in(periods, tenant.zone), strict=True)),
        loads=loads_seen(),
    )
    return {period.key: _of(period, once, tenant) for period in periods}


def _pairs(period: ReportPeriod) -> list[tuple[date, date]]:
    """The days that are compared: those of the period, its last day with itself, and the twelve months
    up to its end, as one and each."""
    year = month_boundaries(months_back(period.last, YEAR - 1), period.last)
    return [_span(period), (period.last, period.last), _span(period.twelve_months), *pairwise(year)]


def _span(period: ReportPeriod) -> tuple[date, date]:
    return period.opening, period.last


def _of(period: ReportPeriod, once: _Pass, tenant: Tenant) -> Found:
    found = Found(once.nights.get(period.last))
    _retention(found, period, once, tenant)
    _money(found, period, once)
    _delivery(found, period, once, tenant)
    _requests(found, once.rates[period.key])
    _activity(found, once.activities[period.key], once)
    _tiers(found, period, once.nights)
    for key, value, reason in (
        *newcomers(period, once.signings, has_lines=once.has_lines),
        *survey_values(period, tenant.zone, once.surveyed[period.key]),
        *case_times(period, tenant.zone, once.served[period.key]),
    ):
        found.say(key, value, reason)
    return found


def _retention(found: Found, period: ReportPeriod, once: _Pass, tenant: Tenant) -> None:
    month = once.retention[_span(period)]
    customers = once.retention[(period.last, period.last)].customers_start
    absent = "" if once.has_contracts else "no_contracts"
    for key in (*_AMOUNTS, "customers_start", "customers_lost"):
        found.say(key, None if absent else getattr(month, key), absent)
    for key in _RATES:
        found.say(key, getattr(month, key), absent or "no_start")
    found.say("customers", None if absent else customers, absent)
    whole_year = once.retention[_span(period.twelve_months)]
    for key in _RATES:
        found.say(f"{key}{OVER_YEAR}", getattr(whole_year, key), absent or "no_start_of_year")
    year = [once.retention[pair] for pair in _pairs(period)[3:]]
    value = lifetime_value(year, customers, tenant.gross_margin)
    found.say("ltv", value, absent or ("none_lost" if customers else "no_customers"))


def _money(found: Found, period: ReportPeriod, once: _Pass) -> None:
    cash = cash_of(WHOLE, period.first, period.last, None, seen=once.loads)
    found.say("cash_received", cash.received if once.has_payments else None, "no_payments")
    for key, value in (("cash_due", cash.due), ("cash_overdue", cash.overdue)):
        found.say(key, value if once.has_instalments else None, "no_instalments")
    ended = renewals_of(
        WHOLE, period.first, period.last, None, known_until=period.last, seen=once.loads
    )
    absent = "" if once.has_contracts else "no_contracts"
    found.say("due_customers", None if absent else ended.customers, absent)
    found.say("due_arr", None if absent else ended.arr, absent)
    by_customers = Fraction(ended.customers_renewed, ended.customers) if ended.customers else None
    by_arr = Fraction(ended.arr_renewed) / Fraction(ended.arr) if ended.arr else None
    found.say("renewal_rate_customers", by_customers, absent or "nothing_ended")
    found.say("renewal_rate_arr", by_arr, absent or "nothing_ended")


def _delivery(found: Found, period: ReportPeriod, once: _Pass, tenant: Tenant) -> None:
    delivery = delivery_of_month(WHOLE, period.first, period.last)
    plain = ("accepted_projects", "on_time_rate", "delivery_cycle_days", "scope_creep_index",
             "unapproved_days", "signed_not_live_arr")  # fmt: skip
    if delivery is None:
        for key in plain:
            found.say(key, None, "no_projects")
    else:
        on_time = (
            Fraction(delivery.on_time, delivery.with_baseline) if delivery.with_baseline else None
        )
        found.say("accepted_projects", delivery.accepted)
        found.say("on_time_rate", on_time, "no_baseline" if delivery.accepted else "none_accepted")
        found.say("delivery_cycle_days", delivery.cycle_days, "none_accepted")
        found.say("scope_creep_index", delivery.creep, "no_effort")
        found.say("unapproved_days", delivery.unapproved)
        found.say("signed_not_live_arr", delivery.not_live)
    faces = faces_met(WHOLE, period.last, None, tenant, seen=once.loads)
    found.say("faces_per_customer", faces and Fraction(faces.faces, faces.customers), "no_faces")


def _requests(found: Found, rate: Rate) -> None:
    for key, value, reason in request_values(rate):
        found.say(key, value, reason)


def _activity(found: Found, used: Activity, once: _Pass) -> None:
    absent = "" if used.has_usage else "no_usage"
    found.say("events", None if absent else used.events, absent)
    found.say("active_persons", used.persons, absent or "no_persons")
    found.say("dau_rate", used.daily_rate, absent or "no_persons")
    found.say(
        "active_customers",
        used.customers if used.has_usage and once.has_contracts else None,
        absent or "no_contracts",
    )


def _tiers(found: Found, period: ReportPeriod, nights: Mapping[date, Night]) -> None:
    end = found.night
    start = nights.get(max((day for day in nights if day < period.first), default=date.min))
    moves = tier_moves(start, end, latest=nights[max(nights)]) if start and end else None
    absent = "no_night_before" if end else "no_night"
    found.say("moves_up", moves and moves.up, absent)
    found.say("moves_down", moves and moves.down, absent)
    if end is not None:
        for tier, number in tier_counts(end).items():
            found.say(f"{TIER_COUNTS}{tier}", number)
        return
    # No figure, so that a night that is stored later restates none; but why there is none.
    for tier in tiers_of(nights[max(nights)] if nights else None):
        found.reasons[f"{TIER_COUNTS}{tier}"] = absent


def _exact(value: float | Fraction | Decimal | None) -> Decimal | int | None:
    """Rates and means to ten places, as commands print them; whole numbers and money as they are."""
    if isinstance(value, float):
        return Decimal(format_rate(Fraction(Decimal(repr(value)))))
    if isinstance(value, Fraction):
        return Decimal(format_rate(value))
    if isinstance(value, Decimal):
        places = value.as_tuple().exponent
        if isinstance(places, int) and places < -10:
            return Decimal(format_rate(Fraction(value)))
    return value
