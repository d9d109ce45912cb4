"""What a version of a calendar holds, and its form in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from accounts.compute.working_days import WorkingCalendar

HOLIDAY, WORKING = "holiday", "working"
KINDS = (HOLIDAY, WORKING)

NAME_LENGTH = 100


@dataclass(frozen=True)
class SpecialDay:
    """A day that differs from its weekday, or stresses it.

    kind: `holiday`: not worked; `working`: worked, e.g. a weekend made up for a long holiday. name:
    as the tenant or its country calls it; names: in other languages, by Django's code. source: of
    which country's statutory days it was taken over, empty for the tenant's own.

    Raises:
        ValueError: the kind is unknown or the name is too long.
    """

    day: date
    kind: str
    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict, hash=False)
    source: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind: {self.kind}")
        if any(len(name) > NAME_LENGTH for name in (self.name, *self.names.values())):
            raise ValueError(f"name: longer than {NAME_LENGTH} characters")

    def name_in(self, language: str) -> str:
        """The name in a language, else as it was given."""
        return self.names.get(language, self.name)

    def to_json(self) -> dict[str, Any]:
        given = {"name": self.name, "names": dict(self.names), "source": self.source}
        return {
            "day": self.day.isoformat(),
            "kind": self.kind,
            **{key: value for key, value in given.items() if value},
        }


@dataclass(frozen=True)
class CalendarDocument:
    """A version of a calendar.

    weekdays: worked, ISO numbers. country: whose statutory holidays it starts from, an ISO 3166
    code, with a region as in ``DE-BY``; empty: none. years: whose holidays are complete. days: the
    special days, ascending, each once.

    Raises:
        ValueError: a day is there twice, or the weekdays are none.
    """

    weekdays: frozenset[int] = frozenset(range(1, 6))
    country: str = ""
    years: frozenset[int] = frozenset()
    days: tuple[SpecialDay, ...] = ()

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= set(range(1, 8)):
            raise ValueError(f"weekdays: {sorted(self.weekdays)}")
        dates = [special.day for special in self.days]
        if dates != sorted(set(dates)):
            raise ValueError("days: not ascending, or one is there twice")

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> CalendarDocument:
        """Read what :meth:`to_json` wrote."""
        return cls(
            weekdays=frozenset(document["weekdays"]),
            country=document["country"],
            years=frozenset(document["years"]),
            days=tuple(
                SpecialDay(
                    date.fromisoformat(item["day"]),
                    item["kind"],
                    item.get("name", ""),
                    item.get("names", {}),
                    item.get("source", ""),
                )
                for item in document["days"]
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Equal documents give equal JSON."""
        return {
            "weekdays": sorted(self.weekdays),
            "country": self.country,
            "years": sorted(self.years),
            "days": [special.to_json() for special in self.days],
        }

    def working_calendar(self) -> WorkingCalendar:
        """What is counted by; without names."""
        return WorkingCalendar(
            self.weekdays,
            frozenset(special.day for special in self.days if special.kind == HOLIDAY),
            frozenset(special.day for special in self.days if special.kind == WORKING),
        )

    def by_day(self) -> dict[date, SpecialDay]:
        return {special.day: special for special in self.days}

    def of_year(self, year: int) -> tuple[SpecialDay, ...]:
        """The special days of a year, ascending."""
        return tuple(special for special in self.days if special.day.year == year)

    def with_days(
        self, put: Iterable[SpecialDay] = (), drop: Iterable[date] = ()
    ) -> CalendarDocument:
        """With these days taken away and those put in place of what was said of them."""
        days = self.by_day()
        for day in drop:
            days.pop(day, None)
        days.update({special.day: special for special in put})
        return replace(self, days=tuple(days[day] for day in sorted(days)))
