"""Dates and moments: which order a file writes them in, and reading them in it.

A date that begins with the year can be read in one way. One that ends with it cannot: 03/04/2024
is told only by the other dates of the file, all of them, or by `--dates`. Nothing is guessed per
row.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .faults import SHOWN_VALUE, Fault, FileRefused, Reason

FIRST_YEAR, LAST_YEAR = 1900, 2100
LONGEST = 64  # characters; nothing longer is looked at as a date


class DateOrder(StrEnum):
    """How a file writes dates: year first, day first or month first."""

    ISO = "iso"
    DMY = "dmy"
    MDY = "mdy"


_CLOCK = (
    r"(?:(?:T|\s+)(?P<hour>\d{1,2}):(?P<minute>\d{2})"
    r"(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<zone>Z|UTC|[+-]\d{2}(?::?\d{2})?)?)?"
)
_flags = re.IGNORECASE | re.ASCII
_year_first = re.compile(
    r"(?:(?P<y>\d{4,6})(?P<mark>[-/.])(?P<m>\d{1,2})(?P=mark)(?P<d>\d{1,2})"
    r"|(?P<yc>\d{4,6})年(?P<mc>\d{1,2})月(?P<dc>\d{1,2})日"
    r"|(?P<yb>\d{4})(?P<mb>\d{2})(?P<db>\d{2}))" + _CLOCK,
    _flags,
).fullmatch
_year_last = re.compile(
    r"(?P<a>\d{1,2})(?P<mark>[-/.])(?P<b>\d{1,2})(?P=mark)(?P<y>\d{4,6})" + _CLOCK,
    _flags,
).fullmatch
_short_year = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}(?:\s.*)?", _flags).fullmatch
# What needs no second look, a column at a time; no backtracking, whatever stands there.
_iso_day = r"(?:19|20)\d\d-\d\d-\d\d"
_iso_moment = _iso_day + r"[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)?"
_iso_days = re.compile(rf"(?:{_iso_day}\n)*+", re.ASCII).fullmatch
_iso_moments = re.compile(rf"(?:{_iso_moment}\n)*+", re.ASCII).fullmatch

# The order of the file is asked for only when a date needs it.
AskOrder = Callable[[], DateOrder | None]


@dataclass(frozen=True, slots=True)
class _Parts:
    day: dt.date
    clock: str  # "hh:mm:ss", with its fraction; empty when there is none
    zone: str  # "", "Z" or "+hh:mm"


def plain(text: str) -> str:
    """Full-width digits and marks as their ASCII twins."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def are_plain_days(texts: Sequence[str]) -> bool:
    """Whether all of them are ISO days as they stand."""
    return _all_iso(texts, _iso_days, dt.date.fromisoformat)


def are_plain_moments(texts: Sequence[str]) -> bool:
    """Whether all of them are ISO moments as they stand."""
    return _all_iso(texts, _iso_moments, dt.datetime.fromisoformat)


def _all_iso(
    texts: Sequence[str], matches: Callable[[str], object], parse: Callable[[str], object]
) -> bool:
    if not matches("\n".join([*texts, ""])):
        return False
    try:
        for _ in map(parse, texts):
            pass
    except ValueError:
        return False
    return True


def parse_day(text: str, order: AskOrder) -> str | Reason:
    """A day as YYYY-MM-DD. A clock without a zone is dropped; one with a zone is refused: which
    day it is would depend on where one stands."""
    parts = _parse(text, order)
    if isinstance(parts, Reason):
        return parts
    return Reason("day_with_zone") if parts.zone else parts.day.isoformat()


def parse_moment(text: str, order: AskOrder) -> str | Reason:
    """A moment as text that PostgreSQL reads as timestamptz; where the file names no zone the
    result has none either and the session's (the tenant's) decides. A bare day is its start."""
    parts = _parse(text, order)
    if isinstance(parts, Reason):
        return parts
    return f"{parts.day.isoformat()} {parts.clock}{parts.zone}".rstrip()


