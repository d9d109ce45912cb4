"""The people at a customer and their roles, by hand."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions, note_creation
from accounts.models import Contact, ContactRole, Customer, User
from accounts.models.customers import took_part
from accounts.signals import customer_facts_changed


@dataclass(frozen=True)
class RoleSpan:
    """A role from a day to a day, both included; empty: since ever, until further notice."""

    role: str
    from_on: date | None = None
    to_on: date | None = None

    def overlaps(self, other: RoleSpan) -> bool:
        return (
            self.role == other.role
            and (self.from_on or date.min) <= (other.to_on or date.max)
            and (other.from_on or date.min) <= (self.to_on or date.max)
        )


@dataclass(frozen=True)
class ContactValues:
    """What a person types about a contact."""

    name: str
    email: str = ""
    phone: str = ""
    title: str = ""
    # Empty: as the tenant's.
    time_zone: str = ""


@transaction.atomic
def add_contact(
    *,
    customer: Customer,
    values: ContactValues,
    roles: Sequence[RoleSpan] = (),
    key: str = "",
    by: User | None,
) -> Contact:
    """A new contact; without a key the e-mail address is the key, or a new one is made.

    Raises:
        ValidationError: the customer has a contact with this key; roles overlap or end before they
            begin.
    """
    _check_spans(roles)
    key = key or values.email.lower() or f"contact-{secrets.token_hex(4)}"
    if Contact.objects.filter(customer=customer, key=key).exists():
        raise ValidationError({"key": _("This customer has a contact with this key.")})
    now = timezone.now()
    contact = Contact.objects.create(
        customer=customer,
        key=key,
        name=values.name,
        email=values.email,
        phone=values.phone,
        title=values.title,
        time_zone=values.time_zone or None,
        known_from=now,
    )
    note_creation(contact, at=now)
    _write_roles(contact, roles, now)
    record("contact.added", by=by, about=contact, customer=customer.name, roles=_told(roles))
    customer_facts_changed.send(sender=Contact, customer_ids=[customer.pk])
    return contact


@transaction.atomic
def change_contact(
    *, contact: Contact, values: ContactValues, roles: Sequence[RoleSpan], by: User | None
) -> bool:
    """Give a contact these values and exactly these roles. Returns whether anything changed.

    Raises:
        ValidationError: roles overlap or end before they begin.
    """
    _check_spans(roles)
    current = Contact.objects.select_for_update().get(pk=contact.pk)
    now = timezone.now()
    fields = ("name", "email", "phone", "title", "time_zone")
    before = {name: getattr(current, name) or "" for name in fields}
    changed = [name for name in fields if before[name] != getattr(values, name)]
    before = {name: before[name] for name in changed}
    if changed:
        keep_versions([current], until=now)
        for name in changed:
            setattr(current, name, getattr(values, name))
        current.time_zone = current.time_zone or None
        current.known_from = now
        current.save()
    spans = list(ContactRole.objects.filter(contact=current))
    old = {RoleSpan(span.role, span.from_on, span.to_on): span for span in spans}
    if set(old) != set(roles):
        gone = [span for told, span in old.items() if told not in roles]
        keep_versions(gone, until=now)
        ContactRole.objects.filter(pk__in=[span.pk for span in gone]).delete()
        _write_roles(current, [span for span in roles if span not in old], now)
        before["roles"] = _told(list(old))
    if before:
        after = {name: getattr(values, name) for name in changed}
        if "roles" in before:
            after["roles"] = _told(roles)
        record("contact.changed", by=by, about=current, before=before, after=after)
        customer_facts_changed.send(sender=Contact, customer_ids=[current.customer_id])
    return bool(before)


@transaction.atomic
def remove_contact(*, contact: Contact, by: User | None) -> None:
    """Take a contact and its roles away; nights before now still know them."""
    now = timezone.now()
    keep_versions(list(ContactRole.objects.filter(contact=contact)), until=now)
    keep_versions([contact], until=now)
    # What it took part in stays, without it.
    for model in took_part:
        concerned = model._default_manager.filter(contact=contact)
        keep_versions(list(concerned), until=now)
        concerned.update(contact=None, known_from=now)
    record("contact.removed", by=by, about=contact, customer=contact.customer.name)
    customer_id = contact.customer_id
    contact.delete()
    customer_facts_changed.send(sender=Contact, customer_ids=[customer_id])


def _write_roles(contact: Contact, roles: Sequence[RoleSpan], now: datetime) -> None:
    for span in roles:
        row = ContactRole.objects.create(
            contact=contact,
            role=span.role,
            from_on=span.from_on,
            to_on=span.to_on,
            known_from=now,
        )
        note_creation(row, at=now)


def _check_spans(roles: Sequence[RoleSpan]) -> None:
    for span in roles:
        if span.role not in ContactRole.Kind.values:
            raise ValueError(span.role)
        if span.from_on and span.to_on and span.to_on < span.from_on:
            raise ValidationError(_("A role cannot end before it begins."))
    for one, other in combinations(roles, 2):
        if one.overlaps(other):
            raise ValidationError(
                _("The same role is given twice for the same days; join them into one.")
            )


def _told(roles: Sequence[RoleSpan]) -> list[list[str]]:
    return [
        [
            span.role,
            span.from_on.isoformat() if span.from_on else "",
            span.to_on.isoformat() if span.to_on else "",
        ]
        for span in roles
    ]
