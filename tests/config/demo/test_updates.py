"""On whatever day the demo is made, its reports have something to tell of the product."""

from __future__ import annotations

from datetime import date, timedelta

from config.demo.request_texts import SHIPPED


def test_an_update_went_out_in_the_month_that_is_reported() -> None:
    shipped = [timedelta(days=days) for _index, days, *_words in SHIPPED]
    for number in range(4 * 366):
        until = date(2026, 1, 1) + timedelta(days=number)
        last = (until + timedelta(days=1)).replace(day=1) - timedelta(days=1)
        first = last.replace(day=1)
        assert any(first <= until - ago <= last for ago in shipped), until
