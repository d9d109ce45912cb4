"""What can happen to a customer: the plots that the demo is made of.

A story fixes who signs when, how use develops and how bills are paid. Shares are of 100
customers, laid out in the same order in every hundred, so any number of customers has the same
mix. Days count from the last day; use 1.0 is an eager customer.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache

import numpy as np

from config.demo.chance import Floats, Integers

Range = tuple[float, float]


@dataclass(frozen=True)
class Story:
    """One plot.

    age: days since the current contract started · priors: chances of 0, 1, 2 earlier contracts ·
    use: level long ago, before the event, after it, now · event: days before the last day ·
    ramp: days the change takes · expands, expands_again: chances of buying more within a
    contract · late: chance that a bill is paid weeks late.
    """

    key: str
    share: int
    size: Range
    age: Range
    priors: tuple[float, float, float]
    use: tuple[float, float, float, float]
    event: Range
    ramp: Range
    expands: float = 0.0
    expands_again: float = 0.0
    late: float = 0.08


_ESTABLISHED = (0.3, 0.45, 0.25)

STORIES = (
    Story(
        "champion", 10, (0.5, 1.0), (40, 1060), (0.0, 0.6, 0.4),
        (0.88, 0.95, 1.05, 1.1), (60, 400), (60, 120), 0.9, 0.6, 0.03,
    ),
    Story(
        "steady", 20, (0.05, 0.92), (190, 1080), (0.38, 0.4, 0.22),
        (0.74, 0.74, 0.74, 0.74), (100, 400), (60, 120), 0.3, 0.1,
    ),
    Story(
        "growing", 9, (0.15, 0.85), (185, 400), (0.85, 0.15, 0.0),
        (0.35, 0.42, 0.95, 1.05), (20, 160), (120, 260), 0.45,
    ),
    Story(
        "expansion", 10, (0.3, 0.95), (260, 1000), (0.25, 0.5, 0.25),
        (0.6, 0.68, 0.86, 0.92), (20, 420), (30, 80), 1.0, 0.45, 0.05,
    ),
    Story(
        "slipping", 9, (0.1, 0.8), (420, 1085), _ESTABLISHED,
        (0.85, 0.8, 0.26, 0.13), (0, 60), (70, 220), 0.0, 0.0, 0.25,
    ),
    Story(
        "dormant", 5, (0.02, 0.5), (300, 1000), _ESTABLISHED,
        (0.7, 0.55, 0.0, 0.0), (8, 190), (5, 45), 0.0, 0.0, 0.3,
    ),
    Story(
        "churned", 9, (0.05, 0.95), (1, 730), (0.55, 0.45, 0.0),
        (0.66, 0.55, 0.02, 0.0), (1, 730), (150, 300), 0.0, 0.0, 0.2,
    ),
    Story(
        "won_back", 2, (0.1, 0.6), (45, 420), (0.0, 0.0, 0.0),
        (0.62, 0.62, 0.66, 0.7), (100, 400), (60, 120),
    ),
    Story(
        "onboarding", 5, (0.1, 0.95), (1, 165), (1.0, 0.0, 0.0),
        (0.1, 0.1, 0.1, 0.12), (10, 60), (10, 60),
    ),
    Story(
        "accepted", 5, (0.1, 0.9), (1, 104), (1.0, 0.0, 0.0),
        (0.7, 0.7, 0.75, 0.8), (10, 60), (10, 60),
    ),
    Story(
        "prospect", 4, (0.1, 0.9), (8, 210), (1.0, 0.0, 0.0),
        (0.0, 0.0, 0.0, 0.0), (10, 60), (10, 60),
    ),
    Story(
        "trial", 3, (0.05, 0.8), (3, 55), (1.0, 0.0, 0.0),
        (0.5, 0.5, 0.6, 0.6), (5, 20), (5, 20),
    ),
    Story(
        "down_sell", 5, (0.2, 0.95), (6, 600), (0.0, 0.7, 0.3),
        (0.8, 0.74, 0.5, 0.52), (6, 600), (120, 240),
    ),
    Story(
        "silent_key_user", 2, (0.2, 0.8), (260, 1000), _ESTABLISHED,
        (0.72, 0.72, 0.66, 0.64), (95, 150), (5, 30),
    ),
    Story(
        "overdue", 2, (0.1, 0.75), (18, 110), (0.0, 0.0, 0.0),
        (0.66, 0.64, 0.6, 0.58), (100, 400), (60, 120), 0.0, 0.0, 0.6,
    ),
)  # fmt: skip

BLOCK = 100
KEYS = tuple(story.key for story in STORIES)

# Where in each hundred a group's parent stands, and how far behind it its subsidiaries.
GROUP_HEADS = (3, 36, 68)
SUBSIDIARY_STEPS = (4, 9, 15)


def index_of(key: str) -> int:
    return KEYS.index(key)


@cache
def _layout() -> tuple[Integers, Integers]:
    """Story of each of the hundred places, and its ordinal among places of that story."""
    places = sorted(
        ((ordinal + 0.5) / story.share, index, ordinal)
        for index, story in enumerate(STORIES)
        for ordinal in range(story.share)
    )
    assert len(places) == BLOCK, "the shares of all stories make one hundred"
    return (
        np.array([index for _, index, _ in places]),
        np.array([ordinal for _, _, ordinal in places]),
    )


def stories_of(number: Integers) -> tuple[Integers, Integers]:
    """Story index and running ordinal within that story, for customers numbered from 0."""
    story, ordinal = _layout()
    shares = np.array([entry.share for entry in STORIES])
    place, block = number % BLOCK, number // BLOCK
    return story[place], block * shares[story[place]] + ordinal[place]


def roots_of(number: Integers) -> Integers:
    """Number of the group's parent for a subsidiary, otherwise the number itself."""
    shift = np.zeros(BLOCK, dtype=np.int64)
    for head in GROUP_HEADS:
        for step in SUBSIDIARY_STEPS:
            shift[head + step] = step
    return number - shift[number % BLOCK]


@cache
def column(name: str) -> Floats:
    """One field of all stories as an array: (stories,) or (stories, width)."""
    assert name in {field.name for field in fields(Story)}
    return np.array([getattr(story, name) for story in STORIES])
