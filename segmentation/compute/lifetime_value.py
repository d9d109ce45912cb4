"""Lifetime value of a customer under contract.

LTV = monthly ARPA × gross margin ÷ monthly logo churn of the last twelve months

monthly ARPA = ARR ÷ customers with ARR ÷ 12; monthly logo churn = customers lost in those months ÷
customers at the start of each of them, added up. Without a customer, or when none was lost, it cannot
be estimated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

MONTHS = 12


@dataclass(frozen=True)
class ContractValue:
    """`arr` (whole number, or Decimal) of `customers` on the last day; over the months `lost` of
    `exposed` (customer-months); `margin` a fraction of 1. Amounts in the unit of `arr`."""

    arr: Fraction
    customers: int
    exposed: int
    lost: int
    margin: Fraction

    @property
    def monthly_arpa(self) -> Fraction | None:
        return self.arr / self.customers / MONTHS if self.customers else None

    @property
    def monthly_churn(self) -> Fraction | None:
        return Fraction(self.lost, self.exposed) if self.exposed else None

    @property
    def value(self) -> Fraction | None:
        """None: not estimable."""
        arpa, churn = self.monthly_arpa, self.monthly_churn
        if arpa is None or not churn:
            return None
        return arpa * self.margin / churn


def contract_value(
    *,
    arr: int | Decimal,
    customers: int,
    months: Sequence[tuple[int, int]],
    margin: Decimal,
) -> ContractValue:
    """months: of each of the last twelve, customers at its start and customers lost in it."""
    return ContractValue(
        arr=Fraction(arr),
        customers=customers,
        exposed=sum(start for start, _ in months),
        lost=sum(lost for _, lost in months),
        margin=Fraction(margin),
    )
