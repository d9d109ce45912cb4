"""Customers that other programs name and nobody here knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, QuerySet

from segmentation.models import CustomerAlias, HeldEvent


@dataclass(frozen=True)
class UnknownCustomer:
    """``persons``: how many different ones; ``example``: name of one event, empty where none has
    one."""

    key: str
    held: int
    persons: int
    first_at: datetime
    last_at: datetime
    example: str


def unknown_customers(text: str = "") -> QuerySet:
    """A row per key that is held: ``group_key, held, persons, first_at, last_at, example``."""
    found = HeldEvent.objects.filter(group_key__icontains=text) if text else HeldEvent.objects.all()
    return (
        found.order_by()
        .values("group_key")
        .annotate(
            held=Count("pk"),
            persons=Count("person", distinct=True),
            first_at=Min("received_at"),
            last_at=Max("received_at"),
            example=Max("event"),
        )
    )


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
