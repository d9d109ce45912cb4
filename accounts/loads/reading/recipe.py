"""Files as another program exports them: which of its columns make ours, and which rows stay out.

A recipe is data. `Prepared` lays the columns that it makes beside those of the file, so lines and
names in faults stay those of the file. Pure Python, as all of reading.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from .amounts import DecimalMark, parse_amount, parse_whole
from .columns import Column, Layout, folded
from .dates import parse_day
from .faults import SHOWN_VALUE, Fault, Reason, refuse
from .table import Chunk, Table
from .values import MARGIN, Conventions

SHOWN_LINES = 10  # of the rows that a note is about

Names = tuple[str, ...]


class Unfit(Exception):
    """What stands in a part of a row cannot be used."""

    def __init__(self, part: int, reason: Reason) -> None:
        self.part, self.reason = part, reason
        super().__init__(reason.code)


@dataclass(slots=True)
class Cells:
    """The cells of one row that a rule looks at, one per part; empty where the file has none."""

    texts: Sequence[str]
    conventions: Conventions
    tell: Callable[[str], None]

    def first(self) -> int:
        """The first part that is filled; the first one where none is."""
        return next((part for part, text in enumerate(self.texts) if text), 0)

    def day(self, part: int) -> dt.date | None:
        """The day that stands there. Raises Unfit."""
        if not self.texts[part]:
            return None
        read = parse_day(self.texts[part], self.conventions.dates)
        if isinstance(read, Reason):
            raise Unfit(part, read)
        return dt.date.fromisoformat(read)

    def amount(self, part: int) -> Decimal | None:
        """The amount that stands there. Raises Unfit."""
        if not self.texts[part]:
            return None
        read = parse_amount(self.texts[part], self.conventions.amounts)
        if isinstance(read, Reason):
            raise Unfit(part, read)
        return Decimal(read)

    def whole(self, part: int) -> int | None:
        """The whole number that stands there. Raises Unfit."""
        if not self.texts[part]:
            return None
        read = parse_whole(self.texts[part])
        if isinstance(read, Reason):
            raise Unfit(part, read)
        return int(read)

    def written(self, amount: Decimal) -> str:
        """An amount as this file writes amounts."""
        text = format(round(amount, 2), "f")
        comma = self.conventions.amounts.mark is DecimalMark.COMMA
        return text.replace(".", ",") if comma else text


def first_filled(cells: Cells) -> str:
    """The first part that is filled."""
    return cells.texts[cells.first()]


@dataclass(frozen=True, slots=True)
class Fill:
    """A column of ours and what makes it.

    `parts`: each the names that the other program gives one of its columns, the first in the file
    counts. `kept`: all parts but the first stay attributes too. `always`: it is made also
    where the file has none of the parts.
    """

    column: str
    parts: tuple[Names, ...]
    by: Callable[[Cells], str] = first_filled
    kept: bool = False
    always: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that are no facts of ours: told with `code`. `needed`: the file must have one of the
    parts."""

    code: str
    parts: tuple[Names, ...]
    when: Callable[[Sequence[str]], bool]
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one file of one program becomes one kind. `marks`: columns of which no other program's
    file is likely to have one."""

    name: str
    program: str
    kind: str
    marks: Names
    fills: tuple[Fill, ...]
    left_out: tuple[LeftOut, ...] = ()

    def fits(self, header: Sequence[str], columns: Sequence[Column]) -> bool:
        """Whether a file with this header is such an export, as far as names can tell."""
        there = {folded(name) for name in header}

        def found(*parts: Names) -> bool:
            return any(folded(name) in there for names in parts for name in names)

        fills = {fill.column: fill for fill in self.fills}
        needed = (fills[column.name] for column in columns if column.required)
        return (
            found(self.marks)
            and all(fill.always or found(*fill.parts) for fill in needed)
            and all(found(*rule.parts) for rule in self.left_out if rule.needed)
        )


@dataclass(slots=True)
class _Note:
    rows: int = 0
    lines: list[int] = field(default_factory=list)


class Prepared:
    """A table with the columns that a recipe makes beside its own. Raises FileRefused where a
    needed column is missing. `mapping` (column → name in the file) goes before the recipe."""

    def __init__(
        self,
        table: Table,
        columns: Sequence[Column],
        recipe: Recipe,
        mapping: Mapping[str, str],
    ) -> None:
        self.table, self.recipe = table, recipe
        self._places = {folded(name): at for at, name in enumerate(table.header) if name}
        given = {column: theirs for column, theirs in mapping.items() if theirs}
        found = [name for name in table.header if name]
        unknown = [theirs for theirs in given.values() if folded(theirs) not in self._places]
        if unknown:
            raise refuse("unknown_source_columns", line=1, missing=unknown, found=found)
        fills = [fill for fill in recipe.fills if fill.column not in mapping]
        fills += [Fill(column, ((theirs,),)) for column, theirs in given.items()]
        self._fills = [
            (fill, places)
            for fill in fills
            if (places := self._find(fill.parts)) and (fill.always or any(p >= 0 for p in places))
        ]
        self._rules = [(rule, self._find(rule.parts)) for rule in recipe.left_out]
        self._check(columns, found)
        self.layout = self._lay_out()
        self._notes: dict[tuple[str, str], _Note] = {}

    def _find(self, parts: tuple[Names, ...]) -> list[int]:
        """The place of each part in the file; -1 where it has none."""
        return [
            next((at for name in names if (at := self._places.get(folded(name), -1)) >= 0), -1)
            for names in parts
        ]

    def _check(self, columns: Sequence[Column], found: list[str]) -> None:
        made = {fill.column for fill, _ in self._fills}
        asked = {fill.column: fill.parts for fill in self.recipe.fills}
        missing = [
            asked[column.name][0][0] if column.name in asked else column.name
            for column in columns
            if column.required and column.name not in made
        ]
        missing += [
            "|".join(names[0] for names in rule.parts[:2])
            for rule, places in self._rules
            if rule.needed and max(places) < 0
        ]
        if missing:
            missing = list(dict.fromkeys(missing))
            raise refuse("missing_columns", line=1, missing=missing, found=found)

    def _lay_out(self) -> Layout:
        header = list(self.table.header)
        sources: dict[str, int] = {}
        used: set[int] = set()
        for fill, places in self._fills:
            present = [place for place in places if place >= 0]
            used.update(place for place in (places[:1] if fill.kept else present) if place >= 0)
            sources[fill.column] = len(header)
            header.append(self.table.header[present[0]] if present else fill.column)
        extras = tuple(
            (name, at) for at, name in enumerate(self.table.header) if name and at not in used
        )
        return Layout(tuple(header), sources, extras)

    def read_from(self, column: str) -> list[int]:
        """Which columns of the file make a column of ours."""
        for fill, places in self._fills:
            if fill.column == column:
                return [place for place in places if place >= 0]
        return []

    def chunks(self, conventions: Conventions) -> Iterator[Chunk]:
        """The rows that stay, each with what the recipe makes of it; unfit ones as faults."""
        self._notes.clear()
        for chunk in self.table.chunks():
            faults = list(chunk.faults)
            kept: list[int] = []
            made: list[list[str]] = []
            for at, line in enumerate(chunk.lines):
                if self._leaves_out(chunk, at, line):
                    continue
                row = self._made(chunk, at, line, conventions)
                if isinstance(row, Fault):
                    faults.append(row)
                else:
                    kept.append(at)
                    made.append(row)
            own = [[column[at] for at in kept] for column in chunk.columns]
            further: list[Sequence[str]] = [list(values) for values in zip(*made, strict=True)]
            further = further or [[] for _ in self._fills]
            lines = [chunk.lines[at] for at in kept]
            yield replace(chunk, lines=lines, columns=[*own, *further], faults=faults)

    def _texts(self, chunk: Chunk, at: int, places: Sequence[int]) -> list[str]:
        return [chunk.columns[place][at].strip(MARGIN) if place >= 0 else "" for place in places]

    def _leaves_out(self, chunk: Chunk, at: int, line: int) -> bool:
        for rule, places in self._rules:
            if max(places) >= 0 and rule.when(self._texts(chunk, at, places)):
                self._note("left_out", rule.code, line)
                return True
        return False

    def _made(
        self, chunk: Chunk, at: int, line: int, conventions: Conventions
    ) -> list[str] | Fault:
        said: list[str] = []
        values = []
        for fill, places in self._fills:
            cells = Cells(self._texts(chunk, at, places), conventions, said.append)
            try:
                values.append(fill.by(cells))
            except Unfit as unfit:
                name = self.table.header[places[unfit.part]]
                value = cells.texts[unfit.part][:SHOWN_VALUE]
                return Fault(line, name, value, unfit.reason)
        for code in dict.fromkeys(said):
            self._note("told", code, line)
        return values

    def _note(self, what: str, code: str, line: int) -> None:
        note = self._notes.setdefault((what, code), _Note())
        note.rows += 1
        if len(note.lines) < SHOWN_LINES:
            note.lines.append(line)

    def notes(self) -> dict[str, Any]:
        """Which rows were left out, and what else was decided, each with the first lines."""
        notes: dict[str, Any] = {"recipe": self.recipe.name}
        for (what, code), note in self._notes.items():
            told = {"code": code, "rows": note.rows, "lines": note.lines}
            notes.setdefault(what, []).append(told)
        return notes


def listed_ids(text: str) -> list[str]:
    """The ids of a cell that may name several."""
    return [part for piece in re.split("[;；]", text) if (part := piece.strip(MARGIN))]