def _parse(text: str, ask_order: AskOrder) -> _Parts | Reason:
    text = plain(text)
    if len(text) > LONGEST:
        return Reason("not_a_date")
    if match := _year_first(text):
        year, month, day = (
            int(match[name] or match[name + "c"] or match[name + "b"]) for name in "ymd"
        )
    elif match := _year_last(text):
        order = ask_order()
        if order is DateOrder.ISO:
            return Reason("not_in_date_order", {"order": order.value})
        year, first, second = int(match["y"]), int(match["a"]), int(match["b"])
        day, month = (second, first) if order is DateOrder.MDY else (first, second)
        if not _is_day(year, month, day) and _is_day(year, day, month) and order:
            return Reason("not_in_date_order", {"order": order.value})
    else:
        return Reason("two_digit_year" if _short_year(text) else "not_a_date")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return Reason("year_out_of_range", {"first": FIRST_YEAR, "last": LAST_YEAR})
    if not _is_day(year, month, day):
        return Reason("no_such_day")
    clock = _clock(match)
    if clock is None:
        return Reason("no_such_time")
    return _Parts(dt.date(year, month, day), *clock)


def _clock(match: re.Match[str]) -> tuple[str, str] | None:
    """The time of day and its zone, both empty when the date stands alone; None: no such time."""
    if match["hour"] is None:
        return "", ""
    hour, minute, second = (
        int(match["hour"]),
        int(match["minute"]),
        int(match["second"] or 0),
    )
    zone = (match["zone"] or "").upper().replace("UTC", "Z")
    if len(zone) > 1:
        digits = zone[1:].replace(":", "").ljust(4, "0")
        if int(digits[:2]) > 14 or int(digits[2:]) > 59:
            return None
        zone = f"{zone[0]}{digits[:2]}:{digits[2:]}"
    if hour > 23 or minute > 59 or second > 59:
        return None
    fraction = f".{match['fraction'][:6]}" if match["fraction"] else ""
    return f"{hour:02}:{minute:02}:{second:02}{fraction}", zone


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        dt.date(year, month, day)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Seen:
    """The first value of a kind, to be named when the file is refused."""

    line: int
    column: str
    value: str


class DateSurvey:
    """What all the dates of a file say about its order.

    Only dates that exist in one order and not in the other are evidence; what is no date in
    either is left for its row to be refused.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[bool, bool], _Seen] = {}

    def observe(self, column: str, lines: Sequence[int], values: Sequence[str]) -> None:
        """Take in one column of one chunk."""
        # Year first needs no order, and is what most large files hold: told by five characters.
        starts = {value[:5] for value in values}
        if all(start[:4].isdigit() and start[4:] in ("-", "/", ".", "") for start in starts):
            return
        for value in dict.fromkeys(values):
            match = _year_last(plain(value.strip())) if len(value) <= LONGEST else None
            if match is None:
                continue
            year, first, second = int(match["y"]), int(match["a"]), int(match["b"])
            fits = _is_day(year, second, first), _is_day(year, first, second)
            if fits != (False, False) and fits not in self._seen:
                line = lines[values.index(value)]
                self._seen[fits] = _Seen(line, column, value[:SHOWN_VALUE])

    def order(self) -> DateOrder | None:
        """The order of the year-last dates; None when there are none.

        Raises FileRefused when every one of them fits both orders, or some fit only the one and
        some only the other.
        """
        day_first, month_first = (
            self._seen.get((True, False)),
            self._seen.get((False, True)),
        )
        if day_first and month_first:
            reason = Reason("date_orders_differ", {"dmy": day_first.line, "mdy": month_first.line})
            raise FileRefused([_fault(day_first, reason), _fault(month_first, reason)])
        if day_first or month_first:
            return DateOrder.DMY if day_first else DateOrder.MDY
        if unclear := self._seen.get((True, True)):
            raise FileRefused([_fault(unclear, Reason("date_order_unclear"))])
        return None


def _fault(seen: _Seen, reason: Reason) -> Fault:
    return Fault(seen.line, seen.column, seen.value, reason)
