"""Nights that continue from states of usage say what nights say that read all the facts, whatever
came late, twice, early or was taken back."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from night_facts import customer, sign, use, use_daily

from accounts.models import Contact, ContactRole, Load, Module, Tenant
from accounts.tenancy import current_tenant_id, tenant_scope
from segmentation.actions.nights import run_night
from segmentation.compute.usage_paths import UsagePath
from segmentation.frames import usage_states
from segmentation.frames.asof import AsOf, EarlierNight
from segmentation.frames.gathering import discard, gather
from segmentation.frames.usage_folding import forget
from segmentation.loads import Usage
from segmentation.models import UsageDay, UsageEvent, UsageFold, UsageState

ZONES = ("Asia/Shanghai", "America/New_York")
START = date(2026, 1, 10)
DAY = timedelta(1)
# Days back at which something leaves a window.
BORDERS = (-3, -1, 0, 0, 0, 1, 2, 6, 7, 29, 30, 31, 59, 60, 83, 84, 89, 90, 91, 200)


@pytest.fixture
def paths(monkeypatch: pytest.MonkeyPatch) -> Counter[UsagePath]:
    """How often each way was taken."""
    taken: Counter[UsagePath] = Counter()
    really = usage_states._path

    def remembered(*arguments: Any) -> UsagePath:
        path = really(*arguments)
        taken[path] += 1
        return path

    monkeypatch.setattr(usage_states, "_path", remembered)
    return taken


def measured(asof: AsOf, *, carries: bool) -> list[tuple[Any, ...]]:
    """Everything that is gathered for a night, a row per customer."""
    gather(asof, carries=carries)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM night_measures ORDER BY key")
        rows = list(cursor.fetchall())
    discard()
    return rows


class Course:
    """A tenant's days: usage is loaded, loads are undone, nights are computed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.zone = ZoneInfo(self.chance.choice(ZONES))
        self.modules = [Module.objects.create(key=f"m{n}", name=f"M{n}").pk for n in range(3)]
        self.customers = [customer(f"c{number}") for number in range(5)]
        for whom in self.customers[:3]:
            sign(whom, START - 300 * DAY, seats=4)
            for number in range(2):
                contact = Contact.objects.create(
                    customer=whom, key=f"p{number}", name="P", email=f"P{number}@x.example"
                )
                ContactRole.objects.create(contact=contact, role="key_user")
        self.now = datetime.combine(START, time(1), UTC)
        self.loads: list[int] = []
        self.messages: list[str] = []
        self.nights: list[EarlierNight] = []

    def moment(self) -> datetime:
        """When something happened: often at a border of a day, sometimes still to come."""
        day = self.now.date() - self.chance.choice(BORDERS) * DAY
        border = datetime.combine(day, time.min, self.zone)
        return border + self.chance.choice(
            [timedelta(0), timedelta(microseconds=-1), timedelta(hours=self.chance.randrange(24))]
        )

    def load(self) -> None:
        self.now += timedelta(minutes=self.chance.randrange(1, 900))
        self.loads.append(Load.objects.create(kind="usage").pk)
        for _ in range(self.chance.randrange(1, 12)):
            again = self.messages and self.chance.random() < 0.1
            message = self.chance.choice(self.messages) if again else f"e{len(self.messages)}"
            self.messages.append(message)
            UsageEvent.objects.bulk_create(
                [
                    UsageEvent(
                        message_id=message,
                        customer=self.chance.choice(self.customers),
                        module_id=self.chance.choice([None, *self.modules]),
                        person=self.chance.choice(["", "p0", "P1@x.example", "somebody"]),
                        event="opened",
                        occurred_at=self.moment(),
                        count=self.chance.randrange(4),
                        received_at=self.now,
                        load_id=self.loads[-1],
                    )
                ],
                ignore_conflicts=True,
            )

    def undo(self) -> None:
        self.now += timedelta(minutes=self.chance.randrange(1, 300))
        if self.loads:
            load = self.loads.pop(self.chance.randrange(len(self.loads)))
            Usage().take_back(tenant_id=current_tenant_id(), load_id=load, now=self.now)

    def asof(self, day: date, known_at: datetime, earlier: EarlierNight | None) -> AsOf:
        return AsOf(current_tenant_id(), day, known_at, self.zone, 365, earlier)

    def night(self) -> None:
        """Usually the next day's, often some days later; now and then an old one again."""
        self.now += timedelta(hours=self.chance.randrange(1, 30))
        newest = self.nights[-1] if self.nights else EarlierNight(START - DAY, self.now)
        day = newest.day + self.chance.choice([0, 1, 1, 1, 1, 2, 7, 8, 31]) * DAY
        known_at = self.now
        if self.nights and self.chance.random() < 0.15:
            known_at = self.chance.choice(self.nights).known_at
        if self.nights and self.chance.random() < 0.15:
            day = self.chance.choice(self.nights).day
        before = [night for night in self.nights if night.day < day]
        asof = self.asof(day, known_at, max(before, key=lambda n: n.day) if before else None)
        through_states = measured(asof, carries=True)
        assert through_states == measured(asof, carries=False), (asof.day, asof.known_at)
        stored = EarlierNight(day, known_at)
        self.nights = sorted(
            [night for night in self.nights if night.day != day] + [stored], key=lambda n: n.day
        )

    def go(self, steps: int) -> None:
        for _ in range(steps):
            step = self.chance.choices([self.load, self.undo, self.night], [5, 0.4, 4])[0]
            step()


