"""A file of some kind as typed rows: scan, header, conventions of the whole file, then the rows.

Speed comes from working column by column: most columns of a large file repeat few values, and
each distinct value is parsed once. Memory does not grow with the file.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .amounts import AmountStyle, AmountSurvey, DecimalMark
from .columns import Column, Layout, lay_out
from .dates import DateOrder, DateSurvey
from .encoding import scan
from .faults import SHOWN_VALUE, Fault, Reason
from .recipe import Prepared, Recipe
from .source import Source
from .table import Chunk, Table
from .values import MARGIN, Amount, Conventions, Day, Moment, Parse

REMEMBERED = 100_000  # parsed values per column


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a kind asks of a file, and what the user said about this one.

    `mapping`: column → name in the file ("" leaves it out); `dates` and `mark` None: to be told
    apart; `keep_extras`: columns that feed none come along as JSON; `recipe`: whose export it is.
    """

    columns: Sequence[Column]
    one_of: Sequence[Sequence[str]] = ()
    mapping: Mapping[str, str] | None = None
    dates: DateOrder | None = None
    mark: DecimalMark | None = None
    currency: str = ""
    keep_extras: bool = False
    recipe: Recipe | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """Some good rows, column by column, and the faults of the bad ones.

    `values[column][i]` is the text that PostgreSQL reads, None for an empty cell. `extras[i]` is a
    JSON object of the columns that feed none (null for an empty cell). `rejected` rows are left
    out; each has one fault or more. `read` = rows kept + rejected.
    """

    lines: Sequence[int]
    values: Mapping[str, Sequence[str | None]]
    extras: Sequence[str] | None
    faults: Sequence[Fault]
    read: int
    rejected: int


class Reader:
    """Reads one file for one kind. Raises FileRefused when the file as a whole cannot be read."""

    def __init__(self, source: Source, wanted: Wanted) -> None:
        self.wanted = wanted
        self.scan = scan(source)
        self.table = Table(source, self.scan)
        mapping = wanted.mapping or {}
        self.prepared: Prepared | None = None
        if wanted.recipe:
            self.prepared = Prepared(self.table, wanted.columns, wanted.recipe, mapping)
            self.layout: Layout = self.prepared.layout
        else:
            self.layout = lay_out(self.table.header, wanted.columns, mapping, wanted.one_of)
        self._columns = [column for column in wanted.columns if column.name in self.layout.sources]
        self._surveys: tuple[DateSurvey, AmountSurvey] | None = None
        style = AmountStyle(wanted.currency, self._told_mark, wanted.mark)
        self.conventions = Conventions(self.date_order, style)

    def date_order(self) -> DateOrder | None:
        """The order of the dates that end with the year; None: there are none."""
        return self.wanted.dates or self._survey()[0].order()

    def _told_mark(self) -> DecimalMark:
        return self._survey()[1].mark()

    @property
    def was_surveyed(self) -> bool:
        """Whether a value came up that only the whole file could explain."""
        return self._surveys is not None

    def _survey(self) -> tuple[DateSurvey, AmountSurvey]:
        """Look at every date and amount of the file, once, before one of them is believed."""
        if self._surveys is not None:
            return self._surveys
        dates, amounts = DateSurvey(), AmountSurvey()
        for chunk in self.table.chunks():
            for column in self._columns:
                for place in self._read_from(column.name):
                    name, values = self.table.header[place], chunk.columns[place]
                    if isinstance(column.type, (Day, Moment)):
                        dates.observe(name, chunk.lines, values)
                    elif isinstance(column.type, Amount):
                        amounts.observe(name, chunk.lines, values)
        self._surveys = dates, amounts
        return self._surveys

    def _read_from(self, column: str) -> list[int]:
        """Which columns of the file a column of the kind is read from."""
        if self.prepared:
            return self.prepared.read_from(column)
        return [self.layout.sources[column]]

    def _chunks(self) -> Iterator[Chunk]:
        if self.prepared:
            return self.prepared.chunks(self.conventions)
        return self.table.chunks()

    def records(self) -> Iterator[Records]:
        """All rows of the file, some thousands at a time."""
        parsers = [_ColumnParser(column, self.conventions) for column in self._columns]
        unnamed = [place for place, name in enumerate(self.table.header) if not name]
        for chunk in self._chunks():
            faults = list(chunk.faults)
            # One column of the file may feed several of the kind; its faults are said once.
            said: set[tuple[int, str, str]] = set()
            bad: set[int] = set()
            values: dict[str, Sequence[str | None]] = {}
            for column, parser in zip(self._columns, parsers, strict=True):
                source = self.layout.sources[column.name]
                raw = chunk.columns[source]
                parsed, reasons = parser.parse(raw)
                for place, reason in reasons:
                    bad.add(place)
                    name = self.layout.name_of(column.name)
                    if (place, name, reason.code) in said:
                        continue
                    said.add((place, name, reason.code))
                    value = raw[place][:SHOWN_VALUE]
                    faults.append(Fault(chunk.lines[place], name, value, reason))
                values[column.name] = parsed
            for position in unnamed:
                for place, text in enumerate(chunk.columns[position]):
                    if text.strip(MARGIN):
                        reason = Reason("unnamed_column", {"position": position + 1})
                        faults.append(Fault(chunk.lines[place], "", text[:SHOWN_VALUE], reason))
                        bad.add(place)
            yield self._records(chunk, values, faults, bad)

    def _records(
        self,
        chunk: Chunk,
        values: dict[str, Sequence[str | None]],
        faults: list[Fault],
        bad: set[int],
    ) -> Records:
        lines = chunk.lines
        extras = self._extras(chunk) if self.wanted.keep_extras else None
        if bad:
            kept = [place for place in range(len(lines)) if place not in bad]
            lines = [lines[place] for place in kept]
            values = {name: [column[place] for place in kept] for name, column in values.items()}
            extras = [extras[place] for place in kept] if extras is not None else None
        faults.sort(key=lambda fault: fault.line or 0)
        return Records(lines, values, extras, faults, chunk.read, len(chunk.faults) + len(bad))

    def _extras(self, chunk: Chunk) -> Sequence[str]:
        names = [name for name, _ in self.layout.extras]
        columns = [
            [text.strip(MARGIN) or None for text in chunk.columns[place]]
            for _, place in self.layout.extras
        ]
        if not names:
            return ["{}"] * len(chunk.lines)
        return [
            json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
            for row in zip(*columns, strict=True)
        ]


