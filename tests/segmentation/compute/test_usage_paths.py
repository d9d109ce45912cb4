"""By which way a night comes to its usage."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from segmentation.compute.usage_paths import Seen, UsagePath, usage_path

HELD = Seen(date(2026, 6, 16), datetime(2026, 6, 17, 1, tzinfo=UTC), "Asia/Shanghai")
NEXT = replace(HELD, day=date(2026, 6, 17), known_at=datetime(2026, 6, 18, 1, tzinfo=UTC))
DAY = timedelta(1)


def path(wanted: Seen, held: Seen | None, *, since_held: bool = False, since: bool = False) -> str:
    return usage_path(wanted, held, revised_since_held=since_held, revised_since_known=since)


@pytest.mark.parametrize(
    "wanted",
    [
        NEXT,
        replace(NEXT, day=NEXT.day + 40 * DAY),
        replace(HELD, known_at=NEXT.known_at),
        replace(NEXT, known_at=HELD.known_at),
        HELD,
    ],
)
def test_states_are_carried_forward_in_days_and_in_knowledge(wanted: Seen) -> None:
    assert path(wanted, HELD) == UsagePath.FOLD


@pytest.mark.parametrize(
    "wanted",
    [
        replace(NEXT, day=HELD.day - DAY),
        replace(NEXT, known_at=HELD.known_at - timedelta(microseconds=1)),
    ],
)
def test_the_past_is_read_from_the_facts_and_leaves_the_states_alone(wanted: Seen) -> None:
    assert path(wanted, HELD) == UsagePath.READ
    assert path(replace(wanted, zone="Europe/Berlin"), HELD) == UsagePath.READ


def test_without_states_or_with_doubtful_ones_they_are_made_again() -> None:
    assert path(NEXT, None) == UsagePath.REBUILD
    assert path(replace(NEXT, zone="Europe/Berlin"), HELD) == UsagePath.REBUILD
    assert path(NEXT, HELD, since_held=True) == UsagePath.REBUILD


def test_states_are_never_made_from_facts_that_are_gone() -> None:
    """What was taken away after the moment asked about has no place in what later nights start from."""
    assert path(NEXT, None, since=True) == UsagePath.READ
    assert path(NEXT, HELD, since=True, since_held=True) == UsagePath.READ
