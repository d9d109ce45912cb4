"""What this app's facts tell of a customer's history: one statement for each kind, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import (
    BooleanField,
    CharField,
    F,
    Max,
    Min,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models import Case as Choose
from django.db.models.functions import Cast

from accounts.models import Case as ServiceCase
from accounts.models import Contract, Customer, Membership, Payment
from accounts.queries.service import touchpoints_of


@dataclass(frozen=True)
class Occasion:
    """One meeting, with everybody of the customer who took part. ``pk``: of its first row."""

    pk: int
    happened_on: date
    kind: str
    note: str
    next_step: str
    next_on: date | None
    colleague: str
    contacts: list[str]


def occasions_of(
    customer: Customer, membership: Membership, until: date, *, most: int
) -> list[Occasion]:
    """The latest touchpoints up to a day, those of one occasion as one."""
    rows = by_occasion(
        touchpoints_of(customer, membership).filter(happened_on__lte=until)
    ).order_by("-happened_on", "-first")[:most]
    return [
        Occasion(
            row["first"],
            row["happened_on"],
            row["kind"],
            row["note"],
            row["next_step"],
            row["next_on"],
            row["colleague__name"] or "",
            row["names"],
        )
        for row in rows
    ]


def by_occasion(touchpoints: QuerySet) -> QuerySet:
    """A row for each occasion, with ``first`` (id), ``names`` of the contacts and what they share."""
    return (
        touchpoints.order_by()
        .annotate(
            together=Choose(
                When(occasion="", then=Cast("pk", CharField())),
                default=F("occasion"),
                output_field=CharField(),
            )
        )
        .values(
            "together", "happened_on", "kind", "note", "next_step", "next_on", "colleague__name"
        )
        .annotate(
            first=Min("pk"),
            names=ArrayAgg(
                "contact__name",
                filter=Q(contact__isnull=False),
                default=Value([]),
                order_by="contact__name",
            ),
        )
    )


@dataclass(frozen=True)
class Paid:
    """A payment; negative: a refund."""

    key: str
    paid_on: date
    amount: Decimal
    contract: str
    module: str


def payments_until(customer: Customer, until: date, *, most: int) -> list[Paid]:
    rows = (
        Payment.objects.filter(customer=customer, paid_on__lte=until)
        .order_by("-paid_on", "-pk")
        .values_list("key", "paid_on", "amount", "contract__key", "module__name")
    )
    return [
        Paid(key, paid_on, amount, contract or "", module or "")
        for key, paid_on, amount, contract, module in rows[:most]
    ]


@dataclass(frozen=True)
class ContractDay:
    """That a contract was signed, or that its last term ended (``has_ended``)."""

    pk: int
    key: str
    on: date
    has_ended: bool
    renewal_of: str
    is_renewed: bool
    is_trial: bool


def contract_days(customer: Customer, until: date, *, most: int) -> list[ContractDay]:
    """Contracts by the day on which they were signed first, and by that on which the last of their
    lines ended; one with an open line has not ended."""
    contracts = (
        Contract.objects.filter(customer=customer)
        .order_by()
        .annotate(
            signed=Min("lines__signed_on"),
            ends=Max("lines__ends_on"),
            is_open=Max(Choose(When(lines__ends_on__isnull=True, then=Value(1)), default=Value(0))),
            only_trial=Min(Choose(When(lines__is_trial=True, then=Value(1)), default=Value(0))),
            renewed=Max("renewals__pk"),
        )
    )
    told = ("pk", "key", "on", "has_ended", "renewal_of__key", "renewed", "only_trial")
    signed = contracts.filter(signed__lte=until).annotate(
        on=F("signed"), has_ended=Value(False, BooleanField())
    )
    ended = contracts.filter(ends__lte=until, is_open=0).annotate(
        on=F("ends"), has_ended=Value(True, BooleanField())
    )
    rows = (
        signed.values_list(*told)
        .union(ended.values_list(*told), all=True)
        .order_by("-on", "-has_ended", "-pk")[:most]
    )
    return [
        ContractDay(pk, key, on, has_ended, renewal_of or "", renewed is not None, bool(trial))
        for pk, key, on, has_ended, renewal_of, renewed, trial in rows
    ]


@dataclass(frozen=True)
class CaseMoment:
    """That a case was opened, or closed (``is_closing``)."""

    pk: int
    key: str
    title: str
    at: datetime
    is_closing: bool
    satisfaction: int | None
    contact: str
    colleague: str


def case_moments(customer: Customer, before: datetime, *, most: int) -> list[CaseMoment]:
    """Cases by the moments at which they were opened and closed, before a moment."""
    cases = ServiceCase.objects.filter(customer=customer).order_by()
    told = ("pk", "key", "title", "at", "is_closing", "satisfaction", "contact__name", "by")
    parts = (
        cases.filter(**{f"{column}__lt": before})
        .annotate(
            at=F(column),
            is_closing=Value(column == "closed_at", BooleanField()),
            by=F("colleague__name"),
        )
        .values_list(*told)
        for column in ("opened_at", "closed_at")
    )
    opened, closed = parts
    rows = opened.union(closed, all=True).order_by("-at", "-is_closing", "-pk")[:most]
    return [
        CaseMoment(pk, key, title, at, closing, rating, contact or "", by or "")
        for pk, key, title, at, closing, rating, contact, by in rows
    ]
