"""Who is who: calls of `identify`, `group` and `alias`, followed as far as the tenant allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from accounts.actions.audit import program
from accounts.actions.identities import Described, put_contacts, put_customers
from segmentation.actions.releasing import release_held
from segmentation.actions.turns import Turn, take_turn
from segmentation.compute.message_rows import Aliased, Grouped, Identified
from segmentation.compute.message_values import as_kept, contact_key
from segmentation.compute.messages import Read
from segmentation.compute.traits import contact_values, customer_values
from segmentation.frames.identities import (
    canonical,
    customers_meant,
    groups_of,
    join_groups,
    keep_traits,
    keys_of,
)
from segmentation.frames.ingestion import hold
from segmentation.models import HeldEvent, PersonAlias, PersonGroup
from segmentation.queries.doors import Door


def follow(read: Read, *, door: Door, now: datetime) -> int:
    """Follow all of a request's calls, in the open scope and under the shared lock.

    Returns how many messages wait for a customer by it.
    """
    token = program.set(door.key_name)
    try:
        if read.aliased:
            # Names lead to the last one at once: two calls that cannot see each other would make
            # a chain, or a circle.
            take_turn(Turn.ALIASES)
        for call in sorted(read.aliased, key=lambda one: one.occurred_at):
            _alias(call)
        persons = [call.person for call in read.identified]
        names = canonical([*persons, *(call.person for call in read.grouped)])
        _group(read.grouped, names, door, now)
        return _identify(read, names, door, now)
    finally:
        program.reset(token)


def _alias(call: Aliased) -> None:
    """What comes under the previous name from now on is the other's; so is what was known of it."""
    person = canonical([call.person]).get(call.person, call.person)
    if call.previous == person:
        return
    known = PersonAlias.objects.filter(previous=call.previous).first()
    if known is not None and (known.person == person or known.since > call.occurred_at):
        return
    PersonAlias.objects.filter(person=call.previous).exclude(previous=person).update(person=person)
    PersonAlias.objects.bulk_create(
        [PersonAlias(previous=call.previous, person=person, since=call.occurred_at)],
        update_conflicts=True,
        unique_fields=["tenant_id", "previous"],
        update_fields=["person", "since"],
    )
    before = groups_of([call.previous]).get(call.previous)
    if before is None:
        return
    if before.traits:
        keep_traits({person: before.traits})
    if before.group_key and before.since and person not in groups_of([person]):
        join_groups({person: (before.since, before.group_key)})
    before.delete()


def _group(calls: Iterable[Grouped], names: Mapping[str, str], door: Door, now: datetime) -> None:
    latest: dict[str, tuple[datetime, str]] = {}
    traits: dict[str, dict[str, Any]] = defaultdict(dict)
    for call in sorted(calls, key=lambda one: (one.occurred_at, one.n)):
        if call.person:
            latest[names.get(call.person, call.person)] = (call.occurred_at, call.group_key)
        traits[call.group_key].update(call.traits)
    if not traits:
        return
    _put_customers(traits, door, now)
    if latest:
        join_groups(latest)
        release_held(persons=latest, settings=door.settings)


def _put_customers(traits: Mapping[str, Mapping[str, Any]], door: Door, now: datetime) -> None:
    meant = customers_meant(traits)
    own = keys_of(customer_id for customer_id in meant.values() if customer_id is not None)
    said: dict[str, dict[str, Any]] = defaultdict(dict)
    for key, of_key in traits.items():
        customer_id = meant.get(key, 0)
        if customer_id is not None:
            said[own.get(customer_id, key)].update(of_key)
    described = [Described(key, *customer_values(of_key)) for key, of_key in said.items()]
    made = put_customers(
        described=described,
        may_make=door.settings.create_customers,
        may_change=door.settings.update_customers,
        now=now,
    )
    if made:
        release_held(group_keys=made, settings=door.settings)


def _identify(read: Read, names: Mapping[str, str], door: Door, now: datetime) -> int:
    calls = sorted(read.identified, key=lambda one: (one.occurred_at, one.n))
    if not calls:
        return 0
    known = groups_of(names.get(call.person, call.person) for call in calls)
    placed = [(call, *_place(call, names, known)) for call in calls]
    meant = customers_meant(key for _call, _person, key in placed if key)
    contacts: dict[tuple[int, str], dict[str, Any]] = defaultdict(dict)
    waiting: dict[str, dict[str, Any]] = defaultdict(dict)
    held = []
    for call, person, key in placed:
        if not key:
            waiting[person].update(_kept(call.traits))
        elif key not in meant:
            held.append(_held(read, call, person, key))
        elif (customer_id := meant[key]) is not None:
            contacts[customer_id, contact_key(person)].update(call.traits)
    keep_traits({person: said for person, said in waiting.items() if said})
    put_contacts(
        described={at: Described(at[1], *contact_values(said)) for at, said in contacts.items()},
        may_make=door.settings.create_contacts,
        may_change=door.settings.update_contacts,
        now=now,
    )
    return hold(held, key_id=door.key_id, now=now) if held else 0


def _place(
    call: Identified, names: Mapping[str, str], known: Mapping[str, PersonGroup]
) -> tuple[str, str]:
    """The person's name that counts, and the key of the customer; empty: nobody said."""
    person = names.get(call.person, call.person)
    key = call.group_key or (known[person].group_key if person in known else "")
    return person, key


def _kept(traits: Mapping[str, Any]) -> dict[str, Any]:
    """Of traits that wait, only what would be used."""
    fields, attributes = contact_values(traits)
    return {**attributes, **fields}


def _held(read: Read, call: Identified, person: str, key: str) -> dict[str, Any]:
    return {
        "kind": HeldEvent.Kind.IDENTIFY,
        "group_key": key,
        "message_id": call.message_id,
        "person": person,
        "event": "",
        "module": None,
        "occurred_at": call.occurred_at.isoformat(),
        "count": 1,
        "body": as_kept(read.messages[call.n]),
    }
