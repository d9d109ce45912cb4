"""Measures from touchpoints, cases, change requests and effort: as of a day, as known at a moment."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import models
from night_facts import LONG_AGO, customer, project, sign

from accounts.actions.facts import keep_versions
from accounts.models import Case, Colleague, Contact, ContactRole, Customer, Tenant, Touchpoint
from accounts.tenancy import tenant_scope
from projects.models import (
    Baseline,
    BaselineItem,
    ChangeRequest,
    Effort,
    Project,
    Sow,
    SowItem,
)
from projects.queries.delivery import deliveries
from segmentation import catalogue
from segmentation.actions.nights import run_night
from segmentation.frames.asof import AsOf
from segmentation.frames.one_customer import measure_customer
from segmentation.frames.reading import gather_facts
from segmentation.models import MeasureRow, Night

D = date(2026, 6, 30)
DAY = timedelta(1)
KNOWN = datetime(2026, 7, 1, tzinfo=UTC)
NAMES = (
    "decision_maker_touch_days",
    "open_cases",
    "case_response_hours",
    "open_change_requests",
    "unapproved_scope_days",
)


def gathered(
    tenant: Tenant, name: str, day: date = D, known_at: datetime = KNOWN
) -> dict[str, Any]:
    """Customer → value, of those that have one."""
    facts = gather_facts(AsOf(tenant.id, day, known_at, tenant.zone))
    column = facts.table.column(name).dropna()
    return dict(zip(facts.keys[column.index], column, strict=True))


def noon(day: date, hours: float = 12) -> datetime:
    """A moment of a day in Shanghai, the tenant's zone."""
    return datetime.combine(day, time(), UTC) + timedelta(hours=hours - 8)


def case(whom: Customer, opened: datetime, **further: Any) -> Case:
    number = Case.objects.count()
    values = {"known_from": LONG_AGO, **further}
    return Case.objects.create(customer=whom, key=f"C{number}", opened_at=opened, **values)


def touch(whom: Customer, day: date, contact: Contact | None = None, **further: Any) -> Touchpoint:
    number = Touchpoint.objects.count()
    values = {"known_from": LONG_AGO, "kind": "visit", **further}
    return Touchpoint.objects.create(
        customer=whom, key=f"T{number}", happened_on=day, contact=contact, **values
    )


def decision_maker(
    whom: Customer, from_on: date | None = None, to_on: date | None = None, key: str = "boss"
) -> Contact:
    contact = Contact.objects.create(customer=whom, key=key, name=key, known_from=LONG_AGO)
    ContactRole.objects.create(
        contact=contact, role="decision_maker", from_on=from_on, to_on=to_on, known_from=LONG_AGO
    )
    return contact


def change(of: Project, raised: date = D, **further: Any) -> ChangeRequest:
    number = ChangeRequest.objects.count()
    values = {"known_from": LONG_AGO, "title": "x", **further}
    return ChangeRequest.objects.create(project=of, key=f"R{number}", raised_on=raised, **values)


def work(of: Project, days: str, on: date = D, **further: Any) -> Effort:
    person, _ = Colleague.objects.get_or_create(key="ann", defaults={"name": "Ann"})
    number = Effort.objects.count()
    values = {"known_from": LONG_AGO, **further}
    return Effort.objects.create(
        project=of, key=f"E{number}", person=person, worked_on=on, days=Decimal(days), **values
    )


def correct(row: models.Model, at: datetime, **values: Any) -> None:
    """Change a fact, known from a moment."""
    keep_versions([row], until=at)
    type(row).objects.filter(pk=row.pk).update(known_from=at, **values)


@pytest.mark.parametrize("name", NAMES)
def test_unknown_while_there_are_no_such_facts(scope: Tenant, name: str) -> None:
    sign(customer("a"), D - 100 * DAY)
    assert gathered(scope, name) == {}


def test_cases_open_at_the_end_of_the_day(scope: Tenant) -> None:
    busy, calm, none = customer("busy"), customer("calm"), customer("none")
    case(busy, noon(D))
    case(busy, noon(D, 23.9), closed_at=noon(D + DAY, 0.1))
    case(busy, noon(D - DAY), closed_at=noon(D, 23.9))
    case(busy, noon(D + DAY, 0.1))
    case(calm, noon(D - DAY), closed_at=noon(D))
    del none
    assert gathered(scope, "open_cases") == {"busy": 2, "calm": 0, "none": 0}
    assert gathered(scope, "open_cases", D - 2 * DAY) == {}, "nobody had brought one yet"


