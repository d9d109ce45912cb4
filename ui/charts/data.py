"""What a chart shows. Values may be int, float or Decimal; None is "not known", never zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

Number = int | float | Decimal
Values = Sequence[Number | None]


class Text(Protocol):
    """A string, or a lazy translation of one."""

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Unit:
    """How values read: ``kind`` is number, percent (of a fraction), money or days."""

    kind: str = "number"
    currency: str = ""
    digits: int | None = None


@dataclass(frozen=True)
class Series:
    """One line, or one layer of the columns.

    ``tone`` is a name of the palette (``tier-high``, ``series-1``, ``accent``); ``links`` has the
    address behind each value, or is empty.
    """

    label: str | Text
    values: Values
    tone: str = "accent"
    links: Sequence[str] = ()


@dataclass(frozen=True)
class TimeChart:
    """Values over equal periods, oldest first; every series has one value for each period.

    ``partial``: says how far the last period goes when it is not over; it is drawn apart.
    ``names_ends``: the name of a line stands beside its end, whatever their number.

    Raises ValueError when it has not.
    """

    title: str | Text
    periods: Sequence[str | Text]
    series: Sequence[Series]
    unit: Unit = field(default_factory=Unit)
    area: bool = False
    partial: str | Text = ""
    names_ends: bool = False

    def __post_init__(self) -> None:
        for series in self.series:
            if len(series.values) != len(self.periods):
                raise ValueError(
                    f"series {str(series.label)!r} has {len(series.values)} values"
                    f" for {len(self.periods)} periods"
                )

    @property
    def empty(self) -> bool:
        return all(value is None for series in self.series for value in series.values)


@dataclass(frozen=True)
class TargetBar:
    """A value against its target, both not negative.

    ``target_words``: around a target that is no goal, with ``%(target)s``; else "of …".
    """

    label: str | Text
    value: Number | None
    target: Number | None
    unit: Unit = field(default_factory=Unit)
    tone: str = "accent"
    target_words: str | Text = ""


@dataclass(frozen=True)
class MatrixAxis:
    """A row and a column of a migration matrix: ``tone`` and ``kind``/``key`` give its mark."""

    key: str
    label: str | Text
    kind: str = ""


@dataclass(frozen=True)
class Cell:
    """Customers that went from the row to the column, their money, and the list of them."""

    count: int
    amount: Number | None = None
    href: str = ""


@dataclass(frozen=True)
class Matrix:
    """From (down) to (across). ``axes`` are ordered best first: to the left of the diagonal is up.

    ``cells`` maps (from key, to key); what is missing is zero. Keys in ``unranked`` (new, none)
    are neither better nor worse than others.
    """

    title: str | Text
    axes: Sequence[MatrixAxis]
    cells: Mapping[tuple[str, str], Cell]
    unit: Unit = field(default_factory=lambda: Unit("money"))
    unranked: frozenset[str] = frozenset()
