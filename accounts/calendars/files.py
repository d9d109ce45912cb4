"""Special days in a file: `day,kind,name`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from accounts.calendars.document import HOLIDAY, KINDS, NAME_LENGTH, WORKING, SpecialDay
from accounts.loads.reading import (
    Column,
    Fault,
    FileRefused,
    Reader,
    Reason,
    Source,
    Wanted,
    guess_mapping,
    peek,
)
from accounts.loads.reading.values import Conventions, Day, Parse, Text, ValueType

HEADINGS = ("day", "kind", "name")

MOST_DAYS = 5000
MOST_FAULTS = 100

_WORDS: Mapping[str, tuple[str, ...]] = {
    HOLIDAY: (
        HOLIDAY,
        "holidays",
        "off",
        "day off",
        "休",
        "休息",
        "休息日",
        "放假",
        "假日",
        "假期",
        "节假日",
        "法定节假日",
    ),
    WORKING: (
        WORKING,
        "work",
        "workday",
        "working day",
        "班",
        "上班",
        "补班",
        "调休上班",
        "工作日",
    ),
}
_KIND_OF = {word: kind for kind, words in _WORDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class _Kind(ValueType):
    """`holiday` or `working`, or what people write for them."""

    def parser(self, conventions: Conventions) -> Parse:
        def parse(text: str) -> str | Reason:
            kind = _KIND_OF.get(" ".join(text.lower().split()))
            return kind or Reason("not_a_choice", {"choices": list(KINDS)})

        return parse


COLUMNS = (
    Column("day", Day(), required=True, filled=True, synonyms=("date", "日期", "日子", "日")),
    Column("kind", _Kind(), required=True, filled=True, synonyms=("type", "类型", "种类", "状态")),
    Column(
        "name",
        Text(NAME_LENGTH),
        synonyms=("holiday", "title", "note", "名称", "节日", "说明", "备注"),
    ),
)


@dataclass(frozen=True)
class ReadDays:
    """The days of a file, ascending; none of them where there is a fault."""

    days: tuple[SpecialDay, ...]
    faults: tuple[Fault, ...] = ()


def read_days(handle: BinaryIO) -> ReadDays:
    """Read a CSV, gzipped CSV or Excel file; every fault is named by its line.

    Columns are known by name or by what people call them. A day that stands twice must say the same
    both times. ``handle`` stays open.
    """
    try:
        with Source(handle, keep_open=True) as source:
            header = peek(source).header
            return _read(Reader(source, Wanted(COLUMNS, mapping=guess_mapping(header, COLUMNS))))
    except FileRefused as refusal:
        return ReadDays((), tuple(refusal.faults))


def _read(reader: Reader) -> ReadDays:
    faults: list[Fault] = []
    found: dict[date, tuple[int, SpecialDay]] = {}
    for records in reader.records():
        faults.extend(records.faults)
        names: Sequence[str | None] = records.values.get("name", [None] * len(records.lines))
        rows = zip(records.lines, records.values["day"], records.values["kind"], names, strict=True)
        for line, day, kind, name in rows:
            assert day is not None  # both columns are filled
            assert kind is not None
            special = SpecialDay(date.fromisoformat(day), kind, name or "")
            first, said = found.setdefault(special.day, (line, special))
            if said != special:
                faults.append(Fault(line, "day", day, Reason("repeated_day", {"line": first})))
        if len(found) > MOST_DAYS:
            faults.append(Fault(None, "", "", Reason("too_many_days", {"limit": MOST_DAYS})))
            break
        if len(faults) > MOST_FAULTS:
            break
    if faults:
        return ReadDays((), tuple(faults[:MOST_FAULTS]))
    return ReadDays(tuple(found[day][1] for day in sorted(found)))


def rows_of(days: Iterable[SpecialDay]) -> list[tuple[date, str, str]]:
    """The rows of a file that :func:`read_days` reads."""
    return [(special.day, special.kind, special.name) for special in days]
