"""Numbers are written one way."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.compute.exact import scaled_integer
from segmentation.compute.formats import format_cell, format_column, format_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1200, "1200"),
        (np.int64(-3), "-3"),
        (True, "true"),
        (Decimal("1200"), "1200.00"),
        (Decimal("1.2E+3"), "1200.00"),
        (Decimal("0.5"), "0.50"),
        (Decimal("12.3450"), "12.345"),
        (Decimal("-0.00"), "0.00"),
        (Decimal("-7.1"), "-7.10"),
        (0.25, "0.25"),
        (2.0, "2"),
        (1e-7, "0.0000001"),
        (1e22, "10000000000000000000000"),
        (-0.0, "0"),
        (1 / 3, "0.3333333333333333"),
        (Fraction(19, 20), "0.95"),
        (Fraction(2, 3), "0.6666666667"),
        (Fraction(1), "1"),
        (Fraction(-1, 4), "-0.25"),
    ],
)
def test_a_number(value: Any, text: str) -> None:
    assert format_number(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="no"):
        format_number(value)


def test_cells() -> None:
    assert [format_cell(v) for v in (None, pd.NA, float("nan"), "a,b", date(2025, 6, 1))] == [
        "",
        "",
        "",
        "a,b",
        "2025-06-01",
    ]
    with pytest.raises(TypeError):
        format_cell(datetime(2025, 6, 1, tzinfo=UTC))


def test_columns_of_every_kind_keep_their_order_and_gaps() -> None:
    assert format_column(pd.Series([3, None, 3, -1], dtype="Int64")) == ["3", "", "3", "-1"]
    assert format_column(pd.Series([125000, None, -1], dtype="Int64"), 4) == [
        "12.50",
        "",
        "-0.0001",
    ]
    assert format_column(pd.Series([0.5, None, 2.0])) == ["0.5", "", "2"]
    words = pd.Series(pd.Categorical(["low", None, "high"], ["low", "mid", "high"]))
    assert format_column(words) == ["low", "", "high"]
    assert format_column(pd.Series([], dtype="Int64")) == []


@given(st.decimals(-(10**12), 10**12, places=4))
def test_an_amount_keeps_its_value(amount: Decimal) -> None:
    (text,) = format_column(pd.Series([scaled_integer(amount)], dtype="Int64"), 4)
    assert Decimal(text) == amount
    assert "E" not in text
    assert len(text.partition(".")[2]) >= 2


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_ratio_reads_back_as_itself(ratio: float) -> None:
    text = format_number(ratio)
    assert float(text) == ratio
    assert "e" not in text