class _ColumnParser:
    """Parses one column chunk after chunk, remembering what it has seen."""

    def __init__(self, column: Column, conventions: Conventions) -> None:
        self._filled = column.filled
        self._parse: Parse = column.type.parser(conventions)
        self._are_plain = column.type.are_plain(conventions)
        self._known: dict[str, str | Reason | None] = {}

    def parse(self, raw: Sequence[str]) -> tuple[list[str | None], list[tuple[int, Reason]]]:
        """The values, and where there is none the reason."""
        texts = _stripped(raw)
        has_empty = "" in texts
        distinct = set(texts)
        if len(distinct) * 2 > len(texts):
            if self._are_plain and not (has_empty and self._filled):
                present = [text for text in texts if text] if has_empty else texts
                if self._are_plain(present):
                    return [text or None for text in texts] if has_empty else list(texts), []
            known = {text: self._one(text) for text in distinct}
        else:
            known = self._known
            if len(known) > REMEMBERED:
                known.clear()
            for text in distinct.difference(known):
                known[text] = self._one(text)
        results = [known[text] for text in texts]
        reasons: list[tuple[int, Reason]] = []
        if any(isinstance(known[text], Reason) for text in distinct):
            reasons = [
                (place, result)
                for place, result in enumerate(results)
                if isinstance(result, Reason)
            ]
        return results, reasons  # type: ignore[return-value]

    def _one(self, text: str) -> str | Reason | None:
        if text:
            return self._parse(text)
        return Reason("empty") if self._filled else None


def _stripped(raw: Sequence[str]) -> list[str]:
    texts = list(map(str.strip, raw))
    if all(map(str.isascii, texts)):
        return texts
    return [text.strip(MARGIN) for text in texts]
