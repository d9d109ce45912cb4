"""The working calendar in force, now or as known at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from accounts.calendars.changes import missing_years
from accounts.calendars.document import CalendarDocument
from accounts.compute.working_days import MONDAY_TO_FRIDAY, WorkingCalendar
from accounts.models import CalendarVersion, Tenant


def latest_calendar() -> CalendarVersion | None:
    """The version in force, None while the tenant has no calendar."""
    return CalendarVersion.objects.order_by("-version").first()


def document_of(version: CalendarVersion | None) -> CalendarDocument:
    """What a version holds; None: Monday to Friday, no holidays."""
    return CalendarDocument.from_json(version.document) if version else CalendarDocument()


def working_calendar(known_at: datetime | None = None) -> WorkingCalendar:
    """The calendar that the open scope's tenant counts working days by.

    ``known_at``: as it was known then, None: now. Monday to Friday when there was none.
    """
    versions = CalendarVersion.objects.order_by("-version")
    if known_at is not None:
        versions = versions.filter(known_from__lte=known_at)
    version = versions.first()
    return document_of(version).working_calendar() if version else MONDAY_TO_FRIDAY


def version_before(version: CalendarVersion) -> CalendarVersion | None:
    """The version that one took the place of."""
    earlier = CalendarVersion.objects.filter(version__lt=version.version)
    return earlier.order_by("-version").first()


@dataclass(frozen=True)
class Reminder:
    """What an administrator is told of the calendar.

    years: whose holidays are not complete, though they are counted by or soon will be; has_calendar:
    False where Monday to Friday count for want of one.
    """

    years: list[int]
    has_calendar: bool


def reminder(tenant: Tenant, today: date) -> Reminder | None:
    """None: nothing is missing."""
    version = latest_calendar()
    years = missing_years(document_of(version), today)
    return Reminder(years, version is not None) if years or version is None else None
