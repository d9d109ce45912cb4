"""Words in the executives' report that depend on how much there is of something."""

from __future__ import annotations

from typing import Any

import pytest

from reports.documents.executive_tables import Tables


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "renewal due now"), (1, "renewal in 1 day"), (12, "renewal in 12 days")],
)
def test_a_renewal_is_told_by_the_days_left(days: int, words: str) -> None:
    facts: Any = None
    assert Tables(facts, "en", "CNY")._renewal(days) == words
