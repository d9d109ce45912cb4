"""When each customer's contracts start and end, are signed and renewed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from config.demo import stories
from config.demo.chance import Chance, Floats, Integers
from config.demo.timeline import NEVER, Timeline

Flags = NDArray[np.bool_]

TERM_YEARS = 3
# A contract may be the fourth of its customer: two earlier ones, and a renewal signed ahead.
GENERATIONS = 4


def within_bounds(bounds: Floats, share: Floats) -> Integers:
    """A whole number inside per-customer bounds (customers, 2) at that share of the way."""
    low, high = bounds[:, 0], bounds[:, 1]
    return np.asarray(np.floor(low + share * (high - low + 1))).astype(np.int64)


def earlier_contracts(chance: Chance, story: Integers, ordinal: Integers) -> Integers:
    """How many contracts came before the current one (for who left: before the last one)."""
    chances = np.cumsum(stories.column("priors")[story], axis=1)
    drawn = chance.spread("priors", ordinal, 7)
    return np.asarray((drawn[:, None] >= chances[:, :2]).sum(axis=1))


# The demo always has news: of these stories, the customers with this remainder of their ordinal are
# so many days old, plus up to thirteen that differ from one to the next: just signed, just accepted,
# just ninety days past acceptance, just lost, just a year with us, just renewed.
# Story, modulus, remainder, least age, turn of the first: together they reach every night of the
# last fortnight in a demo of two hundred customers.
_NEWS = (
    ("growing", 6, 2, 365, 0),
    ("accepted", 3, 1, 90, 3),
    ("churned", 9, 4, 1, 6),
    ("accepted", 3, 0, 1, 8),
    ("onboarding", 2, 1, 1, 12),
    ("steady", 10, 3, 1, 17),
)
_FORTNIGHT = 14


def fortnight(turn: Integers) -> Integers:
    """0 … 13 in turn, neighbours far apart: some nights do not have it all."""
    return turn * 5 % _FORTNIGHT


def ages(chance: Chance, story: Integers, ordinal: Integers) -> Integers:
    """Days since the current contract (of a trial, prospect or project: since its own start)."""
    bounds = stories.column("age")[story].copy()
    # The least age lets a first project end; who has renewed may have done so last week.
    healthy = ("champion", "steady", "growing", "expansion", "silent_key_user")
    renewed = np.isin(story, [stories.index_of(key) for key in healthy]) & (
        earlier_contracts(chance, story, ordinal) > 0
    )
    bounds[:, 0] = np.where(renewed, 3, bounds[:, 0])
    age = within_bounds(bounds, chance.spread("age", ordinal, 3))
    for key, modulus, remainder, least, turn in _NEWS:
        chosen = (story == stories.index_of(key)) & (ordinal % modulus == remainder)
        if key == "steady":
            chosen &= renewed
        age = np.where(chosen, least + fortnight(turn + ordinal // modulus), age)
    return age


def make_terms(
    chance: Chance, timeline: Timeline, number: Integers, story: Integers, ordinal: Integers
) -> tuple[Integers, Integers, Integers, Flags]:
    """Contract terms: starts, ends and signatures (customers, generations), and who renews."""
    count = len(number)
    age = ages(chance, story, ordinal)
    priors = earlier_contracts(chance, story, ordinal)
    is_story = [story == index for index in range(len(stories.STORIES))]
    churned = is_story[stories.index_of("churned")]
    returned = is_story[stories.index_of("won_back")]
    overdue = is_story[stories.index_of("overdue")]
    prospects = is_story[stories.index_of("prospect")] | is_story[stories.index_of("trial")]

    # The unpaid bill of an overdue payer is that of the second or third year.
    anniversaries = 1 + chance.between(0, 1, "overdue year", number)
    start = -age
    start = np.where(overdue, timeline.years_later(-age, -anniversaries), start)
    # A project that ends with acceptance began some months before; see _projects.
    head = chance.between(70, 150, "time to accept", number)
    start = np.where(is_story[stories.index_of("accepted")], -age - head, start)
    first = timeline.years_later(start, -TERM_YEARS * priors)
    first = np.where(churned, timeline.years_later(1 - age, -TERM_YEARS * (priors + 1)), first)
    gap = chance.between(120, 400, "days away", number)
    first = np.where(returned, timeline.years_later(start - gap, -TERM_YEARS), first)

    step = np.arange(GENERATIONS)
    starts = np.stack([timeline.years_later(first, TERM_YEARS * int(g)) for g in step], axis=1)
    # Who comes back starts again on a day of his own.
    starts[:, 1] = np.where(returned, start, starts[:, 1])
    ends = np.stack([timeline.years_later(starts[:, g], TERM_YEARS) for g in step], axis=1) - 1
    cells = (number[:, None], step[None, :])
    lead = np.where(
        step[None, :] == 0,
        chance.between(8, 45, "signed before", *cells),
        chance.between(4, 75, "renewed before", *cells),
    )
    # What starts in the last fortnight was signed the day before, so that it is news.
    lead = np.where((step[None, :] > 0) & (starts <= 0) & (starts > -15), 1, lead)
    signed = timeline.office_day((starts - lead).reshape(-1)).reshape(count, GENERATIONS)
    brief = timeline.office_day(starts[:, 0] - 1)
    signed[:, 0] = np.where(is_story[stories.index_of("onboarding")], brief, signed[:, 0])

    last = np.where(returned, 1, priors)
    ahead = (
        (step[None, :] == last[:, None] + 1)
        & (signed <= 0)
        & ~churned[:, None]
        & ~np.isin(story, [stories.index_of(k) for k in ("slipping", "dormant")])[:, None]
    )
    exists = ((step[None, :] <= last[:, None]) | ahead) & ~prospects[:, None]
    starts, ends, signed = (np.where(exists, days, NEVER) for days in (starts, ends, signed))
    continues = exists & (step[None, :] > 0) & ~(returned[:, None] & (step[None, :] == 1))
    return starts, ends, signed, continues
