"""How long a case waited, as a report says it in two places."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import translation

from reports.compute.customer_facts import SolvedCase
from reports.documents.customer_service import _solved
from reports.documents.figure_words import value_words
from segmentation.catalogue import Unit


@pytest.mark.parametrize("minutes", [111, 87, 93, 105])
def test_one_case_took_as_long_in_the_list_as_in_the_figure(minutes: int) -> None:
    draft: Any = SimpleNamespace(language="en", near_day=str)
    with translation.override("en"):
        figure = value_words(Decimal(minutes) / 60, Unit.HOURS, currency="EUR", language="en")
        told = _solved(draft, SolvedCase(date(2026, 10, 19), "Slow", minutes / 60)).text
    assert told == f"First answered after {figure}"
