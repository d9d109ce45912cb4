"""The customers with the most ARR at stake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from segmentation.models import Move, Night
from segmentation.queries.portfolio import Row, page_rows
from segmentation.queries.remembered import of_night
from segmentation.queries.scopes import Scope
from segmentation.ranks import DirectionSign

RENEWAL_DAYS = 90

OVERDUE, RENEWAL, DORMANT, MOVED = "overdue", "renewal", "dormant", "moved"


# How much each sign weighs against a customer's ARR.
WEIGHTS = {MOVED: 1, DORMANT: 2, OVERDUE: 1, RENEWAL: 1}


@dataclass(frozen=True)
class Risk:
    """A customer at risk: which of ``overdue``, ``renewal``, ``dormant`` and ``moved`` (for the
    worse) say so, and who its face is."""

    row: Row
    flags: tuple[str, ...]

    @property
    def arr(self) -> Decimal:
        arr: Decimal = self.row["arr"]
        return arr


def largest_risks(
    rows: QuerySet[Any], scope: Scope, night: Night, first_day: date, *, most: int
) -> list[Risk]:
    """Over the rows of ``segmentation.queries.portfolio.portfolio`` of a night.

    Signs of risk are a move for the worse since ``first_day``, dormancy (which weighs double), an
    overdue payment, a renewal within 90 days. The largest ARR times weight comes first. Two
    statements.
    """
    if scope.is_whole:
        name = f"risks-{first_day}-{most}"
        return of_night(name, night, lambda: _risks(rows, night, first_day, most))
    return _risks(rows, night, first_day, most)


def _risks(rows: QuerySet[Any], night: Night, first_day: date, most: int) -> list[Risk]:
    worse = (
        Move.objects.filter(
            customer=OuterRef("customer"), as_of__gte=first_day, as_of__lte=night.as_of
        )
        .annotate(sign=DirectionSign())
        .filter(sign=-1)
    )
    signs = {
        MOVED: Q(moved_worse=True),
        DORMANT: Q(stage="dormant"),
        OVERDUE: Q(payment_overdue_days__gt=0),
        RENEWAL: Q(days_to_renewal__lte=RENEWAL_DAYS),
    }
    weight = sum(
        (
            Case(When(sign, then=Value(WEIGHTS[name])), default=Value(0))
            for name, sign in signs.items()
        ),
        start=Value(0),
    )
    at_risk = (
        rows.filter(arr__gt=0)
        .annotate(moved_worse=Exists(worse))
        .annotate(weight=weight)
        .filter(weight__gt=0)
        .annotate(at_stake=F("arr") * F("weight"))
    )
    found = page_rows(at_risk, ["-at_stake", "customer_id"], slice(0, most), "moved_worse")
    return [Risk(row, _flags(row)) for row in found]


def _flags(row: Row) -> tuple[str, ...]:
    renewal = row["days_to_renewal"]
    holds = {
        MOVED: row["moved_worse"],
        DORMANT: row["stage"] == "dormant",
        OVERDUE: bool(row["payment_overdue_days"]),
        RENEWAL: renewal is not None and renewal <= RENEWAL_DAYS,
    }
    return tuple(name for name, is_so in holds.items() if is_so)
