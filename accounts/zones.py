"""The time zones there are."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones


@cache
def zones() -> frozenset[str]:
    """Names of all time zones. Looked up once: each look opens every file of the database."""
    return frozenset(available_timezones())
