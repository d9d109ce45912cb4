"""Meetings with a customer's people, by hand.

An occasion with several contacts is a row for each: whoever counts whom one met reads one column.
What is changed or taken away stays as it was known, so that past nights replay.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions, note_creation
from accounts.models import Colleague, Contact, Customer, Tenant, Touchpoint, TouchpointTie, User
from accounts.signals import touchpoint_noted
from accounts.tenancy import current_tenant_id

EARLIEST = date(2000, 1, 1)


@dataclass(frozen=True)
class TouchpointValues:
    """What a person says of a meeting."""

    kind: str
    happened_on: date
    contacts: Sequence[Contact] = ()
    colleague: Colleague | None = None
    note: str = ""
    next_step: str = ""
    next_on: date | None = None


@transaction.atomic
def log_touchpoint(
    *,
    customer: Customer,
    values: TouchpointValues,
    ties: Mapping[str, int] | None = None,
    by: User | None,
) -> Touchpoint:
    """Keep a meeting; the first of its rows.

    Raises:
        ValidationError: no kind; a day to come or before 2000; a contact of another customer; a day
            for no next step.
    """
    now = timezone.now()
    _check(customer, values, now)
    occasion = secrets.token_hex(8) if len(values.contacts) > 1 else ""
    rows = [
        _write(Touchpoint(customer=customer, key=_new_key()), values, contact, occasion, now)
        for contact in (*values.contacts,) or (None,)
    ]
    for row in rows:
        note_creation(row, at=now)
    _tie(rows[0], ties or {})
    record(
        "touchpoint.logged",
        by=by,
        about=rows[0],
        customer=customer.name,
        **_told(values),
    )
    _say_next(rows[0], by)
    return rows[0]


@transaction.atomic
def change_touchpoint(
    *,
    touchpoint: Touchpoint,
    values: TouchpointValues,
    ties: Mapping[str, int] | None = None,
    seen: datetime | None = None,
    by: User | None,
) -> Touchpoint:
    """Give a meeting other values, all its contacts' rows alike; the first of its rows.

    Args:
        ties: kind → id, instead of those it has; None leaves them.
        seen: the ``known_from`` that the person changed; another is in force now: refused.

    Raises:
        ValidationError: as :func:`log_touchpoint`; changed or taken away meanwhile.
    """
    rows = _locked(touchpoint, seen)
    now = timezone.now()
    customer = rows[0].customer
    _check(customer, values, now)
    before = _told(told_now(rows))
    had_step = rows[0].next_step
    given = dict(rows[0].ties.values_list("kind", "object_id")) if ties is None else dict(ties)
    keep_versions(rows, until=now)
    rows = _spread(rows, values, now)
    TouchpointTie.objects.filter(touchpoint__in=[row.pk for row in rows]).delete()
    _tie(rows[0], given)
    after = _told(values)
    if before != after:
        record("touchpoint.changed", by=by, about=rows[0], before=before, after=after)
    if values.next_step != had_step:
        _say_next(rows[0], by)
    return rows[0]


@transaction.atomic
def remove_touchpoint(
    *, touchpoint: Touchpoint, seen: datetime | None = None, by: User | None
) -> None:
    """Take a meeting away, with every contact's row; nights before now still know it."""
    rows = _locked(touchpoint, seen)
    record(
        "touchpoint.removed",
        by=by,
        about=rows[0],
        customer=rows[0].customer.name,
        **_told(told_now(rows)),
    )
    keep_versions(rows, until=timezone.now())
    Touchpoint.objects.filter(pk__in=[row.pk for row in rows]).delete()


def told_now(rows: Sequence[Touchpoint]) -> TouchpointValues:
    """What the rows of one occasion say."""
    first = rows[0]
    return TouchpointValues(
        kind=first.kind,
        happened_on=first.happened_on,
        contacts=[row.contact for row in rows if row.contact is not None],
        colleague=first.colleague,
        note=first.note,
        next_step=first.next_step,
        next_on=first.next_on,
    )


