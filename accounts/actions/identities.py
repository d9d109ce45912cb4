"""Customers and contacts as other programs describe them: made or changed as far as that is allowed,
and written only where something is new."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.actions.audit import record
from accounts.actions.customers import change_customer
from accounts.actions.facts import keep_versions
from accounts.actions.follow_ups import follow_later
from accounts.models import Contact, Customer, RowVersion, User
from accounts.models.customers import search_text

CONTACT_FIELDS = ("name", "email", "phone", "title")
# Of one customer or contact; what is there already may be more.
MOST_ATTRIBUTES = 200
LARGEST_ATTRIBUTES_BYTES = 32 * 1024


@dataclass(frozen=True)
class Described:
    """A customer or a contact: what is said of it; fields that are not named stay as they are."""

    key: str
    fields: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)


@transaction.atomic
def put_customers(
    *,
    described: Sequence[Described],
    may_make: bool,
    may_change: bool,
    now: datetime,
    by: User | None = None,
) -> list[str]:
    """Make customers that are not there, and change those that are; returns the keys of the new ones.

    What follows for faces and renewals is done within seconds, and is not waited for. Nobody is
    locked where nothing differs.

    Args:
        described: each key once.
    """
    wanted = {one.key: one for one in described}
    rows = Customer.objects.filter(key__in=wanted).order_by("pk")
    known = {row.key: row for row in rows}
    differing = [row.pk for key, row in known.items() if _differs(row, wanted[key])]
    if may_change and differing:
        # Locked in one order by everybody, and read once they are: what others add at once stays.
        for row in rows.filter(pk__in=differing).select_for_update(no_key=True):
            if _differs(row, wanted[row.key]):
                values = _values(row, wanted[row.key])
                change_customer(customer=row, values=values, by=by, now=now, follow=follow_later)
    if not may_make:
        return []
    new = [
        Customer(
            key=key,
            name=one.fields.get("name") or key,
            search_text=search_text(key, one.fields.get("name") or key),
            attributes=dict(one.attributes),
            known_from=now,
            **{name: value for name, value in one.fields.items() if name != "name"},
        )
        for key, one in sorted(wanted.items())
        if key not in known
    ]
    # Somebody else may make the same at this moment: then it is theirs.
    Customer.objects.bulk_create(new, ignore_conflicts=True)
    made = list(
        Customer.objects.filter(key__in=[row.key for row in new], known_from=now).order_by("key")
    )
    _note_made(made, now)
    for row in made:
        record("customer.added", by=by, about=row)
    follow_later([row.pk for row in made])
    return [row.key for row in made]


def customers_to_write(
    *, described: Sequence[Described], may_make: bool, may_change: bool
) -> set[str]:
    """Keys of those that would be made or changed; nobody is locked."""
    wanted = {one.key: one for one in described}
    known = {row.key: row for row in Customer.objects.filter(key__in=wanted)}
    changed = {key for key, row in known.items() if may_change and _differs(row, wanted[key])}
    return changed | (wanted.keys() - known.keys() if may_make else set())


@transaction.atomic
def put_contacts(
    *,
    described: Mapping[tuple[int, str], Described],
    may_make: bool,
    may_change: bool,
    now: datetime,
) -> None:
    """Make contacts that are not there, and change those that are.

    A contact is known by its key, else by its e-mail address at that customer. An address that is
    there is never changed: letters go to it, and whoever describes a person may be anybody. Nobody is
    locked where nothing differs.

    Args:
        described: (id of the customer, key of the contact) → what is said.
    """
    wanted = contacts_to_write(described=described, may_make=may_make, may_change=may_change)
    if not wanted:
        return
    described = {at: one for at, one in described.items() if at in wanted}
    known = _known(described, is_locked=True)
    changed, new, before = [], [], {}
    for (customer_id, key), one in sorted(described.items()):
        row = known.get((customer_id, key))
        if row is None:
            new.append(_new_contact(customer_id, one, now))
            continue
        differs = _contact_changes(row, one)
        if differs and row.pk not in before:
            before[row.pk] = ({name: getattr(row, name) for name in differs}, differs)
            changed.append(row)
    if may_change and changed:
        keep_versions(changed, until=now)
        for row in changed:
            for name, value in before[row.pk][1].items():
                setattr(row, name, value)
            row.known_from = now
        Contact.objects.bulk_update(changed, [*CONTACT_FIELDS, "attributes", "known_from"])
        for row in changed:
            was, became = before[row.pk]
            record("contact.changed", by=None, about=row, before=was, after=became)
    made: list[Contact] = []
    if may_make and new:
        Contact.objects.bulk_create(new, ignore_conflicts=True)
        keys = [row.key for row in new]
        made = list(
            Contact.objects.filter(
                customer_id__in={row.customer_id for row in new}, key__in=keys, known_from=now
            ).select_related("customer")
        )
        _note_made(made, now)
        for row in made:
            record("contact.added", by=None, about=row, customer=row.customer.name)


def contacts_to_write(
    *, described: Mapping[tuple[int, str], Described], may_make: bool, may_change: bool
) -> set[tuple[int, str]]:
    """Those that would be made or changed; nobody is locked."""
    known = _known(described)
    return {
        at
        for at, one in described.items()
        if (may_change and _contact_changes(known[at], one) if at in known else may_make)
    }


def _contact_changes(row: Contact, one: Described) -> dict[str, Any]:
    values = _values(row, one)
    if row.email:
        values.pop("email", None)
    return {name: value for name, value in values.items() if getattr(row, name) != value}


def _differs(row: Customer, one: Described) -> bool:
    return any(getattr(row, name) != value for name, value in _values(row, one).items())


def _values(row: Customer | Contact, one: Described) -> dict[str, Any]:
    return {**one.fields, "attributes": _together(row.attributes, one.attributes)}


def _together(known: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes that are known, with what is said of them. New names are taken while there is room:
    each version is kept in full, and a program may send other names for ever."""
    together = dict(known)
    size = len(json.dumps(together, ensure_ascii=False).encode())
    for name, value in said.items():
        part = {name: value}
        more = len(json.dumps(part, ensure_ascii=False).encode())
        if name in together:
            more -= len(json.dumps({name: together[name]}, ensure_ascii=False).encode())
        elif len(together) >= MOST_ATTRIBUTES:
            continue
        if more <= 0 or size + more <= LARGEST_ATTRIBUTES_BYTES:
            together[name] = value
            size += more
    return together


