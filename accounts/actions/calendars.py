"""Changing the tenant's working calendar: every change is another version."""

from __future__ import annotations

from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _
from psycopg2.errors import LockNotAvailable

from accounts.actions.audit import record
from accounts.calendars.changes import CalendarChange, differences
from accounts.calendars.document import CalendarDocument
from accounts.calendars.proposals import country_of, propose, weekdays_of
from accounts.loads.running import LOCK_CLASS
from accounts.models import CalendarVersion, Tenant, User
from accounts.queries.calendars import document_of, latest_calendar
from accounts.tenancy import current_tenant_id

PATIENCE_SECONDS = 3

YEARS_BACK = 5
"""A new tenant's calendar holds this many years before the present one: facts may be as old."""


class CalendarBusy(Exception):
    """A load is being written, and the calendar waits for it; its text says so."""


def first_calendar(tenant: Tenant) -> CalendarDocument:
    """What a tenant starts from: its country's weekdays and statutory holidays.

    The next year is taken along where its days are settled. Of a country that is not known, Monday
    to Friday.
    """
    country = country_of(tenant.timezone, tenant.currency)
    document = CalendarDocument(weekdays=weekdays_of(country), country=country)
    if not country:
        return document
    this_year = tenant.local_date(now()).year
    change = CalendarChange()
    for year in range(this_year - YEARS_BACK, this_year + 2):
        proposal = propose(country, year)
        if proposal.is_settled or year <= this_year:
            complete = frozenset({year}) if proposal.is_settled else frozenset()
            change = CalendarChange(put=proposal.days, complete=complete)
            document = change.applied_to(document)
    return document


@transaction.atomic
def start_calendar(
    *, tenant: Tenant, known_from: datetime | None = None, by: User | None
) -> CalendarVersion:
    """The first version, by the tenant's country, in the tenant's open scope.

    ``known_from``: of a demo, whose nights of the past count by it too; None: now.
    """
    return CalendarVersion.objects.create(
        version=1,
        document=first_calendar(tenant).to_json(),
        known_from=known_from or now(),
        published_by=by,
    )


@transaction.atomic
def change_calendar(
    *, change: CalendarChange, note: str = "", by: User | None
) -> CalendarVersion | None:
    """Put a change of the calendar in force from the next night, as a further version.

    None when nothing changes. A tenant without a calendar changes Monday to Friday.

    Raises:
        CalendarBusy: a load is being written.
    """
    _take_turn()
    latest = latest_calendar()
    before = document_of(latest)
    after = change.applied_to(before)
    if latest is not None and after == before:
        return None
    version = CalendarVersion.objects.create(
        version=latest.version + 1 if latest else 1,
        document=after.to_json(),
        known_from=now(),
        published_by=by,
        note=note,
    )
    record(
        "calendar.changed",
        by=by,
        about=version,
        version=version.version,
        days=len(differences(before.days, after.days)),
        **({"note": note} if note else {}),
        before={"weekdays": sorted(before.weekdays), "country": before.country},
        after={"weekdays": sorted(after.weekdays), "country": after.country},
    )
    return version


def _take_turn() -> None:
    """One change after the other, and none while a night takes down what is known: a version that
    counts as known by a night's moment can be seen by that night. Loads hold the same lock, large
    ones for minutes; a person at a screen does not wait for those."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('lock_timeout')")
            usual = cursor.fetchone()[0]
            cursor.execute(f"SET LOCAL lock_timeout = '{PATIENCE_SECONDS}s'")
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s + %s)", [LOCK_CLASS, current_tenant_id()]
            )
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [usual])
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        raise CalendarBusy(_("A file is being loaded. Try again when it is done.")) from error
