"""A few facts in few words, known long ago unless said otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count

from accounts.models import Contract, ContractLine, Customer, Module, Payment
from projects.models import Project
from segmentation.models import UsageEvent

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
numbers = count()


def customer(key: str, *, known: datetime = LONG_AGO) -> Customer:
    return Customer.objects.create(key=key, name=key.title(), known_from=known)


def pay(
    whom: Customer, day: date, amount: str | int = 100, *, known: datetime = LONG_AGO
) -> Payment:
    return Payment.objects.create(
        customer=whom,
        key=f"p{next(numbers)}",
        paid_on=day,
        amount=Decimal(amount),
        known_from=known,
    )


def sign(
    whom: Customer,
    start: date,
    end: date | None = None,
    *,
    fee: str | int = 1000,
    seats: int | None = None,
    renewal_of: Contract | None = None,
    is_trial: bool = False,
    known: datetime = LONG_AGO,
) -> Contract:
    module, _ = Module.objects.get_or_create(key="core", defaults={"name": "Core"})
    contract = Contract.objects.create(
        customer=whom, key=f"k{next(numbers)}", renewal_of=renewal_of, known_from=known
    )
    ContractLine.objects.create(
        contract=contract,
        module=module,
        signed_on=start,
        starts_on=start,
        ends_on=end,
        annual_fee=Decimal(fee),
        seats=seats,
        is_trial=is_trial,
        known_from=known,
    )
    return contract


def use(
    whom: Customer,
    day: date,
    *,
    times: int = 1,
    person: str = "",
    known: datetime = LONG_AGO,
) -> UsageEvent:
    return UsageEvent.objects.create(
        message_id=f"m{next(numbers)}",
        customer=whom,
        person=person,
        event="opened",
        occurred_at=datetime.combine(day, time(4), UTC),
        count=times,
        received_at=known,
    )


def use_daily(whom: Customer, first: date, last: date, *, known: datetime = LONG_AGO) -> None:
    UsageEvent.objects.bulk_create(
        UsageEvent(
            message_id=f"m{next(numbers)}",
            customer=whom,
            event="opened",
            occurred_at=datetime.combine(first + timedelta(day), time(4), UTC),
            received_at=known,
        )
        for day in range((last - first).days + 1)
    )


def project(
    whom: Customer, start: date, accepted: date | None = None, *, known: datetime = LONG_AGO
) -> Project:
    return Project.objects.create(
        customer=whom,
        key=f"j{next(numbers)}",
        name="Project",
        starts_on=start,
        due_on=start + timedelta(90),
        accepted_on=accepted,
        known_from=known,
    )
