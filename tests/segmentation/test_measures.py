"""The measures of a night are those of an independent, slow computation, for any facts, any day and
any moment of knowing them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from night_oracle import measures_of
from night_world import DAYS, MOMENT, World

from accounts.actions.facts import keep_versions
from accounts.models import (
    Contact,
    ContactRole,
    Contract,
    ContractLine,
    Customer,
    Module,
    Payment,
    RowVersion,
    Touchpoint,
)
from accounts.tenancy import current_tenant_id, tenant_scope
from segmentation.compute.exact import unscaled_decimal
from segmentation.frames import further, gathering
from segmentation.frames.asof import AsOf, EarlierNight
from segmentation.frames.copying import TEXT, copy_out
from segmentation.frames.reading import NightFacts, gather_facts
from segmentation.models import UsageEvent

ZONE = ZoneInfo("Asia/Shanghai")
FAR = datetime(2030, 1, 1, tzinfo=UTC)
MONEY = ("monetary", "arr", "overdue_amount")
STAGE_FACTS = (
    *("contract_signed", "contract_active", "contract_to_start", "project_running", "renewed"),
    *("accepted_days", "contract_days"),
)


def gathered(
    day: date,
    known_at: datetime,
    *,
    zone: ZoneInfo = ZONE,
    window: int | None = None,
    earlier: EarlierNight | None = None,
) -> NightFacts:
    return gather_facts(AsOf(current_tenant_id(), day, known_at, zone, window, earlier))


def as_python(facts: NightFacts) -> dict[str, dict[str, object]]:
    """Customer key → measures and stage facts, as the oracle gives them; measures that have a query
    of their own have oracles of their own."""
    own = facts.table.frame.drop(columns=list(further.columns()))
    frame = own.join(facts.stage_facts.frame[list(STAGE_FACTS)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, weekly_events FROM night_measures")
        weekly = dict(cursor.fetchall())
    result = {}
    for customer, row in frame.iterrows():
        values = {name: None if pd.isna(value) else value for name, value in row.items()}
        for name in MONEY:
            if values[name] is not None:
                values[name] = unscaled_decimal(int(values[name]))
        key = facts.keys[customer]
        result[key] = {**values, "weekly_events": weekly[key]}
    return result


def assert_same(found: dict[str, object], wanted: dict[str, object], key: str) -> None:
    assert set(found) == set(wanted)
    for name, value in wanted.items():
        if isinstance(value, float):
            assert found[name] == pytest.approx(value, rel=1e-12), (key, name)
        else:
            assert found[name] == value, (key, name)


@pytest.mark.parametrize("seed", range(10))
def test_every_measure_is_the_oracles(scope, seed: int) -> None:  # type: ignore[no-untyped-def]
    world = World(seed)
    world.save()
    windows = (None, 1, 90, 365)
    for step, day in enumerate(DAYS):
        for known_at in (FAR, MOMENT, world.moment()):
            window = windows[(seed + step) % len(windows)]
            found = as_python(gathered(day, known_at, window=window))
            wanted = measures_of(world.known_at(known_at), day=day, zone=ZONE, window_days=window)
            assert found.keys() == wanted.keys()
            for key, measures in wanted.items():
                assert_same(found[key], measures, key)


@pytest.mark.parametrize("kind", ["payment", "usage", "line", "instalment", "role", "project"])
def test_a_kind_of_facts_that_the_tenant_has_not_is_unknown_for_everybody(scope, kind: str) -> None:  # type: ignore[no-untyped-def]
    world = World(3, without=(kind,))
    world.save()
    found = as_python(gathered(date(2026, 1, 31), FAR))
    wanted = measures_of(world.known_at(FAR), day=date(2026, 1, 31), zone=ZONE, window_days=None)
    for key, measures in wanted.items():
        assert_same(found[key], measures, key)
    unknown = {
        "payment": ("recency_days", "frequency", "monetary"),
        "usage": ("active_days_30", "events_30", "days_since_usage", "weekly_events", "dau_rate"),
        "line": ("arr", "tenure_days", "modules_owned", "days_to_renewal", "overdue_amount"),
        "instalment": ("days_to_payment", "payment_overdue_days", "overdue_amount"),
        "role": ("key_user_coverage",),
        "project": ("accepted_days",),
    }[kind]
    assert all(row[name] is None for row in found.values() for name in unknown)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Apia", "UTC"])
def test_days_are_the_tenants_own(scope, zone: str) -> None:  # type: ignore[no-untyped-def]
    world = World(5)
    world.save()
    # New York turns its clocks on the 9th of March and the 2nd of November 2025.
    for day in (date(2025, 3, 20), date(2025, 11, 12)):
        found = as_python(gathered(day, FAR, zone=ZoneInfo(zone)))
        wanted = measures_of(world.known_at(FAR), day=day, zone=ZoneInfo(zone), window_days=None)
        for key, measures in wanted.items():
            assert_same(found[key], measures, key)


def test_the_number_of_statements_does_not_grow_with_customers(make_tenant) -> None:  # type: ignore[no-untyped-def]
    counts = set()
    for customers in (3, 40):
        with tenant_scope(make_tenant(f"with-{customers}").id):
            World(1, customers=customers).save()
            with CaptureQueriesContext(connection) as queries:
                assert len(gathered(date(2026, 1, 31), FAR).keys) == customers
            counts.add(len(queries))
    assert len(counts) == 1


def test_figures_are_read_back_exactly(scope) -> None:  # type: ignore[no-untyped-def]
    figures = [random.Random(number).uniform(-1e9, 1e-9) for number in range(1000)]
    frame = copy_out(
        "SELECT figure, '007' AS key, '' AS nothing FROM unnest(%(figures)s) AS figure",
        {"figure": "Float64", "key": TEXT, "nothing": "Int64"},
        {"figures": figures},
    )
    assert frame["figure"].to_list() == figures
    assert set(frame["key"]) == {"007"}
    assert frame["nothing"].isna().all()


def test_what_changed_since_the_earlier_night_is_flagged(scope) -> None:  # type: ignore[no-untyped-def]
    known_at = datetime(2026, 3, 2, 1, tzinfo=UTC)
    earlier = EarlierNight(date(2026, 3, 1), known_at)
    customers = {
        key: Customer.objects.create(key=key, name=key, known_from=known_at - timedelta(9))
        for key in "abc"
    }

    def pay(key: str, day: date, known: datetime) -> None:
        Payment.objects.create(
            customer=customers[key], key=key, paid_on=day, amount=Decimal(1), known_from=known
        )

    pay("a", date(2026, 2, 1), known_at - timedelta(hours=1))
    pay("b", date(2026, 2, 1), known_at + timedelta(hours=1))
    pay("c", date(2026, 3, 2), known_at + timedelta(hours=1))
    changes = gathered(date(2026, 3, 3), FAR, earlier=earlier).changes
    flags = {
        key: tuple(changes.loc[customers[key].pk, ["payments_late", "payments_changed"]])
        for key in "abc"
    }
    assert flags == {"a": (False, False), "b": (True, False), "c": (False, True)}
    assert not changes.filter(like="contracts").to_numpy().any()


def test_a_role_counts_on_its_last_day(scope) -> None:  # type: ignore[no-untyped-def]
    day = date(2026, 3, 1)
    customer = Customer.objects.create(key="a", name="A", known_from=MOMENT)
    for key, to_on in (("u1", day), ("u2", day - timedelta(1))):
        contact = Contact.objects.create(
            customer=customer, key=key, name=key, email="", known_from=MOMENT
        )
        ContactRole.objects.create(contact=contact, role="key_user", to_on=to_on, known_from=MOMENT)
    use(customer, "u1", day)
    assert gathered(day, FAR).table.frame["key_user_coverage"].to_list() == [1.0]


@pytest.mark.parametrize(
    ("days_before", "known_from", "wanted"),
    [
        (0, MOMENT, 0.5),
        (89, MOMENT, 0.5),
        (90, MOMENT, 0.0),
        (-1, MOMENT, None),
        (5, FAR + timedelta(1), None),
    ],
)
def test_a_key_user_is_covered_by_being_met(  # type: ignore[no-untyped-def]
    scope, days_before: int, known_from: datetime, wanted: float | None
) -> None:
    """For ninety days, also where no usage says who was active; a touchpoint to come is none."""
    day = date(2026, 3, 1)
    customer = Customer.objects.create(key="a", name="A", known_from=MOMENT)
    for key in ("u1", "u2"):
        contact = Contact.objects.create(customer=customer, key=key, name=key, known_from=MOMENT)
        ContactRole.objects.create(contact=contact, role="key_user", known_from=MOMENT)
    Touchpoint.objects.create(
        customer=customer,
        key="t",
        kind="visit",
        contact=contact,
        happened_on=day - timedelta(days_before),
        known_from=known_from,
    )
    found = gathered(day, FAR).table.frame["key_user_coverage"]
    assert [None if pd.isna(value) else value for value in found] == [wanted]


def test_a_change_is_known_from_its_moment_on(scope) -> None:  # type: ignore[no-untyped-def]
    day = date(2026, 3, 1)
    customer = Customer.objects.create(key="a", name="A", known_from=MOMENT - timedelta(9))
    payment = Payment.objects.create(
        customer=customer, key="p", paid_on=day, amount=Decimal(5), known_from=MOMENT - timedelta(1)
    )
    keep_versions([payment], until=MOMENT)
    Payment.objects.filter(pk=payment.pk).update(amount=Decimal(7), known_from=MOMENT)

    def paid(known_at: datetime) -> list[int]:
        return gathered(day, known_at).table.frame["monetary"].to_list()

    assert paid(MOMENT - timedelta(microseconds=1)) == [50000]
    assert paid(MOMENT) == [70000]


def test_a_trial_renews_nothing(scope) -> None:  # type: ignore[no-untyped-def]
    day = date(2026, 3, 1)
    customer = Customer.objects.create(key="a", name="A", known_from=MOMENT)
    module = Module.objects.create(key="m", name="M", known_from=MOMENT)
    first = Contract.objects.create(customer=customer, key="k1", known_from=MOMENT)
    second = Contract.objects.create(
        customer=customer, key="k2", renewal_of=first, known_from=MOMENT
    )
    for contract, is_trial in ((first, False), (second, True)):
        ContractLine.objects.create(
            contract=contract,
            module=module,
            signed_on=day - timedelta(99),
            starts_on=day - timedelta(99),
            ends_on=day + timedelta(10),
            annual_fee=Decimal("12.34"),
            is_trial=is_trial,
            known_from=MOMENT,
        )
    facts = gathered(day, FAR)
    assert facts.table.frame["days_to_renewal"].to_list() == [10]
    assert facts.table.frame["arr"].to_list() == [123400]
    assert facts.stage_facts.frame["renewed"].to_list() == [False]


def test_facts_that_are_changed_while_they_are_gathered_are_seen_as_they_were(  # type: ignore[no-untyped-def]
    scope, monkeypatch
) -> None:
    """Somebody commits a change between two statements of the night."""
    day = date(2026, 3, 1)
    customer = Customer.objects.create(key="a", name="A", known_from=MOMENT - timedelta(9))
    payment = Payment.objects.create(
        customer=customer, key="p", paid_on=day, amount=Decimal(5), known_from=MOMENT - timedelta(1)
    )
    really = gathering._measures

    def meanwhile(*arguments: object) -> str:
        if not RowVersion.objects.exists():
            later = MOMENT + timedelta(seconds=1)
            keep_versions([payment], until=later)
            Payment.objects.filter(pk=payment.pk).update(amount=Decimal(7), known_from=later)
        return really(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(gathering, "_measures", meanwhile)
    assert gathered(day, MOMENT).table.frame["monetary"].to_list() == [50000]


def use(customer: Customer, person: str, day: date) -> None:
    UsageEvent.objects.create(
        message_id=f"{customer.key}-{person}-{day}",
        customer=customer,
        person=person,
        event="opened",
        occurred_at=datetime.combine(day, datetime.min.time(), UTC),
        received_at=MOMENT,
    )
