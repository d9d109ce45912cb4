"""Customers that other programs name and nobody here knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, IntegerField, Max, Min, OuterRef, QuerySet, Subquery

from segmentation.models import CustomerAlias, HeldEvent


@dataclass(frozen=True)
class UnknownCustomer:
    """``persons``: how many different ones the latest messages name; ``example``: name of the latest
    event, empty where none has one."""

    key: str
    held: int
    persons: int
    first_at: datetime
    last_at: datetime
    example: str


# Of so many persons of a key are told from each other.
MOST_LOOKED_AT = 1000


class _OfKey(Subquery):
    """Something of the key of a row, looked up for the rows that are shown: Django would group by it,
    and look it up for each message."""

    def get_group_by_cols(self) -> list[Any]:
        return []


class _Persons(_OfKey):
    """How many different ones a few rows name."""

    template = "(SELECT count(DISTINCT latest.person) FROM (%(subquery)s) latest)"
    output_field = IntegerField()


def unknown_customers(text: str = "") -> QuerySet:
    """A row per key that is held: ``group_key, held, persons, first_at, last_at, example``.

    A million messages may be held: counts and moments come from an index alone, the rest from the
    latest messages of the rows that are shown.
    """
    latest = HeldEvent.objects.filter(group_key=OuterRef("group_key")).order_by("-received_at")
    return (
        _named(text)
        .order_by()
        .values("group_key")
        .annotate(
            held=Count("*"),
            first_at=Min("received_at"),
            last_at=Max("received_at"),
            persons=_Persons(latest.values("person")[:MOST_LOOKED_AT]),
            example=_OfKey(latest.values("event")[:1]),
        )
    )


def count_of_unknown(text: str = "") -> int:
    """How many keys are held."""
    return int(_named(text).order_by().values("group_key").distinct().count())


def _named(text: str) -> QuerySet[HeldEvent]:
    rows: QuerySet[HeldEvent] = HeldEvent.objects.all()
    return rows.filter(group_key__icontains=text) if text else rows


def unknown_customer(key: str) -> UnknownCustomer | None:
    found = unknown_customers().filter(group_key=key).order_by("group_key").first()
    if found is None:
        return None
    return UnknownCustomer(
        key, found["held"], found["persons"], found["first_at"], found["last_at"], found["example"]
    )


def held_of(key: str, most: int) -> list[HeldEvent]:
    """The latest messages about an unknown customer."""
    return list(HeldEvent.objects.filter(group_key=key).order_by("-received_at", "-pk")[:most])


def decided_keys() -> QuerySet[CustomerAlias]:
    """Which customers were said to be meant by other keys, and which keys are not taken."""
    found: QuerySet[CustomerAlias] = CustomerAlias.objects.select_related("customer", "made_by")
    return found
