"""Numbers in the frame: one statement for all of them."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest

from ui.counts import FrameCount, FrameCounts


def some(number: int) -> Any:
    def rows(request: HttpRequest) -> QuerySet[Any, Any]:
        return ContentType.objects.order_by().values("pk")[:number]

    return rows


@pytest.fixture
def counts() -> FrameCounts:
    counts = FrameCounts()
    counts.register(FrameCount("two", some(2)))
    counts.register(FrameCount("none", lambda request: ContentType.objects.none().values("pk")))
    counts.register(FrameCount("one", some(1), "view_one"))
    counts.register(FrameCount("three", some(3), "view_three"))
    return counts


@pytest.mark.django_db
def test_one_statement_counts_what_the_member_may_see(
    counts: FrameCounts, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        found = counts.of(HttpRequest(), lambda ability: ability == "view_three")
    assert found == {"two": 2, "three": 3}


def test_without_a_count_nothing_is_asked() -> None:
    # Without a mark for the database: a statement would be refused.
    counts = FrameCounts()
    counts.register(FrameCount("one", some(1), "view_one"))
    assert counts.of(HttpRequest(), lambda ability: False) == {}


@pytest.mark.django_db
def test_unions_are_counted_once(counts: FrameCounts) -> None:
    both = ContentType.objects.order_by().values("pk")
    counts.register(FrameCount("union", lambda request: both.union(both)))
    found = counts.of(HttpRequest(), lambda ability: False)
    assert found["union"] == ContentType.objects.count() > 3
