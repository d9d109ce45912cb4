"""A cohort triangle as a screen shows it: which months stand across, and how strong a cell is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from reports.changes import number_of
from segmentation.compute.cohorts import Cohort, by_year
from segmentation.compute.exact import unscaled_decimal

# Months across: each of the first year, then some.
ACROSS = (*range(13), 18, 24, 36)
# And of cohorts that are years.
ACROSS_YEARS = (0, 3, 6, 9, 12, 18, 24, 30, 36, 42, 48, 60, 72)
COHORTS_SHOWN = 24
HEAT_STEPS = 8


@dataclass(frozen=True)
class TriangleCell:
    """`count` is the number of customers or, with `amount`, their money; `heat` goes from 0 to
    HEAT_STEPS."""

    rate: Decimal | None
    count: int
    amount: Decimal | None
    heat: int
    href: str


@dataclass(frozen=True)
class TriangleRow:
    """`cells` are as many as months across; None: that month has not ended."""

    month: date
    size: int
    cells: list[TriangleCell | None]


@dataclass(frozen=True)
class Triangle:
    """`pooled`: over all cohorts old enough, not only those shown."""

    across: list[int]
    rows: list[TriangleRow]
    pooled: list[Decimal | None]
    hidden: int
    of_years: bool


def triangle(
    cohorts: Sequence[Cohort],
    by: str,
    link: Callable[[Cohort, int], str],
    *,
    of_years: bool = False,
) -> Triangle:
    """by: `customers` (there), `unbroken` (there all along) or `amount`."""
    rows = by_year(cohorts) if of_years else cohorts
    shown = list(rows[-COHORTS_SHOWN:])
    longest = max((len(cohort.active) for cohort in shown), default=0)
    across = [k for k in (ACROSS_YEARS if of_years else ACROSS) if k < longest]

    def rate_of(cohort: Cohort, k: int) -> Fraction | None:
        if by == "unbroken":
            return cohort.unbroken_rate(k)
        return cohort.amount_rate(k) if by == "amount" else cohort.rate(k)

    def cell(cohort: Cohort, k: int) -> TriangleCell | None:
        if k >= len(cohort.active):
            return None
        rate = rate_of(cohort, k)
        counts = cohort.unbroken if by == "unbroken" else cohort.active
        return TriangleCell(
            rate=number_of(rate),
            count=counts[k],
            amount=unscaled_decimal(cohort.amounts[k]) if by == "amount" else None,
            heat=heat_of(rate),
            href=link(cohort, k),
        )

    return Triangle(
        across=across,
        rows=[
            TriangleRow(cohort.month, cohort.size, [cell(cohort, k) for k in across])
            for cohort in reversed(shown)
        ],
        pooled=[number_of(_pooled(cohorts, k, by)) for k in across],
        hidden=len(rows) - len(shown),
        of_years=of_years,
    )


def heat_of(rate: Fraction | None) -> int:
    """More than everything, as ARR may be, is as strong as everything."""
    return 0 if rate is None else max(0, min(HEAT_STEPS, round(rate * HEAT_STEPS)))


def _pooled(cohorts: Sequence[Cohort], k: int, by: str) -> Fraction | None:
    old = [cohort for cohort in cohorts if k < len(cohort.active)]
    if by == "amount":
        above = sum(cohort.amounts[k] for cohort in old)
        below = sum(cohort.amounts[0] for cohort in old)
    else:
        above = sum((cohort.unbroken if by == "unbroken" else cohort.active)[k] for cohort in old)
        below = sum(cohort.size for cohort in old)
    return Fraction(above, below) if below else None