def test_hours_to_the_first_response_are_a_mean(scope: Tenant) -> None:
    one, silent = customer("one"), customer("silent")
    case(one, noon(D - DAY), first_response_at=noon(D - DAY, 13))
    case(one, noon(D - DAY), first_response_at=noon(D, 14))
    case(one, noon(D), first_response_at=noon(D + DAY, 0.5))
    case(silent, noon(D))
    assert gathered(scope, "case_response_hours") == {"one": 13.5}


def test_days_since_a_decision_maker_was_touched(scope: Tenant) -> None:
    one, left, other = customer("one"), customer("left"), customer("other")
    boss = decision_maker(one, from_on=D - 5 * DAY)
    touch(one, D - 9 * DAY, boss)
    touch(one, D + DAY, boss)
    touch(one, D, None)
    touch(one, D, Contact.objects.create(customer=one, key="c", name="c", known_from=LONG_AGO))
    touch(left, D - 3 * DAY, decision_maker(left, to_on=D - DAY))
    touch(other, D, None)
    assert gathered(scope, "decision_maker_touch_days") == {"one": 9}
    assert gathered(scope, "decision_maker_touch_days", D - 2 * DAY) == {"one": 7, "left": 1}


def test_change_requests_open_on_the_day(scope: Tenant) -> None:
    one, done, none = customer("one"), customer("done"), customer("none")
    ours = project(one, D - 90 * DAY)
    change(ours)
    change(ours, D - DAY, state="approved_internally")
    change(ours, D - 9 * DAY, state="signed", signed_on=D + DAY)
    change(ours, D + DAY)
    change(ours, D - DAY, state="signed", signed_on=D)
    theirs = project(done, D - 90 * DAY)
    change(theirs, D - 9 * DAY, state="declined", decided_on=D)
    change(theirs, D - 9 * DAY, state="withdrawn", decided_on=D - DAY)
    del none
    assert gathered(scope, "open_change_requests") == {"one": 3, "done": 0, "none": 0}


def test_unapproved_scope_is_what_delivery_calls_unapproved(scope: Tenant) -> None:
    one, two, none = customer("one"), customer("two"), customer("none")
    del none
    ours, second, theirs = (project(whom, D - 90 * DAY) for whom in (one, one, two))
    sow = Sow.objects.create(project=ours, known_from=LONG_AGO)
    items = [
        SowItem.objects.create(sow=sow, key=key, title=key, effort_days=1, known_from=LONG_AGO)
        for key in "ab"
    ]
    signed = change(ours, D - 9 * DAY, state="signed", signed_on=D - 2 * DAY)
    for version, valid_from, promised in ((1, None, items), (2, D - 2 * DAY, items[:1])):
        baseline = Baseline.objects.create(
            sow=sow,
            version=version,
            starts_on=D,
            due_on=D,
            effort_days=1,
            valid_from=valid_from,
            change_request=signed if valid_from else None,
            known_from=LONG_AGO,
        )
        for item in promised:
            BaselineItem.objects.create(
                baseline=baseline, item=item, effort_days=1, known_from=LONG_AGO
            )
    work(ours, "1", D - 5 * DAY, item=items[0])
    work(ours, "0.125", D - 5 * DAY, item=items[1])
    work(ours, "2", D - 5 * DAY, change_request=signed)
    work(ours, "4", D - 5 * DAY)
    work(second, "0.5", D - 5 * DAY, change_request=change(second))
    work(theirs, "8", D - 5 * DAY)
    work(theirs, "16", D + DAY, change_request=change(theirs))
    assert gathered(scope, "unapproved_scope_days") == {"one": 0.625, "two": 0, "none": 0}
    assert gathered(scope, "unapproved_scope_days", D - 3 * DAY)["one"] == 2.5
    for day in (D, D - 3 * DAY):
        of = {one.pk: "one", two.pk: "two"}
        told: dict[str, Decimal] = defaultdict(Decimal)
        for row in deliveries(day):
            told[of[Project.objects.get(pk=row.project_id).customer_id]] += (
                row.person_days("unapproved_effort") or 0
            )
        found = gathered(scope, "unapproved_scope_days", day)
        assert {key: Decimal(str(found[key])) for key in told} == told


