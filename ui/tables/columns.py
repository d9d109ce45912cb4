"""A column of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol


class Text(Protocol):
    """A string, or a lazy translation of one."""

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Column:
    """``sort`` names the ordering fields of the query (none: the column cannot be sorted).

    ``align`` "end" is for numbers, which sort largest first on the first click. ``wide`` columns
    are left out on narrow screens. ``why`` explains the figure: shown at the heading.
    """

    key: str
    label: str | Text
    sort: str | tuple[str, ...] = ()
    align: Literal["start", "end", "center"] = "start"
    wide: bool = False
    why: str | Text = ""

    @property
    def fields(self) -> tuple[str, ...]:
        return (self.sort,) if isinstance(self.sort, str) else self.sort

    @property
    def sortable(self) -> bool:
        return bool(self.fields)
