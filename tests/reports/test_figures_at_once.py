"""The figures of many periods in one pass are those of each alone, for few statements a period."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Case, Customer, Tenant, Touchpoint
from reports.actions.figure_checks import closed_periods
from reports.compute.report_periods import period_of
from reports.queries.activity import activity_of
from reports.queries.executive_figures import executive_figures
from reports.queries.service_counts import served_in, surveyed_in
from service.models import CaseWork
from tests.reports.figure_world import ReportWorld
from tests.reports.test_executive_figures import some_contracts, surveyed

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize("seed", [3, 17])
def test_periods_at_once_are_each_period_alone(scope: Tenant, seed: int) -> None:
    world = ReportWorld(seed, customers=12)
    world.save()
    surveyed(world)
    chance = random.Random(seed)
    for one in Case.objects.all():
        CaseWork.objects.create(
            case=one, customer_id=one.customer_id, started_at=one.opened_at, response_minutes=60,
            responded_at=one.first_response_at, fact_from=one.known_from,
            response_breached_at=chance.choice([None, one.opened_at + timedelta(hours=1)]),
        )  # fmt: skip
    periods = closed_periods(scope, NOW)
    together = executive_figures(periods, scope)
    told = set()
    for period in periods:
        (alone,) = executive_figures([period], scope).values()
        assert (together[period.key].figures, together[period.key].reasons) == (
            alone.figures, alone.reasons,
        ), period.key  # fmt: skip
        told |= {key for key, value in alone.figures.items() if value}
    assert {"events", "active_persons", "active_customers", "touchpoints", "cases_opened",
            "case_targets_met", "nps", "dau_rate"} <= told  # fmt: skip


def test_periods_far_apart_and_in_any_order(scope: Tenant) -> None:
    ReportWorld(80, customers=9).save()
    periods = [period_of(key) for key in ("2026-Q1", "2024-05", "2025-12", "2024-Q2")]
    together = activity_of(periods, scope.zone)
    assert {key: vars(one) for key, one in together.items()} == {
        period.key: vars(activity_of([period], scope.zone)[period.key]) for period in periods
    }
    assert together["2026-Q1"].events


def test_an_occasion_with_several_contacts_is_one(scope: Tenant) -> None:
    some_contracts()
    who, other = Customer.objects.order_by("pk")[:2]
    for number, (customer, occasion) in enumerate(
        [(who, "visit"), (who, "visit"), (other, "visit"), (who, ""), (who, "")]
    ):
        Touchpoint.objects.create(
            customer=customer, key=f"t{number}", kind="call", occasion=occasion,
            happened_on=NOW.date() - timedelta(30),
        )  # fmt: skip
    april, may = served_in([period_of("2026-04"), period_of("2026-05")], scope.zone)
    assert (april.met, may.met, may.opened) == (None, 4, None)


def test_each_further_period_costs_thirteen_statements(scope: Tenant) -> None:
    some_contracts()
    periods = closed_periods(scope, NOW)

    def statements(number: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            executive_figures(periods[:number], scope)
        return len(asked)

    few = statements(2)
    assert (statements(len(periods)) - few) / (len(periods) - 2) <= 13
    with CaptureQueriesContext(connection) as asked:
        surveyed_in(periods, scope.zone)
        served_in(periods, scope.zone)
        activity_of(periods, scope.zone)
    # Without those that tell the planner so before and after.
    assert len([one for one in asked if "FROM" in one["sql"]]) == 4
