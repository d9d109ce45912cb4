"""Scorecards as their screens show them: a person's figures, and one figure of every person."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from reports.compute.scorecards import BY_KEY, FIGURES, LEAST, Compared, Result
from reports.interval_chart import Axis, Dot, axis_of, draw_axis, draw_dot
from reports.queries.scorecards import Board, Managers
from reports.scorecard_words import (
    COMPONENTS,
    WORDS,
    allowed_words,
    direction_words,
    figures_of,
    interval,
    method_words,
    unit_words,
    written,
)
from ui import formats
from ui.exports import Cell
from ui.tags.formats import language

BETTER, WORSE, ALIKE = "better", "worse", "alike"


@dataclass(frozen=True)
class Line:
    """A figure of a person in words; empty where undefined.

    ``standing``: better or worse than the average of all by more than chance, or alike; empty where
    nothing can be compared. ``place`` of ``placed``, or ``too_few``: why there is none.
    """

    key: str
    person: int
    name: str
    title: str
    projects: int
    unknown: int
    value: str
    interval: str
    expected: str
    adjusted: str
    adjusted_interval: str
    standing: str
    place: int | None
    placed: int
    too_few: str
    href: str
    drawn: SafeString


def address(name: str, **asked: Any) -> str:
    """The page of an URL name; what is None is left out."""
    given = {key: value for key, value in asked.items() if value is not None}
    return f"{reverse(name)}?{urlencode(given)}" if given else reverse(name)


def card(board: Board, person: int, name: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    """The components of one person's scorecard, each with its figures apart."""
    return [
        {
            "key": component,
            "title": title,
            "lines": [
                {
                    "line": line_of(board.figures[key], key, person, name, asked),
                    "formula": explained(board.figures[key], key),
                    "unit": unit_words(key),
                }
                for key in figures_of(component)
            ],
        }
        for component, title in COMPONENTS.items()
    ]


def explained(compared: Compared, key: str) -> str:
    """How the figure comes about, for hover and focus."""
    parts = [str(WORDS[key].formula), direction_words(key), method_words(key)]
    return " ".join([*parts, allowed_words(compared)])


def comparison(
    board: Board, key: str, people: Managers, seen: Collection[int], asked: dict[str, Any]
) -> dict[str, Any]:
    """One figure of the persons that a member sees: who has a place by place, then the others by name,
    on a common axis."""
    compared = board.figures[key]
    rows = persons_of(compared, seen)
    axis = axis_of((_dot(compared.of(who)) for who in rows), compared.average, BY_KEY[key].bounds)
    lines = [line_of(compared, key, who, people.names[who], asked, axis) for who in rows]
    lines.sort(key=lambda line: (line.place is None, line.place or 0, line.name))
    return {
        "title": WORDS[key].title,
        "unit": unit_words(key),
        "formula": explained(compared, key),
        "lines": lines,
        "axis": draw_axis(axis, [written(key, tick) for _at, tick in axis.ticks]) if axis else "",
        "average": "" if math.isnan(compared.average) else written(key, compared.average),
        "projects": compared.projects,
        "cannot_be_told": compared.spread == 0 and not math.isnan(compared.average),
    }


def persons_of(compared: Compared, seen: Collection[int]) -> list[int]:
    return [person for person in compared.people.index.tolist() if person in seen]


def line_of(
    compared: Compared,
    key: str,
    person: int,
    name: str,
    asked: dict[str, Any],
    axis: Axis | None = None,
) -> Line:
    row = compared.of(person)
    dot = _dot(row)
    axis = axis or axis_of([dot], compared.average, BY_KEY[key].bounds)
    value, adjusted = written(key, row.value), written(key, row.adjusted)
    span = interval(key, row.adjusted_low, row.adjusted_high)
    label = (
        _("%(value)s; adjusted %(adjusted)s, %(interval)s")
        % {"value": value, "adjusted": adjusted, "interval": span}
        if span
        else value
    )
    number = row.projects
    return Line(
        key=key,
        person=person,
        name=name,
        title=str(WORDS[key].title),
        projects=number,
        unknown=row.all_projects - number,
        value=value,
        interval=interval(key, row.low, row.high),
        expected=written(key, row.expected),
        adjusted=adjusted,
        adjusted_interval=span,
        standing=_standing(compared, key, row),
        place=row.place,
        placed=compared.placed,
        too_few="" if number >= LEAST else _too_few(number),
        href=address("scorecard_projects", person=person, figure=key, **asked) if number else "",
        drawn=draw_dot(dot, axis, compared.average, label) if axis and number else SafeString(""),
    )


def _too_few(number: int) -> str:
    return ngettext(
        "%(count)s project of the %(least)s that a place needs",
        "%(count)s projects of the %(least)s that a place needs",
        number,
    ) % {"count": formats.number(number, language()), "least": LEAST}


def _standing(compared: Compared, key: str, row: Result) -> str:
    low, high = row.adjusted_low, row.adjusted_high
    if math.isnan(low) or math.isnan(compared.average):
        return ""
    if low <= compared.average <= high:
        return ALIKE
    return BETTER if (low > compared.average) == BY_KEY[key].is_better_high else WORSE


def _dot(row: Result) -> Dot:
    return Dot(row.adjusted, row.adjusted_low, row.adjusted_high, row.value)


def headings() -> list[str]:
    """Of the file with every figure of every person."""
    return [
        _("Project manager"),
        _("Figure"),
        _("Projects"),
        pgettext("of a measure", "Value"),
        _("Lower bound"),
        _("Upper bound"),
        _("Expected"),
        _("Adjusted"),
        _("Adjusted, lower bound"),
        _("Adjusted, upper bound"),
        _("Place"),
    ]


def rows_of_file(
    board: Board, people: Managers, seen: Collection[int]
) -> Iterator[tuple[Cell, ...]]:
    """Numbers as they are: shares of one, days, marks."""
    for figure in FIGURES:
        compared = board.figures[figure.key]
        for person in persons_of(compared, seen):
            row = compared.of(person)
            numbers = (
                row.value, row.low, row.high, row.expected,
                row.adjusted, row.adjusted_low, row.adjusted_high,
            )  # fmt: skip
            yield (
                people.names[person],
                str(WORDS[figure.key].title),
                row.projects,
                *(None if math.isnan(one) else round(one, 6) for one in numbers),
                row.place,
            )
