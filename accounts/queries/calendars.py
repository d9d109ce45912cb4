"""The working calendar in force, now or as known at a moment."""

from __future__ import annotations

from datetime import datetime

from accounts.calendars.document import CalendarDocument
from accounts.compute.working_days import MONDAY_TO_FRIDAY, WorkingCalendar
from accounts.models import CalendarVersion


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
