"""How numbers are written in files, in the digest and in reasons: one way, the same everywhere.

- whole numbers plain: 1200; true and false as words;
- money (Decimal) plain, never with an exponent, at least two decimal places, further places only
  as far as they are not zero: 1200.00, 0.5 → 0.50, 12.3450 → 12.345; minus zero is 0.00;
- other numbers (float) as the shortest decimal that gives the same number back, never with an
  exponent: 0.25, 2 (for 2.0), 0.0000001; minus zero is 0;
- fractions (rates) as decimals rounded half-even to ten places, zeros at the end left out: 0.95;
- dates as YYYY-MM-DD; text as it is; nothing as the empty string.
"""

import math
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from segmentation.compute.exact import unscaled_decimal

MONEY_SHOWN_PLACES = 2
RATE_PLACES = 10


def format_number(value: int | float | Decimal | Fraction) -> str:
    """A number in canonical form; ValueError for NaN and infinity."""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, Decimal):
        return format_money(value)
    if isinstance(value, Fraction):
        return format_rate(value)
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number to write down")
    return _without_zeros(format(Decimal(repr(float(value))), "f"))


def format_money(amount: Decimal) -> str:
    """An amount with at least two decimal places."""
    if not amount.is_finite():
        raise ValueError(f"{amount} is no amount")
    whole, _, places = _without_zeros(format(amount, "f")).partition(".")
    text = f"{whole}.{places.ljust(MONEY_SHOWN_PLACES, '0')}"
    return text


def format_rate(rate: Fraction) -> str:
    """A rate as a decimal fraction of at most ten places."""
    scaled = round(rate * 10**RATE_PLACES)  # half to even
    decimal = Decimal(scaled).scaleb(-RATE_PLACES, _WIDE)
    return _without_zeros(format(decimal, "f"))


def format_cell(value: Any) -> str:
    """Any cell of an output row."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        raise TypeError("a moment has no place in canonical output")
    if isinstance(value, date):
        return value.isoformat()
    return format_number(value)


def format_column(column: pd.Series, places: int = 0) -> list[str]:
    """The cells of a column; `places` > 0 for money in scaled integers.

    Each distinct value is formatted once.
    """
    codes, distinct = pd.factorize(column)
    values = pd.Series(distinct).astype(object).to_list()
    if places:
        texts = [format_money(unscaled_decimal(value, places)) for value in values]
    else:
        texts = [format_cell(value) for value in values]
    # factorize gives the missing the code -1, which is the last of the list.
    return np.array([*texts, ""], dtype=object)[codes].tolist()  # type: ignore[no-any-return]


_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)


def _without_zeros(text: str) -> str:
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
