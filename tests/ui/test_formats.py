"""Figures, money, dates and durations read as people write them in each language."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import numpy as np
import pytest

from ui import formats

EN, ZH = "en", "zh-hans"


@pytest.mark.parametrize("language", [EN, ZH])
def test_what_is_not_known_is_a_dash_and_never_a_zero(language: str) -> None:
    assert formats.number(None, language) == "–"
    assert formats.percent(None, language) == "–"
    assert formats.money(None, "CNY", language) == "–"
    assert formats.compact_money(None, "CNY", language) == "–"
    assert formats.days(None, language) == "–"
    assert formats.short_date(None, language) == "–"
    assert formats.date_time(None, language) == "–"
    assert formats.signed(None, language) == "–"
    assert formats.number(float("nan"), language) == "–"
    assert formats.number(0, language) == "0"


def test_numbers_are_grouped_and_keep_at_most_two_decimals() -> None:
    assert formats.number(1234567, EN) == "1,234,567"
    assert formats.number(Decimal("12.345"), EN) == "12.34"  # half to even, as money is rounded
    assert formats.number(12.5, EN) == "12.5"
    assert formats.number(3, EN, digits=1) == "3.0"


def test_a_minus_is_a_minus_sign_not_a_hyphen() -> None:
    assert formats.number(-3, EN) == "\N{MINUS SIGN}3"
    assert formats.money(Decimal(-20), "CNY", ZH, 0) == "\N{MINUS SIGN}¥20"


def test_floats_and_numpy_values_show_what_they_are() -> None:
    assert formats.number(0.1 + 0.2, EN, digits=1) == "0.3"
    assert formats.number(np.float64(2.5), EN) == "2.5"
    assert formats.number(np.int64(7), EN) == "7"


def test_percent_is_of_a_fraction() -> None:
    assert formats.percent(Decimal("0.9512"), EN) == "95.1%"
    assert formats.percent(0.5, ZH, 0) == "50%"
    assert formats.signed_percent(0.034, EN) == "+3.4%"
    assert formats.signed_percent(-0.034, EN) == "\N{MINUS SIGN}3.4%"


def test_money_has_its_currency_and_the_currencys_decimals() -> None:
    assert formats.money(Decimal("1234.5"), "CNY", EN) == "¥1,234.50"
    assert formats.money(Decimal("1234.5"), "CNY", ZH) == "¥1,234.50"
    assert formats.money(Decimal("1234.5"), "USD", EN) == "$1,234.50"
    assert formats.money(Decimal("1234"), "JPY", EN) == "¥1,234"
    assert formats.money(Decimal("1234.56"), "CNY", EN, digits=0) == "¥1,235"


def test_large_amounts_read_as_executives_read_them() -> None:
    assert formats.compact_money(Decimal(12_345_678), "CNY", ZH) == "1,234.6万元"
    assert formats.compact_money(Decimal(12_345_678), "USD", ZH) == "US$1,234.6万"
    assert formats.compact_money(Decimal(12_345_678), "CNY", EN) == "¥12.3M"
    # Under ten thousand there is nothing to shorten in Chinese.
    assert formats.compact_money(Decimal(9_500), "CNY", ZH) == "¥9,500"
    assert formats.compact_money(Decimal("599.0833333"), "CNY", EN) == "¥599"
    assert formats.compact_money(Decimal("-599.6"), "CNY", EN) == "−¥600"


def test_a_difference_always_has_its_sign() -> None:
    assert formats.signed(12, EN) == "+12"
    assert formats.signed(-12, EN) == "\N{MINUS SIGN}12"
    assert formats.signed(0, EN) == "0"
    assert formats.signed(-0.04, EN, 1) == formats.signed(0.04, EN, 1) == "0.0"
    assert formats.signed(-0.06, EN, 1) == "\N{MINUS SIGN}0.1"
    assert formats.signed_percent(-0.0004, EN) == formats.signed_percent(0.0004, EN) == "0.0%"
    assert formats.money(Decimal("-0.4"), "CNY", EN, 0) == "¥0"


def test_days() -> None:
    assert formats.days(1, EN) == "1 day"
    assert formats.days(5, EN) == "5 days"
    assert formats.days(-2, ZH) == "−2 天"
    assert formats.days(2.54, EN) == "2.5 days"
    assert formats.days(5, ZH) == "5 天"


def test_dates_put_the_day_first_in_english_and_the_year_in_chinese() -> None:
    day = date(2024, 2, 1)
    assert formats.short_date(day, EN) == "1 Feb 2024"
    assert formats.short_date(day, ZH) == "2024-02-01"
    assert formats.long_date(day, EN) == "1 February 2024"
    assert formats.long_date(day, ZH) == "2024年2月1日"
    assert formats.month(day, EN) == "Feb 2024"
    assert formats.month(day, ZH) == "2024年2月"
    assert formats.short_month(day, ZH) == "2月"
    assert formats.day(day, EN) == "1 Feb"


def test_a_moment_is_shown_in_the_zone_of_the_reader() -> None:
    moment = datetime(2024, 12, 31, 17, 5, tzinfo=UTC)
    shanghai = timezone(timedelta(hours=8))
    assert formats.date_time(moment, EN, shanghai) == "1 Jan 2025, 01:05"
    assert formats.date_time(moment, ZH, shanghai) == "2025-01-01 01:05"
    assert formats.date_time(moment, EN) == "31 Dec 2024, 17:05"


def test_ago_looks_back_and_ahead() -> None:
    now = datetime(2024, 12, 31, 12, tzinfo=UTC)
    assert formats.ago(now - timedelta(hours=3), now, EN) == "3 hours ago"
    assert formats.ago(now + timedelta(days=2), now, EN) == "in 2 days"
    assert formats.ago(now - timedelta(hours=3), now, ZH) == "3 小时前"


def test_a_language_we_do_not_have_reads_as_english() -> None:
    assert formats.short_date(date(2024, 2, 1), "fr") == "1 Feb 2024"


def test_formatter_by_name() -> None:
    assert formats.formatter("money", EN, "CNY", 0)(Decimal(5)) == "¥5"
    assert formats.formatter("percent", EN)(0.5) == "50.0%"
    assert formats.formatter("days", ZH)(3) == "3 天"
    with pytest.raises(ValueError, match="no format named"):
        formats.formatter("weight", EN)


def test_words_are_listed_as_each_language_does() -> None:
    assert formats.listed(["a", "b"], EN) == "a, b"
    assert formats.listed(["合同", "回款"], "zh-hans") == "合同、回款"
