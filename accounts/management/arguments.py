"""Arguments of this app's commands."""

from __future__ import annotations

from datetime import date, datetime

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from accounts.models import Tenant


def day_of(text: str | date | None) -> date | None:
    """A day given as YYYY-MM-DD.

    Raises:
        CommandError: it is none; exit status 2.
    """
    if text is None or isinstance(text, date):
        return text
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        raise CommandError(
            _("“%(text)s” is not a day as YYYY-MM-DD.") % {"text": text}, returncode=2
        ) from None


def moment_of(text: str | datetime | None, tenant: Tenant) -> datetime | None:
    """A moment given after ISO 8601; without a zone it is the tenant's.

    Raises:
        CommandError: it is none; exit status 2.
    """
    if text is None:
        return None
    try:
        moment = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            _("“%(text)s” is not a moment after ISO 8601.") % {"text": text}, returncode=2
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=tenant.zone)
