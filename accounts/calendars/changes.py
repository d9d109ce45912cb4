"""What somebody changes of a calendar, and what differs between two."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from accounts.calendars.document import CalendarDocument, SpecialDay
from accounts.calendars.proposals import Proposal

# The trend of usage looks back over this many days, rounded up to a quarter.
LOOKED_BACK = timedelta(days=90)
NEXT_YEAR_FROM = 11
"""From this month on the holidays of the next year are missed."""


@dataclass(frozen=True)
class CalendarChange:
    """A change of a calendar.

    put: special days, in place of what was said of them; one that says the same leaves it as it was.
    drop: days that are like their weekday again. emptied: years whose special days all go before any
    is put. weekdays, country: None: as they are; of another country no year is complete yet.
    complete: years whose holidays are all there now.
    """

    put: tuple[SpecialDay, ...] = ()
    drop: tuple[date, ...] = ()
    emptied: frozenset[int] = frozenset()
    weekdays: frozenset[int] | None = None
    country: str | None = None
    complete: frozenset[int] = frozenset()

    @classmethod
    def from_file(cls, days: Iterable[SpecialDay], *, is_complete: bool) -> CalendarChange:
        """The days of a file; ``is_complete``: all there are in its years, so others go."""
        put = tuple(days)
        years = frozenset(special.day.year for special in put) if is_complete else frozenset()
        return cls(put=put, emptied=years, complete=years)

    def applied_to(self, document: CalendarDocument) -> CalendarDocument:
        """The calendar as it is afterwards."""
        said = document.by_day()
        gone = [day for day in said if day.year in self.emptied]
        put = [
            said[special.day] if _said(said.get(special.day)) == _said(special) else special
            for special in self.put
        ]
        is_moved = self.country not in (None, document.country)
        return replace(
            document.with_days(put, [*gone, *self.drop]),
            weekdays=document.weekdays if self.weekdays is None else self.weekdays,
            country=document.country if self.country is None else self.country,
            years=self.complete if is_moved else document.years | self.complete,
        )


@dataclass(frozen=True)
class DayDifference:
    """A day of which two calendars say different things; None: like its weekday."""

    day: date
    before: SpecialDay | None
    after: SpecialDay | None

    @property
    def is_suggested(self) -> bool:
        """Whether taking over the later one loses nothing that the tenant said itself."""
        return self.before is None or bool(self.before.source)


def differences(before: Iterable[SpecialDay], after: Iterable[SpecialDay]) -> list[DayDifference]:
    """The days that differ in kind or name, ascending."""
    old = {special.day: special for special in before}
    new = {special.day: special for special in after}
    return [
        DayDifference(day, old.get(day), new.get(day))
        for day in sorted(old.keys() | new.keys())
        if _said(old.get(day)) != _said(new.get(day))
    ]


def proposed(document: CalendarDocument, proposal: Proposal) -> list[DayDifference]:
    """What taking over a proposal would change of its year."""
    return differences(document.of_year(proposal.year), proposal.days)


def missing_years(document: CalendarDocument, today: date) -> list[int]:
    """Years that are counted by, or soon will be, whose holidays are not complete; none for a
    calendar that starts from no country."""
    if not document.country:
        return []
    wanted = {(today - LOOKED_BACK).year, today.year}
    if today.month >= NEXT_YEAR_FROM:
        wanted.add(today.year + 1)
    return sorted(wanted - document.years)


def _said(special: SpecialDay | None) -> tuple[str, str] | None:
    return None if special is None else (special.kind, special.name)