def _spread(rows: list[Touchpoint], values: TouchpointValues, now: datetime) -> list[Touchpoint]:
    """The occasion's rows again, one per contact: those that stay keep their row."""
    wanted: list[Contact | None] = list(values.contacts) or [None]
    ids = [contact.pk if contact else None for contact in wanted]
    kept = {row.contact_id: row for row in rows if row.contact_id in ids}
    if rows[0] not in kept.values():
        # The first row stays whoever was there: the meeting keeps its key.
        kept[ids[0]] = rows[0]
    free = [row for row in rows if row not in kept.values()]
    occasion = (rows[0].occasion or secrets.token_hex(8)) if len(wanted) > 1 else ""
    written = []
    for contact, contact_id in zip(wanted, ids, strict=True):
        row = kept.get(contact_id) or (free.pop(0) if free else None)
        is_new = row is None
        if row is None:
            row = Touchpoint(customer=rows[0].customer, key=_new_key())
        written.append(_write(row, values, contact, occasion, now))
        if is_new:
            note_creation(row, at=now)
    TouchpointTie.objects.filter(touchpoint__in=[row.pk for row in free]).delete()
    Touchpoint.objects.filter(pk__in=[row.pk for row in free]).delete()
    return sorted(written, key=lambda row: row.pk)


def _write(
    row: Touchpoint,
    values: TouchpointValues,
    contact: Contact | None,
    occasion: str,
    now: datetime,
) -> Touchpoint:
    row.kind = values.kind.strip()
    row.happened_on = values.happened_on
    row.contact = contact
    row.colleague = values.colleague
    row.note = values.note.strip()
    row.next_step = values.next_step.strip()
    row.next_on = values.next_on
    row.occasion = occasion
    row.known_from = now
    row.save()
    return row


def _locked(touchpoint: Touchpoint, seen: datetime | None) -> list[Touchpoint]:
    """The rows of the occasion, locked in their order."""
    changed = _("This was changed meanwhile. Look at it as it is now and change it again.")
    found = Touchpoint.objects.select_for_update().filter(pk=touchpoint.pk)
    if touchpoint.occasion:
        found = Touchpoint.objects.select_for_update().filter(occasion=touchpoint.occasion)
    rows = list(found.order_by("pk"))
    if not rows or (seen is not None and any(row.known_from != seen for row in rows)):
        raise ValidationError(changed)
    return rows


def _check(customer: Customer, values: TouchpointValues, now: datetime) -> None:
    tenant = Tenant.objects.get(pk=current_tenant_id())
    faults: dict[str, str] = {}
    if not values.kind.strip():
        faults["kind"] = _("Say what kind of meeting it was.")
    if values.happened_on > tenant.local_date(now):
        faults["happened_on"] = _("This day is still to come.")
    elif values.happened_on < EARLIEST:
        faults["happened_on"] = _("Give a day since the year 2000.")
    if any(contact.customer_id != customer.pk for contact in values.contacts):
        faults["contacts"] = _("Choose contacts of this customer.")
    if values.next_on and not values.next_step.strip():
        faults["next_step"] = _("Say what is to be done by that day.")
    elif values.next_on and values.next_on < values.happened_on:
        faults["next_on"] = _("The next step cannot be due before the meeting.")
    if faults:
        raise ValidationError(faults)


def _tie(row: Touchpoint, ties: Mapping[str, int]) -> None:
    TouchpointTie.objects.bulk_create(
        TouchpointTie(touchpoint=row, kind=kind, object_id=object_id)
        for kind, object_id in ties.items()
    )


def _say_next(row: Touchpoint, by: User | None) -> None:
    if row.next_step:
        touchpoint_noted.send(sender=Touchpoint, touchpoint=row, by=by)


def _new_key() -> str:
    return f"touch-{secrets.token_hex(6)}"


def _told(values: TouchpointValues) -> dict[str, Any]:
    """As the audit record keeps it; the note itself stays with the touchpoint."""
    return {
        "kind": values.kind,
        "happened_on": values.happened_on.isoformat(),
        "contacts": sorted(contact.name for contact in values.contacts),
        "colleague": values.colleague.name if values.colleague else "",
        "note": values.note[:200],
        "next_step": values.next_step,
        "next_on": values.next_on.isoformat() if values.next_on else "",
    }
