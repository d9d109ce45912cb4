"""Nights that are stored, and which of them a screen shows."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from segmentation.models import Night


def stored_nights() -> QuerySet[Night]:
    """Nights whose result can be read, latest first; a stored night that is computed again stays
    readable until it is replaced."""
    nights: QuerySet[Night] = Night.objects.exclude(digest="").order_by("-as_of")
    return nights


def latest_night() -> Night | None:
    return stored_nights().first()


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

