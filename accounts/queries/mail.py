"""What is known of a tenant's letters: their settings, who is not written to, what waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from accounts.compute.quiet_hours import QuietHours, allowed_from
from accounts.models import (
    Contact,
    MailOutage,
    MailSettings,
    Membership,
    OutgoingMail,
    Purpose,
    Tenant,
    UnreachableAddress,
    Unsubscription,
)
from accounts.models.mail import DECLINABLE

State = OutgoingMail.State

# What may wait until the morning: nobody waits for it.
MAY_WAIT = (Purpose.SURVEY, Purpose.UPDATE, Purpose.REPORT, Purpose.DIGEST)

# States in which a person has to look at a letter.
NEEDS_SOMEBODY = (State.UNCLEAR, State.GIVEN_UP, State.REFUSED, State.BOUNCED)


def mail_settings() -> MailSettings:
    """Those of the tenant in scope; the defaults where nobody changed them."""
    found: MailSettings | None = MailSettings.objects.first()
    return found or MailSettings()


def quiet_hours(settings: MailSettings) -> QuietHours | None:
    """None: letters may come at any time."""
    if not settings.is_quiet:
        return None
    return QuietHours(settings.quiet_from, settings.quiet_until, settings.is_quiet_on_weekends)


def zone_of(tenant: Tenant, contact: Contact | None, member: Membership | None) -> ZoneInfo:
    """Where the reader is, as far as that is known; else where the tenant is."""
    name = (contact.time_zone if contact else None) or (member.user.timezone if member else "")
    return ZoneInfo(name) if name else tenant.zone


def may_leave_at(
    purpose: str, moment: datetime, zone: ZoneInfo, settings: MailSettings
) -> datetime:
    """From when a letter that is written at ``moment`` may leave."""
    quiet = quiet_hours(settings)
    if quiet is None or purpose not in MAY_WAIT:
        return moment
    return allowed_from(moment, zone, quiet)


def unreachable_among(addresses: Iterable[str]) -> set[str]:
    """Those, in small letters, that no letter reaches."""
    asked = {address.strip().lower() for address in addresses}
    found = UnreachableAddress.objects.filter(address__in=asked)
    return set(found.values_list("address", flat=True))


def declined_among(contacts: Iterable[int], purpose: str) -> set[int]:
    """Ids of those contacts who want no letters of a purpose."""
    if purpose not in DECLINABLE:
        return set()
    found = Unsubscription.objects.filter(contact__in=list(contacts), purpose=purpose)
    return set(found.values_list("contact_id", flat=True))


def open_outage() -> MailOutage | None:
    """The time without a mail server that is going on now."""
    found: MailOutage | None = MailOutage.objects.filter(ended_at=None).first()
    return found


@dataclass(frozen=True)
class MailCounts:
    """Letters of the tenant by state; those that somebody has to look at."""

    by_state: dict[str, int]

    @property
    def waiting(self) -> int:
        return self.by_state.get(State.QUEUED, 0) + self.by_state.get(State.SENDING, 0)

    def of(self, state: str) -> int:
        return self.by_state.get(state, 0)


def mail_counts(found: QuerySet | None = None) -> MailCounts:
    """One query."""
    rows = (OutgoingMail.objects.all() if found is None else found).order_by()
    return MailCounts(dict(rows.values_list("state").annotate(Count("pk"))))


def letters(*, text: str = "", state: str = "", purpose: str = "") -> QuerySet:
    """Letters for a list, without their sealed text.

    Args:
        text: part of the subject, or of the address.
        state: an ``OutgoingMail.State``, or "".
        purpose: a ``Purpose``, or "".
    """
    found = OutgoingMail.objects.select_related("contact__customer", "member__user").defer(
        "sealed_body", "headers"
    )
    if text:
        found = found.filter(Q(to__icontains=text) | Q(subject__icontains=text))
    if state:
        found = found.filter(state=state)
    if purpose:
        found = found.filter(purpose=purpose)
    return found


@dataclass(frozen=True)
class Reach:
    """Whether a contact can be written to: what the contact's page shows."""

    unreachable: UnreachableAddress | None
    declined: tuple[str, ...]


def reach_of(contact: Contact) -> Reach:
    """Two queries."""
    address = contact.email.strip().lower()
    unreachable = UnreachableAddress.objects.filter(address=address).first() if address else None
    declined = Unsubscription.objects.filter(contact=contact).values_list("purpose", flat=True)
    return Reach(unreachable, tuple(sorted(declined)))


def facts_of(mail: OutgoingMail) -> dict[str, Any]:
    """What the audit keeps of a letter: no address, no text."""
    return {"purpose": mail.purpose, "subject": mail.subject}
