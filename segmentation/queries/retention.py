"""Retention figures of a tenant, from its contract lines as known now; no night is needed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from segmentation.compute.exact import unscaled_decimal
from segmentation.compute.formats import format_cell
from segmentation.compute.retention import Retention, monthly_retention, period_retention
from segmentation.frames.retention import subscription_lines

RETENTION_COLUMNS = (
    "month",
    "start_arr",
    "new",
    "expansion",
    "contraction",
    "churned",
    "reactivated",
    "end_arr",
    "grr",
    "nrr",
    "customers_start",
    "customers_lost",
    "logo_churn",
)


@dataclass(frozen=True)
class RetentionFigures:
    """The movements of ARR between two days, in the tenant's currency; rates are fractions of 1,
    None when there was nothing at the start."""

    first_day: date
    last_day: date
    start_arr: Decimal
    new: Decimal
    expansion: Decimal
    contraction: Decimal
    churned: Decimal
    reactivated: Decimal
    end_arr: Decimal
    grr: Fraction | None
    nrr: Fraction | None
    customers_start: int
    customers_lost: int
    logo_churn: Fraction | None

    @property
    def month(self) -> str:
        """YYYY-MM of the last day."""
        return f"{self.last_day:%Y-%m}"

    def cells(self) -> tuple[str, ...]:
        """The row of `retention`, cells of RETENTION_COLUMNS in canonical form."""
        return tuple(format_cell(getattr(self, name)) for name in RETENTION_COLUMNS)


def retention_months(first: date, last: date) -> list[RetentionFigures]:
    """A row per month, from the month of `first` to that of `last`: each compares the last day of
    the month before with its own.

    Raises:
        ValueError: the last month is before the first.
    """
    return figures_of(monthly_retention(subscription_lines(), first, last))


def retention_between(first_day: date, last_day: date) -> RetentionFigures:
    """One period: ARR on its first day against ARR on its last.

    Raises:
        ValueError: the last day is before the first.
    """
    return figures_of([period_retention(subscription_lines(), first_day, last_day)])[0]


def figures_of(found: Iterable[Retention]) -> list[RetentionFigures]:
    amounts = (
        "start_arr",
        "new",
        "expansion",
        "contraction",
        "churned",
        "reactivated",
        "end_arr",
    )
    return [
        RetentionFigures(
            first_day=one.first_day,
            last_day=one.last_day,
            grr=one.grr,
            nrr=one.nrr,
            customers_start=one.customers_start,
            customers_lost=one.customers_lost,
            logo_churn=one.logo_churn,
            **{name: unscaled_decimal(getattr(one, name)) for name in amounts},
        )
        for one in found
    ]
