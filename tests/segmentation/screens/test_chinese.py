"""Words that are one in English and two in Chinese."""

from __future__ import annotations

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override, pgettext

from accounts.labels import field_label
from segmentation import catalogue
from ui.tables import Column, Table


@pytest.fixture(autouse=True)
def chinese() -> object:
    with override("zh-hans"):
        yield


def test_the_number_of_payments_is_not_the_money() -> None:
    assert str(catalogue.get("frequency").title) == "回款次数"
    assert str(catalogue.FACTS["payments"]) == "回款"


def test_a_measures_value_is_a_number_not_worth() -> None:
    assert pgettext("of a measure", "Value") == "数值"


def test_the_company_above_is_not_the_group() -> None:
    assert field_label("parent") == "上级公司"


def test_columns_of_bars_are_named_by_what_they_count() -> None:
    share = {"key": "", "customers": 1, "arr": None}
    items = [{"kind": "stage", "share": share, "url": "#", "width": 50.0}]
    drawn = render_to_string("segmentation/tiers/bars.html", {"items": items})
    assert "阶段" in drawn
    assert "集团" not in drawn


def test_pages_and_marks_in_brackets() -> None:
    table = Table.read([Column("a", "A", sort="a")], "", default="a").counted(120)
    drawn = render_to_string("components/pagination.html", {"table": table})
    assert 'aria-label="第 2 页"' in drawn
    steps = [{"title": "T", "state": "done", "url": "", "body": "", "action": ""}]
    request = RequestFactory().get("/")
    drawn = render_to_string("components/steps.html", {"items": steps}, request=request)
    assert "（已完成）" in drawn
