"""Nights that are stored, and which of them a screen shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from django.db.models import Max, Min, Q, QuerySet

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
    nights = list(_light()[:NIGHTS_READ])
    if not nights:
        return []
    recent = nights[0].as_of - timedelta(days=DAYS_OFFERED)
    return [night for night in nights if night.as_of > recent or is_month_end(night.as_of)]


def is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def has_night() -> bool:
    return bool(stored_nights().exists())


def night_asked(asked: str, nights: list[Night]) -> Night | None:
    """The stored night of the day in an address, the latest on or before it; without one the latest.

    ``nights``: what is offered, latest first; any other stored night that is not later is found too,
    with one statement. Before the first night there is none.
    """
    day = parse_day(asked)
    if day is None or not nights or day >= nights[0].as_of:
        return nights[0] if nights else None
    offered = next((night for night in nights if night.as_of == day), None)
    if offered is not None:
        return offered
    return _light().filter(as_of__lte=day).first()


def night_shown(asked: str, nights: list[Night]) -> Night | None:
    """The night of a page: ``night_asked``, and for a day before the first night the latest one."""
    return night_asked(asked, nights) or next(iter(nights), None)


def is_another(night: Night | None, asked: str) -> bool:
    """Whether it is not the night of the day that an address asks for, which the page then says."""
    return night is not None and bool(asked) and parse_day(asked) != night.as_of


def day_asked(parameters: Mapping[str, str]) -> str:
    """The day of the night that an address asks for, as it is written there: ``as_of``, or ``night``
    in addresses that people type."""
    return parameters.get("as_of", "") or parameters.get("night", "")


def is_kept(night: Night) -> bool:
    """Whether a night that is not the latest keeps everybody's measures: month-ends do."""
    return is_month_end(night.as_of)


def neighbours_of(night: Night) -> tuple[date | None, date | None]:
    """The days of the stored nights before and after one; one statement."""
    days = stored_nights().aggregate(
        before=Max("as_of", filter=Q(as_of__lt=night.as_of)),
        after=Min("as_of", filter=Q(as_of__gt=night.as_of)),
    )
    return days["before"], days["after"]


def _light() -> QuerySet[Night]:
    """Without the columns that only one night's own page needs."""
    return stored_nights().only("as_of", "digest", "known_at", "zone", "rule_set", "tenant_id")


def parse_day(text: str) -> date | None:
    """An ISO day, or None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
