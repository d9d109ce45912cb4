"""The statutory holidays of countries, as the `holidays` library has them.

They are only proposed: what a tenant takes over is stored day by day, so that another version of the
library moves no past night.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

from babel.core import get_global

from accounts.calendars.document import HOLIDAY, NAME_LENGTH, WORKING, SpecialDay

if TYPE_CHECKING:
    from holidays import HolidayBase

LANGUAGES = {"en": "en_US", "zh-hans": "zh_CN"}
"""Django's languages and the library's, in which names are kept beside the country's own."""

_FIRST_YEAR = 2015
"""Whether a country exchanges working days every year is seen in the years from here on."""

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Proposal:
    """A country's special days of one year.

    is_settled: False where more is to come: a country that moves working days to weekends every
    year has not said which, or days that follow the moon are only estimated.
    """

    country: str
    year: int
    days: tuple[SpecialDay, ...]
    is_settled: bool


def country_of(timezone: str, currency: str) -> str:
    """The country, as an ISO 3166 code, of a time zone, else of a currency; empty: unknown.

    A currency's code begins with its country's: CNY, JPY. The euro's does not.
    """
    zones: Mapping[str, str] = get_global("zone_territories")
    aliases: Mapping[str, str] = get_global("zone_aliases")
    by_zone = zones.get(timezone) or zones.get(aliases.get(timezone, ""), "")
    return next((found for found in (by_zone, currency[:2]) if found in countries()), "")


@lru_cache
def countries() -> Mapping[str, tuple[str, ...]]:
    """The countries that can be proposed, by ISO 3166 code, with the codes of their regions."""
    supported = _library().list_supported_countries(include_aliases=False)
    return {code: tuple(regions) for code, regions in supported.items()}


def region_names(country: str) -> dict[str, str]:
    """Region's code → its name where the library knows one, else the code."""
    entity = _library().country_holidays(country)
    named = {code: name for name, code in getattr(entity, "subdivisions_aliases", {}).items()}
    return {code: named.get(code, code) for code in countries()[country]}


@lru_cache
def weekdays_of(country: str) -> frozenset[int]:
    """The weekdays worked in a country, ISO numbers."""
    usual = frozenset(range(1, 6))
    if not country:
        return usual
    weekend = _entity(country, 2025, None).weekend
    # Where the law knows one day of rest, offices know two.
    return frozenset(range(1, 8)) - {day + 1 for day in weekend} if len(weekend) == 2 else usual


@lru_cache(maxsize=256)
def propose(country: str, year: int) -> Proposal:
    """The special days of a year: holidays off, and weekends worked in exchange for some.

    Args:
        country: an ISO 3166 code, with a region as in ``DE-BY``.

    Raises:
        KeyError: the country or its region is unknown.
    """
    code, _, region = country.partition("-")
    if region and region not in countries()[code]:
        raise KeyError(country)
    own = _entity(country, year, None)
    spoken = {
        language: _entity(country, year, name)
        for language, name in LANGUAGES.items()
        if name in own.supported_languages and name != own.default_language
    }
    exchanges = _exchanges(own)
    off = {day for day in own if day.year == year}
    worked = {day for day in own.weekend_workdays if day.year == year} - off
    # The day off that a weekend is worked for, and the festival that this day belongs to.
    paid_for = {worked_on: day for day, worked_on in exchanges.items()}

    def named(entity: HolidayBase, day: date) -> str:
        festival = _festival(own, exchanges, paid_for.get(day, day))
        return str(entity.get(festival) or "")[:NAME_LENGTH]

    days = [
        SpecialDay(
            day,
            HOLIDAY if day in off else WORKING,
            named(own, day),
            {language: named(entity, day) for language, entity in spoken.items()},
            country,
        )
        for day in sorted(off | worked)
    ]
    is_settled = not _is_estimated(own, off) and not _more_to_come(own, year)
    return Proposal(country, year, tuple(days), is_settled)


def _library():  # type: ignore[no-untyped-def]
    # Only here, when a calendar is made: it takes a fifth of a second, and nothing else needs it.
    import holidays

    return holidays


def _entity(country: str, year: int, language: str | None) -> HolidayBase:
    """The library's days of a year, and of those around it: an exchange may cross the year's end."""
    code, _, region = country.partition("-")
    library = _library()
    if code not in countries():
        raise KeyError(country)
    # Else the names would be in the language of the machine.
    language = language or getattr(library, code).default_language
    years = range(min(year - 1, _FIRST_YEAR), year + 2)
    return library.country_holidays(code, subdiv=region or None, years=years, language=language)


def _exchanges(own: HolidayBase) -> dict[date, date]:
    """Day off → the weekend day worked for it, as the library writes it into the day's name."""
    label = getattr(own, "substituted_label", None)
    written = getattr(own, "substituted_date_format", None)
    if not label or not written:
        return {}
    before, _, after = own.tr(label).partition("%s")
    written = own.tr(written)
    pattern = re.compile(re.escape(before) + "(.+)" + re.escape(after))
    found = ((day, pattern.fullmatch(name)) for day, name in own.items())
    return {
        day: datetime.strptime(match[1], written).date()  # noqa: DTZ007 - a day has no zone
        for day, match in found
        if match
    }


def _festival(own: HolidayBase, exchanges: Mapping[date, date], day: date) -> date:
    """The nearest holiday with a name of its own in the days off around an exchanged day off."""
    if day not in exchanges:
        return day
    around = [*_off_from(own, day, -_DAY), *_off_from(own, day, _DAY)]
    observed = _ending(own, "observed_label")
    own_names = [
        other
        for other in around
        if other in own
        and other not in exchanges
        and not (observed and own[other].endswith(observed))
    ]
    return min(own_names, key=lambda other: (abs(other - day), other), default=day)


def _off_from(own: HolidayBase, day: date, step: timedelta) -> Iterator[date]:
    """The days off next to a day, in one direction."""
    day += step
    while not own.is_working_day(day):
        yield day
        day += step


def _more_to_come(own: HolidayBase, year: int) -> bool:
    """Whether weekends were worked in three years on end, and none is known for this later one."""
    worked = {day.year for day in own.weekend_workdays}
    latest = max(worked, default=year)
    return year > latest and {latest - 2, latest - 1} <= worked


def _is_estimated(own: HolidayBase, days: set[date]) -> bool:
    estimated = _ending(own, "estimated_label")
    return bool(estimated) and any(own.get(day, "").endswith(estimated) for day in days)


def _ending(own: HolidayBase, label: str) -> str:
    """What the library adds to the name of a day that is estimated, or observed in lieu."""
    text = getattr(own, label, None)
    return str(own.tr(text).partition("%s")[2]) if text else ""
