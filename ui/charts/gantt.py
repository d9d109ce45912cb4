"""A plan over time: bars, what is locked below them, milestones, and lines from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ui.charts.scale import px, text_width

ROW = 32
HEAD = 40
PADDING = 3  # days before the first and after the last
ROOM = 1000.0  # what a whole plan should fit into
NARROWEST, WIDEST = 2.5, 24.0  # a day
BAR_TOP, BAR_HEIGHT = 6, 12
LOCKED_TOP, LOCKED_HEIGHT = 21, 5
DONE_INSET = 4
STUB = 5.0


@dataclass(frozen=True)
class GanttRow:
    """A line of the plan. ``first`` and ``last`` both count; a milestone has only ``last``.

    locked: days as they were agreed. started, finished: what happened; started without finished runs
    up to today. after: keys of the rows it waits for. words: what a person who cannot see it is told.
    is_heading: it sums up the rows below it.
    """

    key: str
    label: str
    first: date
    last: date
    words: str = ""
    href: str = ""
    is_heading: bool = False
    is_milestone: bool = False
    is_critical: bool = False
    is_done: bool = False
    started: date | None = None
    finished: date | None = None
    locked: tuple[date, date] | None = None
    after: tuple[str, ...] = ()
    version: int = 0


@dataclass(frozen=True)
class Gantt:
    """``off``: days that are not worked. ``day_width``: None fits the whole into the usual room."""

    rows: Sequence[GanttRow]
    today: date
    off: Collection[date] = ()
    day_width: float | None = None


@dataclass(frozen=True)
class Box:
    x: str
    y: str
    width: str
    height: str = "0"


@dataclass(frozen=True)
class GanttBar:
    """A row as it is drawn; ``diamond`` and ``locked_diamond`` are points of polygons."""

    row: GanttRow
    top: str
    bar: Box | None
    diamond: str
    done: Box | None
    locked: Box | None
    locked_diamond: str


@dataclass(frozen=True)
class GanttMark:
    """A label of the head and the line below it."""

    x: str
    text_x: str
    label: str


@dataclass(frozen=True)
class GanttLayout:
    width: int
    height: int
    bars: list[GanttBar]
    shades: list[Box]
    months: list[GanttMark]
    days: list[GanttMark]
    today: str
    connectors: list[str]
    arrows: list[str]


def days_shown(rows: Sequence[GanttRow]) -> tuple[date, date]:
    """The first and the last day that has to be drawn."""
    every = [
        day
        for row in rows
        for day in (row.first, row.last, row.started, row.finished, *(row.locked or ()))
        if day is not None
    ]
    margin = timedelta(days=PADDING)
    return min(every) - margin, max(every) + margin


def lay_out_gantt(chart: Gantt, *, month: Callable[[date], str]) -> GanttLayout:
    """Positions in view-box units, which are pixels. ``month`` words the head of a month.

    Raises ValueError without rows.
    """
    if not chart.rows:
        raise ValueError("no rows")
    first, last = days_shown(chart.rows)
    count = (last - first).days + 1
    day_width = chart.day_width or min(max(ROOM / count, NARROWEST), WIDEST)

    def at(day: date) -> float:
        return (day - first).days * day_width

    bars = [
        _bar(row, HEAD + place * ROW, at, day_width, chart.today)
        for place, row in enumerate(chart.rows)
    ]
    connectors, arrows = _connectors(chart.rows, at, day_width)
    height = HEAD + ROW * len(chart.rows)
    shown_today = first <= chart.today <= last
    return GanttLayout(
        width=round(count * day_width),
        height=height,
        bars=bars,
        shades=_shades(first, last, chart.off, at, day_width, height),
        months=_months(first, last, at, count * day_width, month),
        days=_days(first, last, at, day_width),
        today=px(at(chart.today) + day_width / 2) if shown_today else "",
        connectors=connectors,
        arrows=arrows,
    )


Place = Callable[[date], float]


def _bar(row: GanttRow, top: float, at: Place, day: float, today: date) -> GanttBar:
    done = None
    if row.started is not None and not row.is_milestone:
        until = max(row.finished or max(today, row.started), row.started)
        done = _box(
            at(row.started), top + BAR_TOP + DONE_INSET, at(until) + day - at(row.started),
            BAR_HEIGHT - 2 * DONE_INSET,
        )  # fmt: skip
    locked, locked_diamond = None, ""
    if row.locked:
        start, end = row.locked
        if row.is_milestone:
            locked_diamond = _diamond(at(end) + day, top + LOCKED_TOP + LOCKED_HEIGHT / 2, 4)
        else:
            locked = _box(at(start), top + LOCKED_TOP, at(end) + day - at(start), LOCKED_HEIGHT)
    if row.is_milestone:
        return GanttBar(
            row, px(top), None, _diamond(at(row.last) + day, top + BAR_TOP + BAR_HEIGHT / 2, 8),
            None, locked, locked_diamond,
        )  # fmt: skip
    width = at(row.last) + day - at(row.first)
    height = 6 if row.is_heading else BAR_HEIGHT
    bar = _box(at(row.first), top + (13 if row.is_heading else BAR_TOP), width, height)
    return GanttBar(row, px(top), bar, "", done, locked, locked_diamond)


def _box(x: float, y: float, width: float, height: float) -> Box:
    return Box(px(x), px(y), px(max(width, 2)), px(height))


def _diamond(x: float, y: float, size: float) -> str:
    corners = ((x, y - size), (x + size, y), (x, y + size), (x - size, y))
    return " ".join(f"{px(a)},{px(b)}" for a, b in corners)


def _connectors(rows: Sequence[GanttRow], at: Place, day: float) -> tuple[list[str], list[str]]:
    """From the end of each row to the start of those that wait for it, of rows that are shown."""
    places = {row.key: place for place, row in enumerate(rows)}
    lines, arrows = [], []
    for place, row in enumerate(rows):
        y = HEAD + place * ROW + BAR_TOP + BAR_HEIGHT / 2
        to = at(row.last) + day - 8 if row.is_milestone else at(row.first)
        for key in row.after:
            if key not in places:
                continue
            other = rows[places[key]]
            start = at(other.last) + day + (8 if other.is_milestone else 0)
            above = HEAD + places[key] * ROW + BAR_TOP + BAR_HEIGHT / 2
            if to - start >= 2 * STUB:
                lines.append(f"M{px(start)} {px(above)}H{px(to - STUB)}V{px(y)}H{px(to)}")
            else:
                between = y - ROW / 2 if y > above else y + ROW / 2
                lines.append(
                    f"M{px(start)} {px(above)}h{px(STUB)}V{px(between)}H{px(to - STUB)}"
                    f"V{px(y)}H{px(to)}"
                )
            arrows.append(f"{px(to)},{px(y)} {px(to - 5)},{px(y - 3)} {px(to - 5)},{px(y + 3)}")
    return lines, arrows


def _shades(
    first: date, last: date, off: Collection[date], at: Place, day: float, height: float
) -> list[Box]:
    """Days off, those beside each other as one."""
    free = frozenset(off)
    shades, begin = [], None
    at_day = first
    while at_day <= last + timedelta(days=1):
        if at_day in free and at_day <= last:
            begin = begin or at_day
        elif begin is not None:
            shades.append(_box(at(begin), HEAD, (at_day - begin).days * day, height - HEAD))
            begin = None
        at_day += timedelta(days=1)
    return shades


def _months(
    first: date, last: date, at: Place, width: float, month: Callable[[date], str]
) -> list[GanttMark]:
    marks = []
    start = first
    while start <= last:
        after = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        room = min(at(after), width) - at(start)
        label = month(start)
        shown = label if text_width(label) + 6 <= room else ""
        marks.append(GanttMark(px(at(start)), px(at(start) + 4), shown))
        start = after
    return marks


def _days(first: date, last: date, at: Place, day: float) -> list[GanttMark]:
    """Mondays; every second or fourth where they would touch."""
    step = next(weeks for weeks in (1, 2, 4, 13, 52) if weeks * 7 * day >= 24 or weeks == 52)
    monday = first + timedelta(days=-first.weekday() % 7)
    marks = []
    while monday <= last:
        marks.append(GanttMark(px(at(monday)), px(at(monday) + 2), str(monday.day)))
        monday += timedelta(weeks=step)
    return marks
