"""Nights that are stored, and which of them a screen shows."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import QuerySet

from segmentation.models import Night


def stored_nights() -> QuerySet[Night]:
    """Nights whose result can be read, latest first; a stored night that is computed again stays
    readable until it is replaced."""
    nights: QuerySet[Night] = Night.objects.exclude(digest="").order_by("-as_of")
    return nights


def latest_night() -> Night | None:
    return stored_nights().first()


DAYS_OFFERED = 62
NIGHTS_READ = 430


def offered_nights() -> list[Night]:
    """The stored nights that screens offer, latest first: every one of two months, then month-ends.

    Without the columns that only one night's own page needs.
    """
    light = stored_nights().only("as_of", "digest", "known_at", "rule_set", "tenant_id")
    nights = list(light[:NIGHTS_READ])
    if not nights:
        return []
    recent = nights[0].as_of - timedelta(days=DAYS_OFFERED)
    return [night for night in nights if night.as_of > recent or is_month_end(night.as_of)]


def is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def has_night() -> bool:
    return bool(stored_nights().exists())


def night_asked(asked: str, nights: list[Night]) -> Night | None:
    """The night of the day in an address, the latest on or before it; without one the latest.

    Of ``nights``, latest first. Before the first night there is none.
    """
    day = parse_day(asked)
    if day is None:
        return nights[0] if nights else None
    return next((night for night in nights if night.as_of <= day), None)


def parse_day(text: str) -> date | None:
    """An ISO day, or None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
