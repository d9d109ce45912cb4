"""Amounts are exact, and their style is a matter of the whole file."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.loads.reading import DecimalMark, FileRefused, Reason
from accounts.loads.reading.amounts import (
    AmountStyle,
    AmountSurvey,
    are_plain_amounts,
    decimal_mark,
    parse_amount,
    parse_whole,
)

POINT = AmountStyle("CNY", lambda: DecimalMark.POINT)
COMMA = AmountStyle("EUR", lambda: DecimalMark.POINT, given=DecimalMark.COMMA)

exact = st.decimals(
    Decimal("-9999999999999.9999"), Decimal("9999999999999.9999"), places=4, allow_nan=False
)


def written(value: Decimal, group: str, mark: str, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.translate(str.maketrans({",": group, ".": mark}))


def mark_of(values: list[str]) -> DecimalMark:
    survey = AmountSurvey()
    survey.observe("amount", range(2, len(values) + 2), values)
    return survey.mark()


def code_of(result: object) -> str:
    assert isinstance(result, Reason), result
    return result.code


@given(exact, st.sampled_from(["", ",", " ", "'", "\u00a0", "\u202f", "’"]))
def test_every_exact_amount_comes_back_with_the_point_as_mark(value: Decimal, group: str) -> None:
    parsed = parse_amount(written(value, group, ".", 4), POINT)
    assert isinstance(parsed, str)
    assert Decimal(parsed) == value


@given(exact, st.sampled_from(["", ".", " ", "'", "\u202f"]))
def test_every_exact_amount_comes_back_with_the_comma_as_mark(value: Decimal, group: str) -> None:
    parsed = parse_amount(written(value, group, ",", 4), COMMA)
    assert isinstance(parsed, str)
    assert Decimal(parsed) == value


@given(
    st.lists(exact, min_size=1, max_size=30),
    st.sampled_from([("", "."), (",", "."), (" ", "."), (".", ","), (" ", ","), ("", ",")]),
    st.integers(1, 4),
)
def test_the_style_of_a_file_is_never_taken_for_the_other(
    values: list[Decimal], style: tuple[str, str], decimals: int
) -> None:
    group, mark = style
    texts = [written(value, group, mark, decimals) for value in values]
    other = {".": DecimalMark.COMMA, ",": DecimalMark.POINT}[mark]
    assert other not in {decimal_mark(text) for text in texts}
    if decimals != 3:
        assert mark_of(texts) is {".": DecimalMark.POINT, ",": DecimalMark.COMMA}[mark]


@given(st.lists(st.one_of(exact.map(str), st.text("0123456789.,-\n", max_size=9)), max_size=9))
def test_the_quick_look_finds_only_what_the_slow_one_leaves_alone(texts: list[str]) -> None:
    def unasked() -> DecimalMark:
        raise AssertionError("nobody needed to know")

    if are_plain_amounts(texts, AmountStyle("CNY", unasked)):
        assert [parse_amount(text, AmountStyle("CNY", unasked)) for text in texts] == texts
        assert DecimalMark.COMMA not in {decimal_mark(text) for text in texts}
    assert not (texts and are_plain_amounts(texts, COMMA))


def test_one_clear_amount_settles_the_unclear_ones_of_its_file() -> None:
    assert mark_of(["1,234", "5,678", "1,5"]) is DecimalMark.COMMA
    assert mark_of(["1,234", "5,678", "1,234.50"]) is DecimalMark.POINT
    assert mark_of(["1.234", "0,50"]) is DecimalMark.COMMA


def test_without_a_clear_amount_the_point_is_the_mark() -> None:
    assert mark_of(["1,234", "5,678", "100", ""]) is DecimalMark.POINT
    assert parse_amount("1,234", POINT) == "1234.0000"
    assert mark_of(["1.234", "100"]) is DecimalMark.POINT


def test_a_file_with_both_marks_is_refused_with_both_lines() -> None:
    with pytest.raises(FileRefused) as caught:
        mark_of(["1,234.50", "100", "1.234,50"])
    assert [(fault.line, fault.reason.code) for fault in caught.value.faults] == [
        (2, "decimal_marks_differ"),
        (4, "decimal_marks_differ"),
    ]


def test_what_is_no_amount_decides_nothing() -> None:
    for text in ["31.12.2024", "n/a", "NaN", "1,2,3", "1.2.3,4", "", "-", "9" * 100 + ".5"]:
        assert decimal_mark(text) is None, text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("100", "100"),
        ("-100.5", "-100.5"),
        ("+7", "7"),
        ("(1,234.56)", "-1234.56"),
        ("(¥1,234.56)", "-1234.56"),
        ("100-", "-100"),
        ("−100", "-100"),
        ("¥ 1,234.50", "1234.5"),
        ("￥1,234.50", "1234.5"),
        ("-¥5", "-5"),
        ("¥-5", "-5"),
        ("１，２３４．５０", "1234.5"),
        ("1,234.5元", "1234.5"),
        ("CNY 12", "12"),
        ("12 RMB", "12"),
        (".5", "0.5"),
        ("1.50000000", "1.5"),
        ("0", "0"),
        ("-0", "0"),
    ],
)
def test_amounts_as_people_write_them(text: str, value: str) -> None:
    parsed = parse_amount(text, POINT)
    assert isinstance(parsed, str), parsed
    assert Decimal(parsed) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NaN", "not_finite"),
        ("-inf", "not_finite"),
        ("Infinity", "not_finite"),
        ("∞", "not_finite"),
        ("1e5", "exponent"),
        ("1.5E+05", "exponent"),
        ("1.23456", "too_many_decimals"),
        ("10000000000000", "amount_too_large"),
        ("9" * 500, "not_an_amount"),
        ("1.234,56", "not_in_amount_style"),
        ("1,23", "not_in_amount_style"),
        ("0,123", "not_in_amount_style"),
        ("1,2345.00", "not_in_amount_style"),
        ("(-5)", "not_an_amount"),
        ("(5", "not_an_amount"),
        ("--5", "not_an_amount"),
        ("five", "not_an_amount"),
        ("0x10", "not_an_amount"),
        ("1_000", "not_an_amount"),
        ("¥", "not_an_amount"),
        ("$100", "other_currency"),
        ("100 EUR", "other_currency"),
    ],
)
def test_what_is_no_amount_says_why(text: str, code: str) -> None:
    assert code_of(parse_amount(text, POINT)) == code


@given(st.text(max_size=30))
def test_any_text_is_an_exact_amount_or_refused(text: str) -> None:
    for style in (POINT, COMMA):
        parsed = parse_amount(text.strip(), style) if text.strip() else None
        if isinstance(parsed, str):
            value = Decimal(parsed)
            assert value.is_finite()
            assert value == round(value, 4)


@given(st.integers(0, 2_147_483_647), st.sampled_from(["d", ",d"]))
def test_whole_numbers_come_back(value: int, form: str) -> None:
    assert parse_whole(format(value, form)) == str(value)
    assert parse_whole(f"{value}.0") == str(value)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.5", "not_whole"),
        ("-1", "not_whole"),
        ("NaN", "not_finite"),
        ("1e3", "not_whole"),
        ("2147483648", "whole_too_large"),
        ("99999999999999999999", "whole_too_large"),
    ],
)
def test_what_is_no_whole_number_says_why(text: str, code: str) -> None:
    assert code_of(parse_whole(text)) == code
