"""Two stored nights side by side: how measures lie, and what moved in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.fields import ArrayField
from django.db.models import Aggregate, Count, FloatField

from segmentation.models import MeasureRow, Move, Night
from segmentation.queries.remembered import of_night
from segmentation.queries.scopes import Scope

COMPARED = (
    "arr",
    "monetary",
    "active_days_30",
    "active_users_30",
    "events_30",
    "days_since_usage",
    "seat_utilisation",
    "breadth",
    "key_user_coverage",
    "days_to_renewal",
    "payment_overdue_days",
)
"""The measures whose distribution is compared."""


class Quartiles(Aggregate):
    """First quartile, median and third, by linear interpolation (type 7)."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = ArrayField(FloatField())


@dataclass(frozen=True)
class Lies:
    """How a measure lies over customers. ``known``: how many have a value; ``quarters``: first
    quartile, median, third; empty when nobody has one."""

    known: int
    quarters: tuple[float, ...]


def distributions(scope: Scope, night: Night) -> dict[str, Lies]:
    """By measure; empty when the night's measures are not kept. One statement."""

    def compute() -> dict[str, Lies]:
        rows = scope.narrow(MeasureRow.objects.filter(as_of=night.as_of))
        found = rows.aggregate(
            customers=Count("pk"),
            **{f"{name}_known": Count(name) for name in COMPARED},
            **{f"{name}_quarters": Quartiles(name) for name in COMPARED},
        )
        if not found["customers"]:
            return {}
        return {
            name: Lies(found[f"{name}_known"], tuple(found[f"{name}_quarters"] or ()))
            for name in COMPARED
        }

    return of_night("quarters", night, compute) if scope.is_whole else compute()


@dataclass(frozen=True)
class MovesBetween:
    """Moves of the nights after the first up to the second: of ``kind`` by ``cause``."""

    kind: str
    cause: str
    number: int


def moves_between(scope: Scope, start: Night, end: Night) -> Sequence[MovesBetween]:
    """Most first; one statement. A customer that moved twice counts twice."""
    moves = scope.narrow(Move.objects.filter(as_of__gt=start.as_of, as_of__lte=end.as_of))
    grouped = moves.order_by().values("kind", "cause").annotate(number=Count("pk"))
    return [
        MovesBetween(row["kind"], row["cause"], row["number"])
        for row in grouped.order_by("-kind", "-number", "cause")
    ]