@dataclass
class Version:
    """What was known of a fact from a moment until another."""

    known_from: datetime
    known_to: datetime
    values: dict[str, Any]


class History:
    """Facts that came, were corrected and went at random moments, in the database and in memory."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.versions: dict[str, list[Version]] = defaultdict(list)
        self.customers = [customer(f"c{number}") for number in range(4)]
        self.projects = [project(whom, D - 90 * DAY) for whom in self.customers]
        self.bosses = [decision_maker(whom) for whom in self.customers]
        self.person = Colleague.objects.create(key="ann", name="Ann")
        self.number = 0

    def moment(self) -> datetime:
        return datetime(2026, 6, 1, tzinfo=UTC) + timedelta(hours=self.chance.randint(0, 1200))

    def day(self) -> date:
        return D + self.chance.randint(-20, 10) * DAY

    def write(self, model: type[models.Model], make: Callable[[], dict[str, Any]]) -> None:
        """One fact, with up to two corrections, and perhaps taken away in the end."""
        first, *later = sorted({self.moment() for _ in range(self.chance.randint(1, 3))})
        self.number += 1
        values = make()
        row = model.objects.create(key=f"k{self.number}", known_from=first, **values)
        since = first
        for moment in later:
            self.versions[model.__name__].append(Version(since, moment, values))
            values = {**values, **make()}
            correct(row, moment, **values)
            since = moment
        end = datetime.max.replace(tzinfo=UTC)
        if self.chance.random() < 0.2 and model is not ChangeRequest:
            end = since + timedelta(hours=5)
            keep_versions([row], until=end)
            row.delete()
        self.versions[model.__name__].append(Version(since, end, values))

    def fill(self) -> None:
        pick, chance = self.chance.choice, self.chance
        place = chance.randrange
        for _ in range(15):
            at = place(4)

            def brought(at: int = at) -> dict[str, Any]:
                opened = noon(self.day(), chance.uniform(0, 24))
                wait, length = (timedelta(hours=chance.randint(0, 99)) for _ in "ab")
                return {
                    "customer": self.customers[at],
                    "opened_at": opened,
                    "first_response_at": pick([None, opened + wait]),
                    "closed_at": pick([None, opened + length]),
                }

            def touched(at: int = at) -> dict[str, Any]:
                return {
                    "customer": self.customers[at],
                    "kind": "call",
                    "happened_on": self.day(),
                    "contact": pick([None, self.bosses[at]]),
                }

            def raised(at: int = at) -> dict[str, Any]:
                state = pick(["draft", "signed", "declined"])
                return {
                    "project": self.projects[at],
                    "title": "x",
                    "raised_on": self.day(),
                    "state": state,
                    "signed_on": self.day() if state == "signed" else None,
                    "decided_on": self.day() if state == "declined" else None,
                }

            self.write(Case, brought)
            self.write(Touchpoint, touched)
            self.write(ChangeRequest, raised)

    def known(self, model: type[models.Model], at: datetime) -> list[dict[str, Any]]:
        return [
            version.values
            for version in self.versions[model.__name__]
            if version.known_from <= at < version.known_to
        ]


def oracle(history: History, day: date, at: datetime) -> dict[str, dict[str, Any]]:
    end = noon(day + DAY, 0)
    found: dict[str, dict[str, Any]] = {name: {} for name in NAMES[:4]}
    for whom in history.customers:
        cases = [
            one
            for one in history.known(Case, at)
            if one["customer"] == whom and one["opened_at"] < end
        ]
        waits = [
            one["first_response_at"] - one["opened_at"]
            for one in cases
            if one["first_response_at"] and one["first_response_at"] < end
        ]
        if waits:
            mean = Fraction(sum(waits, timedelta()) // timedelta(microseconds=1), len(waits))
            found["case_response_hours"][whom.key] = pytest.approx(
                float(mean / 3_600_000_000), rel=1e-12
            )
        found["open_cases"][whom.key] = sum(
            one["closed_at"] is None or one["closed_at"] >= end for one in cases
        )
        touches = [
            one["happened_on"]
            for one in history.known(Touchpoint, at)
            if one["customer"] == whom and one["contact"] and one["happened_on"] <= day
        ]
        if touches:
            found["decision_maker_touch_days"][whom.key] = (day - max(touches)).days
        changes = [
            one
            for one in history.known(ChangeRequest, at)
            if one["project"].customer_id == whom.pk and one["raised_on"] <= day
        ]
        found["open_change_requests"][whom.key] = sum(
            not any(one[name] and one[name] <= day for name in ("signed_on", "decided_on"))
            for one in changes
        )
    # What nobody has is unknown of everybody.
    known_cases = [one for one in history.known(Case, at) if one["opened_at"] < end]
    if not known_cases:
        found["open_cases"] = {}
    if not any(one["raised_on"] <= day for one in history.known(ChangeRequest, at)):
        found["open_change_requests"] = {}
    return found


@pytest.mark.parametrize("seed", range(8))
def test_as_known_then_they_are_those_of_a_naive_computation(scope: Tenant, seed: int) -> None:
    history = History(seed)
    history.fill()
    for _ in range(6):
        day, at = history.day(), history.moment()
        expected = oracle(history, day, at)
        for name in expected:
            assert gathered(scope, name, day, at) == expected[name], (name, day, at)


def test_corrected_effort_counts_as_it_was_known(scope: Tenant) -> None:
    one = customer("one")
    ours = project(one, D - 90 * DAY)
    june, july = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 7, 10, tzinfo=UTC)
    entry = work(
        ours, "1", D - 40 * DAY, change_request=change(ours, D - 50 * DAY), known_from=june
    )
    correct(entry, july, days=Decimal(3))

    def days(at: datetime) -> dict[str, Any]:
        return gathered(scope, "unapproved_scope_days", D, at)

    assert [days(june - DAY), days(june), days(july)] == [{}, {"one": 1}, {"one": 3}]
    keep_versions([entry], until=july + DAY)
    entry.delete()
    assert [days(june), days(july), days(july + DAY)] == [{"one": 1}, {"one": 3}, {}]


@pytest.mark.parametrize("seed", range(3))
def test_one_customer_of_a_past_night_is_measured_as_it_was(scope: Tenant, seed: int) -> None:
    history = History(seed)
    history.fill()
    at = datetime(2026, 6, 25, tzinfo=UTC)
    run_night(tenant=scope, as_of=D - 6 * DAY, known_at=at)
    night = Night.objects.get()
    rows = list(MeasureRow.objects.all())
    assert len(rows) == 4
    assert any(row.further for row in rows)
    for row in rows:
        asof = AsOf(scope.id, night.as_of, at, scope.zone)
        found = measure_customer(asof, row.customer_id, night.context["kinds"])
        assert found is not None
        assert found[0].further == row.further


def test_a_night_without_such_facts_is_what_it_was(
    scope: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in "abc":
        sign(customer(key), D - 100 * DAY)
    with_them = run_night(tenant=scope, as_of=D, known_at=KNOWN)
    announced = {
        key: replace(measure, sql="", has_facts=False) if key in NAMES else measure
        for key, measure in catalogue._measures.items()
    }
    monkeypatch.setattr(catalogue, "_measures", announced)
    # Computed again, an equal digest writes nothing; a different one would be refused.
    without = run_night(tenant=scope, as_of=D, known_at=KNOWN)
    assert with_them.digest == without.digest
    assert list(MeasureRow.objects.values_list("further", flat=True)) == [{}, {}, {}]


def test_another_tenants_facts_are_not_counted(
    make_tenant: Callable[..., Tenant], tenant: Tenant
) -> None:
    other = make_tenant("other")
    with tenant_scope(other.id):
        theirs = customer("a")
        case(theirs, noon(D))
        ours = project(theirs, D - 9 * DAY)
        work(ours, "1", change_request=change(ours))
    with tenant_scope(tenant.id):
        customer("a")
        for name in NAMES:
            assert gathered(tenant, name) == {}