def test_nights_say_the_same_with_states_as_without(make_tenant, paths: Counter) -> None:  # type: ignore[no-untyped-def]
    for seed in range(8):
        tenant = make_tenant(f"t{seed}")
        with tenant_scope(tenant.id):
            Course(seed).go(26)
    assert min(paths[path] for path in UsagePath) > 5, paths


def test_stored_nights_have_the_same_digests_with_states_as_without(  # type: ignore[no-untyped-def]
    make_tenant, monkeypatch: pytest.MonkeyPatch, paths: Counter
) -> None:
    days = [START + number * DAY for number in (0, 1, 2, 4, 5, 2, 6)]
    digests = []
    for slug in ("states", "facts"):
        tenant = make_tenant(slug)
        if slug == "facts":
            monkeypatch.setattr(usage_states, "_path", lambda *_: UsagePath.READ)
        with tenant_scope(tenant.id):
            for number in range(6):
                whom = customer(f"c{number}")
                sign(whom, START - (200 + number) * DAY, seats=3)
                use_daily(whom, START - (20 * number) * DAY, START + number * DAY)
                for day in days[number:]:
                    use(
                        whom,
                        day,
                        person=f"p{day.day % 3}",
                        known=datetime.combine(day, time(6), UTC),
                    )
            digests.append(
                [
                    run_night(
                        tenant=tenant,
                        as_of=day,
                        known_at=datetime.combine(START + (10 + number) * DAY, time(1), UTC),
                        restate="late data",
                    ).digest
                    for number, day in enumerate(days)
                ]
            )
    assert digests[0] == digests[1]
    assert paths == {UsagePath.REBUILD: 1, UsagePath.FOLD: 5, UsagePath.READ: 1}


def test_a_day_is_forgotten_when_no_night_looks_back_on_it(scope: Tenant) -> None:
    whom = customer("a")
    use_daily(whom, START - 100 * DAY, START)
    zone = ZoneInfo("UTC")
    for day in (START, START + DAY):
        asof = AsOf(scope.id, day, datetime.combine(day + DAY, time(1), UTC), zone)
        gather(asof, carries=True)
        kept = UsageDay.objects.order_by("day").values_list("day", flat=True)
        assert list(kept) == [
            day - age * DAY for age in reversed(range(90)) if day - age * DAY <= START
        ]
    assert UsageState.objects.get().customer == whom


def test_a_night_that_continues_reads_no_usage_of_old(scope: Tenant) -> None:
    """What its statements read of usage is what came since: the rest could be gone."""
    whom = customer("a")
    use_daily(whom, START - 50 * DAY, START)
    zone = ZoneInfo("UTC")
    gather(AsOf(scope.id, START, datetime(2026, 1, 11, 1, tzinfo=UTC), zone), carries=True)
    UsageEvent.objects.all().delete()
    use(whom, START + DAY, times=3, known=datetime(2026, 1, 12, tzinfo=UTC))
    asof = AsOf(scope.id, START + DAY, datetime(2026, 1, 12, 1, tzinfo=UTC), zone)
    gather(asof, carries=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT active_days_90, events_30 FROM night_measures")
        assert cursor.fetchone() == (52, 29 + 3)


def test_usage_written_as_known_long_ago_needs_the_states_forgotten(scope: Tenant) -> None:
    whom = customer("a")
    use(whom, START - DAY)
    zone = ZoneInfo("UTC")
    known_at = datetime(2026, 1, 11, 1, tzinfo=UTC)
    asof = AsOf(scope.id, START, known_at, zone)
    gather(asof, carries=True)
    use(whom, START)
    forget()
    through_states = measured(asof, carries=True)
    assert through_states == measured(asof, carries=False)
    assert UsageFold.objects.get().known_at == known_at


@pytest.mark.parametrize("held_late", [timedelta(0), timedelta(microseconds=1), timedelta(hours=1)])
@pytest.mark.parametrize("received_late", [-1, 0, 1])
@pytest.mark.parametrize("occurred_late", [-1, 0, 1])
def test_events_at_the_very_end_of_the_held_day_are_counted_once(
    scope: Tenant, held_late: timedelta, received_late: int, occurred_late: int
) -> None:
    """Received and occurred a microsecond around midnight, whenever the states were made."""
    whom = customer("a")
    zone = ZoneInfo("UTC")
    midnight = datetime.combine(START + DAY, time.min, zone)
    use(whom, START - DAY)
    event = UsageEvent.objects.create(
        message_id="at midnight",
        customer=whom,
        person="p",
        event="opened",
        count=3,
        occurred_at=midnight + occurred_late * timedelta(microseconds=1),
        received_at=midnight + received_late * timedelta(microseconds=1),
    )
    gather(AsOf(scope.id, START, midnight + held_late, zone), carries=True)
    discard()
    asof = AsOf(scope.id, START + DAY, midnight + DAY, zone)
    assert event.received_at <= asof.known_at
    through_states = measured(asof, carries=True)
    assert through_states == measured(asof, carries=False)
