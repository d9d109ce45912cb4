"""The parts that customers have of a figure sum up to its difference."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from night_facts import customer, sign, use

from accounts.models import Colleague, Customer, Tenant
from reports.actions.executive_figures import make_executive_sets
from reports.catalogue import figures_of
from reports.compute.goals import Factors, factor_shares
from reports.compute.report_periods import ReportPeriod, period_of
from reports.frames.goal_parts import Asked, customers_page, is_in_parts, parts_of
from tests.reports.figure_world import ReportWorld
from tests.reports.test_executive_figures import surveyed

LATE = datetime(2027, 6, 1, tzinfo=UTC)
NOW, THEN = period_of("2026-03"), period_of("2025-09")
BILLION = Fraction(1, 10**9)


@pytest.mark.parametrize("seed", [3, 80])
def test_parts_of_every_figure_sum_up_to_the_difference_of_the_stored_ones(
    scope: Tenant, seed: int
) -> None:
    world = ReportWorld(seed, customers=14)
    world.save()
    surveyed(world)
    told: set[str] = set()
    for now, then in ((NOW, THEN), (period_of("2026-12"), period_of("2026-08"))):
        told |= told_by_customers(scope, now, then)
    assert {"nrr_12m", "grr_12m", "dau_rate", "end_arr", "events"} <= told
    assert len(told) > 20


def told_by_customers(scope: Tenant, last: ReportPeriod, first: ReportPeriod) -> set[str]:
    """The figures that differ, whose parts sum up to what they differ by."""
    told = set()
    now, then = make_executive_sets(periods=[last, first], known_at=LATE)
    for key in figures_of("executive"):
        if not is_in_parts(key):
            continue
        found = parts_of(Asked(key, last, first, scope.zone), most=100)
        if now.value(key) is None or then.value(key) is None:
            continue
        assert found is not None, key
        wholes, parts = found
        difference = Fraction(now.value(key)) - Fraction(then.value(key))  # type: ignore[arg-type]
        for by in ("total", "customer", "tier", "manager", "industry"):
            done = sum(wholes.share(one.now, one.then) for one in parts if one.by == by)
            assert abs(done - difference) < BILLION, (key, by)
        if difference:
            told.add(key)
    return told


def lost(key: str, end: date, **of: object) -> Customer:
    made: Customer = customer(key)
    Customer.objects.filter(pk=made.pk).update(**of)
    sign(made, date(2023, 1, 1), end, fee=1000)
    return made


def test_who_was_lost_carries_the_churn(scope: Tenant) -> None:
    ann = Colleague.objects.create(key="ann", name="Ann")
    gone = lost("gone", date(2026, 1, 15), industry="Retail", service_manager=ann)
    before = lost("before", date(2025, 3, 15), industry="Bank")
    for name in ("a", "b", "c"):
        lost(name, date(2028, 12, 31), industry="Retail")
    read = parts_of(Asked("logo_churn_12m", NOW, THEN, scope.zone), most=9)
    assert read is not None
    wholes, parts = read
    done = {one.key: wholes.share(one.now, one.then) for one in parts if one.by == "customer"}
    # One of four left in the year to March; one of five in the year to September.
    assert done == {str(gone.pk): Fraction(1, 4), str(before.pk): Fraction(-1, 5)}
    groups: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for one in parts:
        groups[one.by][one.label] = wholes.share(one.now, one.then)
    assert groups["industry"] == {"Retail": Fraction(1, 4), "Bank": Fraction(-1, 5)}
    assert groups["manager"] == {"Ann": Fraction(1, 4), "": Fraction(-1, 5)}
    page = customers_page(
        Asked("logo_churn_12m", NOW, THEN, scope.zone), by="manager", key=str(ann.pk),
        part=slice(0, 25), only=None,
    )  # fmt: skip
    assert page is not None
    assert ([one.label for one in page[1]], page[2]) == (["Gone"], 1)


def test_daily_rate_is_taken_apart_by_persons_days(scope: Tenant) -> None:
    busy, calm = lost("busy", date(2028, 1, 1)), lost("calm", date(2028, 1, 1))
    for day in (1, 2, 3):
        use(busy, date(2026, 3, day), person="one")
    use(busy, date(2025, 9, 1), person="one")
    use(calm, date(2025, 9, 5), person="two")
    read = parts_of(Asked("dau_rate", NOW, THEN, scope.zone), most=9)
    assert read is not None
    wholes, parts = read
    done = {one.label: wholes.share(one.now, one.then) for one in parts if one.by == "customer"}
    # Two persons are known on both days; March has 31 days, September 30.
    assert done == {
        "Busy": Fraction(3, 62) - Fraction(1, 60),
        "Calm": -Fraction(1, 60),
    }


def test_factors_sum_up_to_the_difference_whichever_changed() -> None:
    was, now = (
        Factors(Fraction(100), Fraction(4, 5), Fraction(1, 50)),
        Factors(Fraction(130), Fraction(3, 4), Fraction(1, 80)),
    )
    shares = factor_shares(was, now)
    assert sum(shares.values()) == now.value - was.value
    assert shares["arpa"] > 0 > shares["margin"]
    only = factor_shares(was, Factors(was.arpa, was.margin, now.churn))
    assert only["arpa"] == only["margin"] == 0
    assert only["churn"] == was.arpa * was.margin * (1 / now.churn - 1 / was.churn)


def test_statements_are_one_however_many_customers(scope: Tenant) -> None:
    for number in range(3):
        lost(f"c{number}", date(2026, 1, 15))
    with CaptureQueriesContext(connection) as few:
        parts_of(Asked("grr_12m", NOW, THEN, scope.zone), most=5)
    for number in range(20):
        lost(f"d{number}", date(2026, 2, 15))
    with CaptureQueriesContext(connection) as many:
        parts_of(Asked("grr_12m", NOW, THEN, scope.zone), most=5)
    assert len(few) == len(many) == 1


def test_only_those_seen_are_named(scope: Tenant) -> None:
    one = lost("one", date(2026, 1, 15), industry="Retail")
    lost("other", date(2026, 1, 16), industry="Bank")
    lost("third", date(2026, 1, 17), industry="Retail")
    read = parts_of(Asked("customers", NOW, THEN, scope.zone), most=9, only=[one.pk])
    assert read is not None
    assert [part.label for part in read[1] if part.by == "customer"] == ["One"]
    assert [part.now - part.then for part in read[1] if part.by == "total"] == [-3]
    groups = [(part.label, part.now - part.then) for part in read[1] if part.by == "industry"]
    assert groups == [("Retail", -1)]
