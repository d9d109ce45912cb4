"""What a customer is worth: by contract where there are contracts, by a model of buying elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from segmentation.compute.buying import (
    Buying,
    NotEstimable,
    Spending,
    fit_buying,
    fit_spending,
    independence,
    value_of,
)
from segmentation.compute.exact import MONEY_PLACES
from segmentation.compute.lifetime_value import MONTHS, ContractValue, contract_value
from segmentation.compute.payment_summary import summarise_buying
from segmentation.compute.retention import compare_days
from segmentation.frames.retention import subscription_lines
from segmentation.frames.terms import payment_rows
from segmentation.queries.retention_figures import (
    CONTRACTS,
    NOTHING,
    PAYMENTS,
    ended_months,
    within,
)
from segmentation.queries.scopes import Scope

HORIZON_DAYS = 365
NO_FACTS = "no_facts"


@dataclass(frozen=True)
class BuyingValue:
    """Of the customers that ever paid, over the next HORIZON_DAYS, after margin: the mean per customer
    and the sum. `expected`: purchases in all; `correlation`: of how often and how much, which the
    model takes to be none (None: not measured)."""

    customers: int
    repeaters: int
    buying: Buying
    spending: Spending
    mean: Decimal
    total: Decimal
    expected: float
    alive: float
    correlation: float | None


@dataclass(frozen=True)
class CustomerValue:
    """`basis`: which model and therefore why: CONTRACTS, PAYMENTS or NOTHING. `refusal`: why there is
    no number (a code of compute.buying, NO_FACTS), or empty. Amounts in the tenant's currency."""

    basis: str
    as_of: date
    margin: Decimal
    contract: ContractValue | None = None
    buying: BuyingValue | None = None
    refusal: str = ""


def customer_value(until: date, margin: Decimal, scope: Scope | None = None) -> CustomerValue:
    """As of the end of the last month that has ended by `until` (contracts), or of `until`."""
    lines = subscription_lines()
    if (lines["annual_fee"] > 0).any():
        months = ended_months(until, MONTHS)
        value = _by_contract(within(scope, lines), months, margin)
        return CustomerValue(CONTRACTS, months[-1][1], margin, value)
    payments = payment_rows()
    if not len(payments):
        return CustomerValue(NOTHING, until, margin, refusal=NO_FACTS)
    try:
        found = _by_buying(within(scope, payments), until, margin)
    except NotEstimable as refused:
        return CustomerValue(PAYMENTS, until, margin, refusal=refused.code)
    return CustomerValue(PAYMENTS, until, margin, buying=found)


def _by_contract(
    lines: pd.DataFrame, months: list[tuple[date, date]], margin: Decimal
) -> ContractValue:
    ends = [last for _, last in months]
    starts = [date.fromordinal(first.toordinal() - 1) for first, _ in months]
    pairs = list(zip(starts, ends, strict=True))
    *found, last = compare_days(lines, [*pairs, (ends[-1], ends[-1])])
    return contract_value(
        arr=Decimal(last.end_arr).scaleb(-MONEY_PLACES),
        customers=last.customers_start,
        months=[(month.customers_start, month.customers_lost) for month in found],
        margin=margin,
    )


def _by_buying(payments: pd.DataFrame, until: date, margin: Decimal) -> BuyingValue:
    codes, customers = pd.factorize(payments["customer"])
    summary = summarise_buying(
        codes.astype(np.int64),
        payments["paid_on"].to_numpy(dtype=np.int64),
        payments["amount"].to_numpy(dtype=np.int64),
        count=len(customers),
        until=until.toordinal(),
    )
    repeats = summary.repeats.astype(np.float64)
    buying = fit_buying(repeats, summary.recency.astype(np.float64), summary.age.astype(np.float64))
    spending = fit_spending(repeats, summary.repeat_value)
    found = value_of(summary, buying, spending, HORIZON_DAYS)
    total = Decimal(str(float(found.values.sum()))).scaleb(-MONEY_PLACES) * margin
    return BuyingValue(
        customers=len(repeats),
        repeaters=int((repeats > 0).sum()),
        buying=buying,
        spending=spending,
        mean=total / len(repeats),
        total=total,
        expected=float(found.purchases.sum()),
        alive=float(found.alive.sum()),
        correlation=independence(summary),
    )
