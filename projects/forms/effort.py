"""What a week's form holds: of each cell what was typed and what was on screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from projects.compute.effort_entries import NotDays, person_days
from projects.queries.effort import Booking

TYPED, SEEN = "d", "s"
# A week of far more rows than anybody has.
MOST_CELLS = 7 * 200
LONGEST = 40


@dataclass(frozen=True)
class TypedCell:
    """``text``: as typed; ``seen``: what ``actions.effort.seen_of`` had said of the cell."""

    booking: Booking
    day: date
    text: str
    seen: str

    @property
    def is_untouched(self) -> bool:
        """Whether the cell still says what was on screen, so that nothing is to be saved."""
        try:
            return person_days(self.text) == self.shown
        except NotDays:
            return False

    @property
    def shown(self) -> Decimal:
        """The person-days that were on screen; of a mark that nobody gave, none."""
        parts = [part.rpartition(".")[2] for part in self.seen.split("+")] if self.seen else []
        if not all(part.isascii() and part.isdigit() and len(part) < 9 for part in parts):
            return Decimal(-1)
        return Decimal(sum(map(int, parts))) / 1000


def name_of(kind: str, row_key: str, day: date) -> str:
    """The name of a cell's field."""
    return f"{kind}.{row_key}.{day.isoformat()}"


def read_cells(data: Mapping[str, str]) -> list[TypedCell]:
    """The cells of a form; fields that are none are passed over."""
    cells = []
    for name in list(data)[: 2 * MOST_CELLS]:
        kind, _dot, rest = name.partition(".")
        row_key, _dot, day_text = rest.partition(".")
        booking, day = Booking.read(row_key), read_day(day_text)
        if kind != TYPED or booking is None or day is None:
            continue
        seen = str(data.get(name_of(SEEN, row_key, day), ""))
        cells.append(TypedCell(booking, day, str(data[name])[:LONGEST], seen))
    return cells


def read_day(text: str) -> date | None:
    """A day whose week can be shown; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 < day.year < 3000 else None


def fault_words(error: NotDays) -> str:
    """Why what was typed is not taken."""
    if error.reason == "too_fine":
        return _("At most three decimals.")
    if error.reason == "too_much":
        return _("A day has 24 hours: 3 person-days in all.")
    return _("Write days, as 0.5, or hours, as 4h.")
