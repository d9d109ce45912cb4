"""What a tenant promises about cases, as one JSON document, and the arithmetic that needs no clock.

    {"office": {"opens": "09:00", "closes": "18:00", "break_from": "12:00", "break_to": "13:00",
                "zone": ""},
     "targets": {"": {"urgent": [60, 480], …}, "high": {…}},
     "reopen_days": 14, "warn_minutes": 60}

``targets``: by tier ("" for every other one, and for none) and priority the working minutes to the
first response and to the solution, null where nothing is promised. What a tier does not say is that
of "". ``zone`` "" is the tenant's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any

from accounts.compute.working_hours import OfficeHours

PRIORITIES = ("urgent", "high", "medium", "low")
EVERY_TIER = ""
Target = tuple[int | None, int | None]
# Five minutes to a hundred days of eight hours.
LEAST_MINUTES, MOST_MINUTES = 5, 48_000
MOST_REOPEN_DAYS, MOST_WARN_MINUTES = 365, 4_800

_HOUR = 60
SHIPPED: dict[str, Any] = {
    "office": {
        "opens": "09:00",
        "closes": "18:00",
        "break_from": "12:00",
        "break_to": "13:00",
        "zone": "",
    },
    "targets": {
        EVERY_TIER: {
            "urgent": [1 * _HOUR, 8 * _HOUR],
            "high": [2 * _HOUR, 16 * _HOUR],
            "medium": [4 * _HOUR, 40 * _HOUR],
            "low": [8 * _HOUR, 80 * _HOUR],
        },
        **{
            tier: {
                "urgent": [30, 4 * _HOUR],
                "high": [1 * _HOUR, 8 * _HOUR],
                "medium": [2 * _HOUR, 24 * _HOUR],
                "low": [4 * _HOUR, 40 * _HOUR],
            }
            for tier in ("vip", "high")
        },
    },
    "reopen_days": 14,
    "warn_minutes": 60,
}
"""What holds until a tenant says otherwise."""

# Of whom more is at stake: a problem of theirs is suggested one step more urgent.
DEAREST = frozenset({"vip", "core", "high"})


class RulesFault(ValueError):
    """``field``: the part of the document that is wrong; ``code``: what is wrong with it."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


@dataclass(frozen=True)
class CasePromise:
    """A document, read. ``version`` 0 is what ships."""

    office: OfficeHours
    targets: Mapping[str, Mapping[str, Target]]
    reopen_days: int
    warn_minutes: int
    version: int = 0

    def target(self, tier: str, priority: str) -> Target:
        """Working minutes to the first response and to the solution; None: nothing is promised."""
        for row in (tier, EVERY_TIER):
            found = self.targets.get(row, {}).get(priority)
            if found is not None:
                return found
        return (None, None)


def read_rules(document: Mapping[str, Any], *, zone: str, version: int = 0) -> CasePromise:
    """A document as it is worked with.

    Args:
        zone: of the tenant, for a document that names none.

    Raises:
        RulesFault: something in it makes no sense.
    """
    targets = {
        tier: {
            priority: _target(f"targets.{tier}.{priority}", given)
            for priority, given in row.items()
            if priority in PRIORITIES
        }
        for tier, row in document.get("targets", {}).items()
    }
    return CasePromise(
        office=_office(document.get("office", {}), zone),
        targets=targets,
        reopen_days=_whole(document, "reopen_days", 0, MOST_REOPEN_DAYS),
        warn_minutes=_whole(document, "warn_minutes", 0, MOST_WARN_MINUTES),
        version=version,
    )


def suggest_priority(kind: str, tier: str) -> str:
    """How urgent a case is taken to be: a problem medium, anything else low, one step more for the
    tiers of whom most is at stake. Nobody is suggested to be urgent: a person says that."""
    if kind == "problem":
        return "high" if tier in DEAREST else "medium"
    return "medium" if tier in DEAREST else "low"


def _office(given: Mapping[str, Any], zone: str) -> OfficeHours:
    try:
        return OfficeHours(
            opens=_time(given.get("opens")) or time(9),
            closes=_time(given.get("closes")) or time(18),
            break_from=_time(given.get("break_from")),
            break_to=_time(given.get("break_to")),
            zone=str(given.get("zone") or zone),
        )
    except (ValueError, KeyError) as error:
        raise RulesFault("office", str(error)) from error


def _time(given: Any) -> time | None:
    return time.fromisoformat(str(given)) if given else None


def _target(field: str, given: Any) -> Target:
    response, resolution = given
    for minutes in (response, resolution):
        if minutes is not None and not LEAST_MINUTES <= minutes <= MOST_MINUTES:
            raise RulesFault(field, "range")
    if response is not None and resolution is not None and resolution < response:
        raise RulesFault(field, "order")
    return response, resolution


def _whole(document: Mapping[str, Any], field: str, least: int, most: int) -> int:
    given = document.get(field, SHIPPED[field])
    if not isinstance(given, int) or not least <= given <= most:
        raise RulesFault(field, "range")
    return given
