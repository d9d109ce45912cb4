"""Figures of customers against plain Python over the same facts, as known then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from night_facts import customer as use_customer
from night_facts import project, sign, use
from night_world import MOMENT

from accounts.models import Customer, Module, Tenant, Touchpoint
from reports.actions.figures import make_customer_figures
from reports.catalogue import REASONS
from reports.catalogue import figures_of as kinds_of
from reports.compute.report_periods import period_of
from reports.frames.figure_peers import FEW
from reports.models import FigureSet, Restatement
from segmentation.actions.nights import run_night
from segmentation.models import MeasureRow, Night, UsageEvent
from service.queries.peers import peer_standing
from tests.reports.figure_world import ReportWorld, figures_of

DAY = timedelta(1)
LATE = datetime(2027, 1, 1, tzinfo=UTC)
BY_NIGHT = ("peers_events", "peers_breadth", "peers_seats")
OTHERS = ("updates_received", "open_sign_offs")


def same(found: Any, expected: Any) -> bool:
    if isinstance(expected, float):
        return found is not None and abs(float(found) - expected) < 1e-9
    return bool(found == expected)


def night_of(tenant: Tenant, day: date, known_at: datetime | None = None) -> Night:
    run_night(tenant=tenant, as_of=day, known_at=known_at)
    return Night.objects.get(as_of=day)


def check(world: ReportWorld, tenant: Tenant, period: str, known_at: datetime) -> int:
    span = period_of(period)
    facts = world.known_at(known_at)
    expected = figures_of(facts, facts, first=span.first, last=span.last, zone=tenant.zone)
    made = make_customer_figures(period=span, night=None, known_at=known_at)
    sets = {one.customer.key: one for one in FigureSet.objects.filter(
        period=period, known_at=known_at).select_related("customer")}  # fmt: skip
    assert set(sets) == set(expected)
    wrong = [
        (customer, key, sets[customer].value(key), value)
        for customer, figures in expected.items()
        for key, value in figures.items()
        if not same(sets[customer].value(key), value)
    ]
    assert wrong == []
    for one in sets.values():
        assert set(one.figures) == set(kinds_of("customer"))
        # What is absent says why, and nothing else does.
        assert {key for key, value in one.figures.items() if value is None} == set(one.reasons)
        assert set(one.reasons.values()) <= set(REASONS)
        assert all(one.figures[key] is None for key in BY_NIGHT)
    return made


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("period", ["2025-03", "2025-12", "2026-Q2"])
def test_every_figure_is_what_plain_python_makes_of_the_same_facts(
    scope: Tenant, seed: int, period: str
) -> None:
    world = ReportWorld(seed)
    world.save()
    assert check(world, scope, period, LATE)


@pytest.mark.parametrize("seed", range(4))
def test_of_a_moment_past_is_seen_what_was_known_then(scope: Tenant, seed: int) -> None:
    world = ReportWorld(seed + 100)
    world.save()
    check(world, scope, "2025-10", MOMENT)


def test_made_again_nothing_is_added_until_a_figure_changes(scope: Tenant) -> None:
    world = ReportWorld(7)
    world.save()
    march = period_of("2025-03")
    first = make_customer_figures(period=march, night=None, known_at=LATE)
    assert first == Customer.objects.count() == FigureSet.objects.count()
    assert make_customer_figures(period=march, night=None, known_at=LATE) == 0
    customer = Customer.objects.get(key="C1")
    before = FigureSet.objects.get(customer=customer)
    Touchpoint.objects.create(
        customer=customer, key="late", kind="call", happened_on=date(2025, 3, 31), known_from=LATE
    )
    assert make_customer_figures(period=march, night=None, known_at=LATE) == 1
    after = FigureSet.objects.get(customer=customer, version=2)
    assert after.value("touchpoints") == before.value("touchpoints") + 1
    told = Restatement.objects.get()
    assert (told.figure_set, told.key, told.period) == (after, "touchpoints", "2025-03")
    assert (told.before, told.after) == (before.value("touchpoints"), after.value("touchpoints"))


def test_some_customers_get_the_figures_that_all_get(scope: Tenant) -> None:
    world = ReportWorld(3, customers=6)
    world.save()
    night = night_of(scope, date(2025, 12, 31))
    december = period_of("2025-12")
    ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    assert make_customer_figures(
        period=december, night=night, known_at=LATE, customer_ids=ids[:2]
    ) == 2  # fmt: skip
    assert make_customer_figures(period=december, night=night, known_at=LATE) == len(ids) - 2
    assert not Restatement.objects.exists()


@pytest.mark.parametrize("seed", range(3))
def test_what_a_night_measured_is_the_same_number_in_the_report(scope: Tenant, seed: int) -> None:
    world = ReportWorld(seed + 40)
    world.save()
    last = date(2025, 12, 31)
    night = night_of(scope, last, MOMENT + 60 * DAY)
    make_customer_figures(period=period_of("2025-12"), night=night, known_at=LATE)
    measured = {row.customer_id: row for row in MeasureRow.objects.filter(as_of=last)}
    assert measured
    for one in FigureSet.objects.all():
        assert (one.night_id, one.rules) == (night.pk, night.rule_set.version)
        row = measured.get(one.customer_id)
        if row is None:
            continue
        for key in ("arr", "modules_owned", "overdue_amount"):
            assert one.value(key) == getattr(row, key), key
        assert one.value("seats") == (row.seats or None)
        for key, days in (
            ("renewal_on", row.days_to_renewal),
            ("next_payment_on", row.days_to_payment),
        ):
            assert one.value(key) == (None if days is None else last + days * DAY), key


def test_peers_are_those_of_the_customers_page(scope: Tenant) -> None:
    last = date(2026, 6, 30)
    customers = []
    for number in range(27):
        one = use_customer(f"c{number}")
        one.industry = "retail" if number < 26 else ""
        one.size = ["small", "large", ""][number % 3 if number < 26 else 2]
        one.save()
        sign(one, date(2025, 1, 1), fee=100, seats=number % 4 * 5)
        project(one, date(2025, 1, 1), date(2025, 2, 1))
        for event in range(number % 5):
            use(one, last - event * DAY, person=f"p{event}")
        customers.append(one)
    UsageEvent.objects.filter(person__in=["p0", "p3"]).update(module=Module.objects.get())
    night = night_of(scope, last)
    make_customer_figures(period=period_of("2026-06"), night=night, known_at=timezone.now())
    seen = 0
    for one in customers:
        found = FigureSet.objects.get(customer=one)
        standing = peer_standing(one)
        for key, measure in (
            ("peers_events", "events_30"), ("peers_breadth", "breadth"),
            ("peers_seats", "seat_utilisation"),
        ):  # fmt: skip
            held = (
                next((s for s in standing.standings if s.measure == measure), None)
                if standing
                else None
            )
            known = held is not None and held.value is not None
            rings = [r for r in standing.rings if held.places[r].is_enough] if known else []
            share = Decimal(held.places[rings[0]].percentile) / 100 if rings else None
            assert found.value(key) == share, (one.key, key)
            seen += share is not None
            assert (share is None) == (key in found.reasons)
    assert seen > 40
    # Of some, by another way, and nothing differs: nobody gets a second set.
    for count in (1, 7, FEW):
        some = [one.pk for one in customers[-count:]]
        again = {"night": night, "known_at": timezone.now(), "customer_ids": some}
        assert not make_customer_figures(period=period_of("2026-06"), **again)
    assert FigureSet.objects.get(customer=customers[26]).reasons["peers_events"] == "no_peer_group"


def test_lists_say_the_same_as_the_figures(scope: Tenant) -> None:
    world = ReportWorld(11)
    world.save()
    make_customer_figures(period=period_of("2026-Q2"), night=None, known_at=LATE)
    used = 0
    for one in FigureSet.objects.all():
        details = one.details
        persons, months, modules = details["persons"], details["months"], details["modules"]
        if not one.value("events"):
            continue
        used += 1
        assert len(months) == 13
        assert [m["month"] for m in months][-3:] == ["2026-04", "2026-05", "2026-06"]
        assert sum(m["events"] for m in months[-3:]) == one.value("events")
        assert len(persons) == one.value("active_users")
        assert sum(m["owned"] for m in modules) == one.value("modules_owned")
        silent = one.value("key_users") - (one.value("key_users_active") or 0)
        assert len(details["silent_key_users"]) == silent
    assert used > 2


@pytest.mark.parametrize("customers", [3, 9])
def test_no_customer_costs_a_statement(scope: Tenant, customers: int) -> None:
    ReportWorld(1, customers=customers).save()
    with CaptureQueriesContext(connection) as queries:
        make_customer_figures(period=period_of("2025-12"), night=None, known_at=LATE)
    asked = [one for one in queries if one["sql"].lstrip().startswith(("SELECT", "WITH"))]
    assert len(asked) == 4


def test_a_night_of_another_day_is_refused(scope: Tenant) -> None:
    night = night_of(scope, date(2025, 12, 30))
    with pytest.raises(ValueError, match="2025-12"):
        make_customer_figures(period=period_of("2025-12"), night=night, known_at=LATE)
