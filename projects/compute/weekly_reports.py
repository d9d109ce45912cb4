"""Weeks, and how the facts of a weekly report are kept as JSON and read back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

# The shape of the facts. Reports that were sent keep theirs; a further shape is read beside it.
SCHEMA = 1
# Where the manager may write: the report begins with the first, the others have facts.
SUMMARY = "summary"
SECTIONS = (
    "milestones",
    "done",
    "doing",
    "next",
    "waiting",
    "changes",
    "requirements",
    "risks",
)
TEXTS = (SUMMARY, *SECTIONS)
LONGEST_TEXT = 4000
# A week is reported from its Friday on, until the next one's Friday.
_FRIDAY = timedelta(days=4)
WEEK = timedelta(days=7)


class UnknownSchema(ValueError):
    """Facts of a shape that this version does not know."""


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_to_report(today: date) -> date:
    """The Monday of the week that is to be reported on a day."""
    return monday_of(today - _FRIDAY)


def last_day(week: date) -> date:
    """The Sunday of a week."""
    return week + timedelta(days=6)


def to_json(value: Any) -> Any:
    """Dates and moments as ISO 8601, decimals as plain text, through lists and dictionaries."""
    if isinstance(value, Mapping):
        return {key: to_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(part) for part in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def from_json(value: Any) -> Any:
    """What :func:`to_json` was given: the ends of the keys say what a text is."""
    if isinstance(value, list):
        return [from_json(part) for part in value]
    if isinstance(value, dict):
        return {key: _read(key, part) for key, part in value.items()}
    return value


def read_facts(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts of a report as Python has them.

    Raises:
        UnknownSchema: they are of another shape.
    """
    if facts.get("schema") != SCHEMA:
        raise UnknownSchema(facts.get("schema"))
    read: dict[str, Any] = from_json(facts)
    return read


def kept_texts(given: Mapping[str, str]) -> dict[str, str]:
    """The texts that say something, trimmed; other names than those of sections are left out."""
    trimmed = {name: given.get(name, "").strip() for name in TEXTS}
    return {name: text for name, text in trimmed.items() if text}


def _read(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return from_json(value)
    if key.endswith("_on"):
        return date.fromisoformat(value)
    if key.endswith("_at"):
        return datetime.fromisoformat(value)
    return Decimal(value) if key.endswith("_effort") else value
