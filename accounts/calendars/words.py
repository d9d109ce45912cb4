"""What a calendar holds, in words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.dates import WEEKDAYS
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.calendars.document import HOLIDAY, WORKING, SpecialDay
from accounts.calendars.proposals import region_names
from accounts.loads.reading import Fault
from accounts.loads.reasons import COMMAND_OPTIONS, reason_text
from ui.formats import listed, locale_of
from ui.tags.formats import language

KINDS: dict[str, str | Promise] = {
    HOLIDAY: gettext_lazy("Holiday"),
    WORKING: gettext_lazy("Working day"),
}


def fault_words(fault: Fault) -> str:
    """What is wrong in a file, with its line and column."""
    where = _("Line %(line)s: ") % {"line": fault.line} if fault.line else ""
    column = f"{fault.column}: " if fault.column else ""
    reason = reason_text(fault.reason.code, fault.reason.params, options=COMMAND_OPTIONS)
    value = f" “{fault.value}”" if fault.value else ""
    return f"{where}{column}{reason}{value}"


def day_words(special: SpecialDay | None) -> str:
    """“Holiday: National Day” in the reader's language; a usual day: a dash."""
    if special is None:
        return "–"
    kind, name = str(KINDS[special.kind]), special.name_in(language())
    return _("%(kind)s: %(name)s") % {"kind": kind, "name": name} if name else kind


def weekday_words(weekdays: Iterable[int]) -> str:
    """ISO numbers as “Monday to Friday”, or one after the other."""
    numbers = sorted(weekdays)
    names = [str(WEEKDAYS[number - 1]) for number in numbers]
    if len(numbers) > 2 and numbers[-1] - numbers[0] == len(numbers) - 1:
        return _("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return listed(names, language())


def weekday_heads() -> list[tuple[str, str]]:
    """(short, whole) names of the weekdays, Monday first: for the head of a month."""
    short = locale_of(language()).days["stand-alone"]["short"]
    return [(str(short[number]), str(WEEKDAYS[number])) for number in range(7)]


def country_words(country: str) -> str:
    """The name of ``CN`` or ``DE-BY`` in the reader's language; empty for none."""
    code, _hyphen, region = country.partition("-")
    if not code:
        return ""
    name = str(locale_of(language()).territories.get(code, code))
    return f"{name} – {region_names(code).get(region, region)}" if region else name
