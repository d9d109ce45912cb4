"""A play on the past: which of its events would have opened work, and what load that would have been.

Work is taken to stay open until it expires, so this is the least that would have been opened: who
works faster is asked again sooner. Day numbers are those of date.toordinal.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

WEEK = 7
NOBODY = 0
"""Stands for work that nobody is named for."""


@dataclass(frozen=True)
class PersonLoad:
    """What a person (colleague id, NOBODY) would have had: CTAs and steps in all, and in the week that
    had the most steps."""

    person: int
    ctas: int
    steps: int
    most_ctas: int
    most_steps: int


@dataclass(frozen=True)
class Load:
    """weeks: (day number of the Monday, CTAs opened, steps that fall due); persons: the most steps
    first."""

    weeks: list[tuple[int, int, int]]
    persons: list[PersonLoad]


def opened(events: pd.DataFrame, expires_days: int | None) -> pd.DataFrame:
    """Of events (customer, day, …), a row per customer and day, those that open work: no other of the
    customer is open, because ``expires_days`` have passed since it was opened."""
    left = events.sort_values(["customer", "day"], kind="stable")
    taken = []
    while not left.empty:
        # One turn per piece of work of the customer that has the most.
        first = left.drop_duplicates("customer")
        taken.append(first)
        if expires_days is None:
            break
        open_until = left["customer"].map(first.set_index("customer")["day"]) + expires_days
        left = left[left["day"] >= open_until]
    return pd.concat(taken).sort_values(["day", "customer"]) if taken else left


def load(ctas: pd.DataFrame, steps: pd.DataFrame) -> Load:
    """The load of CTAs (person, day they are opened) and of their steps (person, day they fall due)."""
    cta_weeks, step_weeks = _monday(ctas["day"]), _monday(steps["day"])
    every = sorted({*cta_weeks, *step_weeks})
    if every:
        every = list(range(every[0], every[-1] + 1, WEEK))
    per_week = cta_weeks.value_counts(), step_weeks.value_counts()
    persons = [
        PersonLoad(
            int(person),
            ctas=int((ctas["person"] == person).sum()),
            steps=int((steps["person"] == person).sum()),
            most_ctas=_most(ctas["person"] == person, cta_weeks),
            most_steps=_most(steps["person"] == person, step_weeks),
        )
        for person in sorted({*ctas["person"], *steps["person"]})
    ]
    return Load(
        weeks=[
            (int(week), int(per_week[0].get(week, 0)), int(per_week[1].get(week, 0)))
            for week in every
        ],
        persons=sorted(persons, key=lambda one: (-one.steps, -one.ctas, one.person)),
    )


def _monday(days: pd.Series) -> pd.Series:
    # Day 1 was a Monday.
    return days - (days - 1) % WEEK


def _most(chosen: pd.Series, weeks: pd.Series) -> int:
    counted = weeks[chosen].value_counts()
    return int(counted.iloc[0]) if len(counted) else 0