def _known(
    described: Mapping[tuple[int, str], Described], *, is_locked: bool = False
) -> dict[tuple[int, str], Contact]:
    """Contacts that are meant; locked, in one order by everybody."""
    customers = {customer_id for customer_id, _key in described}
    addresses = {one.fields["email"].lower() for one in described.values() if "email" in one.fields}
    meant = Contact.objects.filter(
        Q(key__in={key for _customer_id, key in described}) | Q(address__in=addresses),
        customer_id__in=customers,
    ).order_by("pk")
    rows = list(meant.select_for_update(no_key=True) if is_locked else meant)
    by_key = {(row.customer_id, row.key): row for row in rows}
    by_address = {(row.customer_id, row.address): row for row in rows if row.address}
    found = {}
    for (customer_id, key), one in described.items():
        row = by_key.get((customer_id, key)) or by_address.get(
            (customer_id, one.fields.get("email", "").lower())
        )
        if row is not None:
            found[customer_id, key] = row
    return found


def _new_contact(customer_id: int, one: Described, now: datetime) -> Contact:
    texts = {name: one.fields.get(name, "") for name in CONTACT_FIELDS}
    texts["name"] = texts["name"] or texts["email"][:200] or one.key[:200]
    return Contact(
        customer_id=customer_id,
        key=one.key[:200],
        attributes=dict(one.attributes),
        known_from=now,
        **texts,
    )


def _note_made(rows: Sequence[Customer | Contact], now: datetime) -> None:
    RowVersion.objects.bulk_create(
        RowVersion(
            table=row._meta.db_table, row_id=row.pk, before=None, known_from=None, known_to=now
        )
        for row in rows
    )
