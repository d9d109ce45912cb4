"""How much room the table of a report needs, in steps that its style knows.

A table that has less stands row by row: its style can compare a room with a step, not with a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from unicodedata import east_asian_width

# In em of the text around the table. What needs more than the last counts as it.
STEPS = (20, 26, 32, 40, 50)
# A letter of half width in the table's smaller type, and what is between two columns.
LETTER, BETWEEN = 0.48, 1.17
# The first cell of a row is a name, which may take several lines; so may a long text.
NAME, LONG = 16, 28
# What is as short stays on one line.
SHORT = 20


def units(text: str) -> int:
    """Letters of half width; those of Chinese count twice."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def is_short(text: str) -> bool:
    return units(text) <= SHORT


def step_of(columns: Sequence[Sequence[str]]) -> int:
    """The least step in which columns have their room; of each its heading and its cells."""
    needed = sum(
        min(NAME if place == 0 else LONG, max(units(text) for text in column))
        for place, column in enumerate(columns)
    )
    room = needed * LETTER + BETWEEN * max(0, len(columns) - 1)
    return next((step for step in STEPS if room <= step), STEPS[-1])
