"""Stored nights, written down by hand, and plays over them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import Colleague, Customer, Responsibility, Tenant
from segmentation.models import Assignment, MeasureRow, Move, Night
from service.actions.play_runs import run_plays
from service.compute.play_documents import End, PlayDocument, Step
from service.models import Play, PlayRun, PlayVersion

DAY = date(2026, 11, 18)  # a Wednesday
MORNING = datetime(2026, 11, 18, 18, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
LOST = {"kind": "tier", "way": "enters", "scheme": "a", "value": "lost"}


def make_customer(key: str = "C1", face: str = "", **fields: Any) -> Customer:
    """``face``: key of the colleague who is it."""
    customer = Customer.objects.create(key=key, name=f"Customer {key}", **fields)
    Customer.objects.filter(pk=customer.pk).update(known_from=LONG_AGO)
    if face:
        Responsibility.objects.create(
            customer=customer,
            colleague=make_colleague(face),
            capacity="service_manager",
            from_on="2026-01-01",
            why="contract",
        )
    return customer


def make_colleague(key: str) -> Colleague:
    return Colleague.objects.get_or_create(key=key, defaults={"name": key.title()})[0]


def store_night(day: date = DAY, *, digest: str = "one") -> Night:
    """A night whose result can be read, with a row of measures for every customer."""
    night = Night.objects.create(as_of=day, state=Night.State.DONE, digest=digest)
    MeasureRow.objects.all().delete()
    for customer in Customer.objects.all():
        MeasureRow.objects.create(customer=customer, as_of=day, arr=1000, tier="")
    return night


def move(
    customer: Customer,
    night: Night,
    was: str,
    now: str,
    *,
    kind: str = "tier",
    cause: str = "behaviour",
) -> None:
    """A move that a night found, with the spans before and from it on."""
    Move.objects.create(
        customer=customer,
        night=night,
        as_of=night.as_of,
        kind=kind,
        from_value=was,
        to_value=now,
        cause=cause,
        reason={},
    )
    Assignment.objects.filter(customer=customer, valid_to=None).update(valid_to=night.as_of)
    Assignment.objects.create(customer=customer, valid_from=night.as_of, **{kind: now})


def stand(customer: Customer, day: date, **values: str) -> None:
    """What a customer was from a day on."""
    Assignment.objects.create(customer=customer, valid_from=day, **values)


def document(trigger: dict[str, Any] = LOST, **parts: Any) -> PlayDocument:
    return PlayDocument(
        names={"en": "Call them", "zh-hans": "致电客户"},
        purposes={},
        trigger=trigger,
        steps=parts.pop("steps", (Step({"en": "Call", "zh-hans": "致电"}, due=3),)),
        end=parts.pop("end", End(expires_days=30)),
        **parts,
    )


def make_play(
    trigger: dict[str, Any] = LOST, *, is_on: bool = True, key: str = "p", **parts: Any
) -> Play:
    """A play that is on since long."""
    text = document(trigger, **parts)
    play = Play.objects.create(
        key=key, trigger_kind=text.kind, is_on=is_on, on_from=date(2026, 1, 1)
    )
    PlayVersion.objects.create(play=play, version=1, document=text.to_json())
    return play


def run(tenant: Tenant, day: date = DAY, *, now: datetime | None = None) -> PlayRun:
    """Run the plays of a night as a worker does."""
    found, _is_new = PlayRun.objects.get_or_create(as_of=day)
    return run_plays(tenant=tenant, run=found, now=now or MORNING + (day - DAY))


def nights(*days: date) -> Sequence[Night]:
    return [store_night(day) for day in days]


def later(days: int) -> date:
    return DAY + timedelta(days=days)
