"""Who is who: calls of `identify`, `group` and `alias`, followed as far as the tenant allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.actions.audit import program
from accounts.actions.identities import Described, customers_to_write, put_customers
from segmentation.actions.releasing import release_held
from segmentation.actions.telling import At, news, tell_contacts, waiting_of
from segmentation.actions.turns import Turn, take_turn
from segmentation.compute.message_rows import Aliased, Grouped, Identified
from segmentation.compute.message_values import as_kept, contact_key
from segmentation.compute.messages import Read
from segmentation.compute.said import Told, stamp_of
from segmentation.compute.traits import contact_values, customer_values, flat, parted
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


def _group(calls: Sequence[Grouped], names: Mapping[str, str], door: Door, now: datetime) -> None:
    if not calls:
        return
    meant = customers_meant(call.group_key for call in calls)
    own = keys_of(customer_id for customer_id in meant.values() if customer_id is not None)
    latest: dict[str, tuple[datetime, str]] = {}
    told: dict[str, Told] = defaultdict(Told)
    for call in sorted(calls, key=_order):
        if call.person:
            latest[names.get(call.person, call.person)] = (call.occurred_at, call.group_key)
        customer_id = meant.get(call.group_key, 0)
        if customer_id is not None:
            said = flat(*customer_values(call.traits))
            told[own.get(customer_id, call.group_key)].add(said, _stamp(call))
    _put_customers(told, set(own.values()), door, now)
    if latest:
        join_groups(latest)
        release_held(persons=latest, settings=door.settings)


def _put_customers(told: Mapping[str, Told], known: set[str], door: Door, now: datetime) -> None:
    may_make, may_change = door.settings.create_customers, door.settings.update_customers

    def differing(values: Mapping[str, Mapping[str, Any]]) -> set[str]:
        described = _customers(values)
        return customers_to_write(described=described, may_make=may_make, may_change=may_change)

    found = news(told, names={key: ("customer", key) for key in told}, differing=differing, now=now)
    # One that nobody knows is made though nothing is said of it.
    unknown = {key: found.get(key, {}) for key in told if key not in known}
    made = put_customers(
        described=_customers({**found, **unknown}),
        may_make=may_make,
        may_change=may_change,
        now=now,
    )
    if made:
        release_held(group_keys=made, settings=door.settings)


def _customers(values: Mapping[str, Mapping[str, Any]]) -> list[Described]:
    return [Described(key, *parted(of_key)) for key, of_key in values.items()]


def _identify(read: Read, names: Mapping[str, str], door: Door, now: datetime) -> int:
    calls = sorted(read.identified, key=_order)
    if not calls:
        return 0
    known = groups_of(names.get(call.person, call.person) for call in calls)
    placed = [(call, *_place(call, names, known)) for call in calls]
    meant = customers_meant(key for _call, _person, key in placed if key)
    contacts: dict[At, Told] = defaultdict(Told)
    waiting: dict[str, Told] = defaultdict(Told)
    held = []
    for call, person, key in placed:
        said = contact_values(call.traits)
        if not key:
            # Of traits that wait, only what would be used.
            waiting[person].add({**said[1], **said[0]}, _stamp(call))
        elif key not in meant:
            held.append(_held(read, call, person, key))
        elif (customer_id := meant[key]) is not None:
            contacts[customer_id, contact_key(person)].add(flat(*said), _stamp(call))
    _keep(waiting, known, now)
    tell_contacts(contacts, settings=door.settings, now=now)
    return hold(held, key_id=door.key_id, now=now) if held else 0


def _keep(waiting: Mapping[str, Told], known: Mapping[str, PersonGroup], now: datetime) -> None:
    def differing(values: Mapping[str, Mapping[str, Any]]) -> set[str]:
        return {
            person
            for person, said in values.items()
            if person not in known or not said.items() <= known[person].traits.items()
        }

    names = {person: waiting_of(person) for person in waiting}
    keep_traits(news(waiting, names=names, differing=differing, now=now))


def _order(call: Grouped | Identified) -> tuple[datetime, int]:
    return call.occurred_at, call.n


def _stamp(call: Grouped | Identified) -> str:
    return stamp_of(call.occurred_at, call.message_id)


def _place(
    call: Identified, names: Mapping[str, str], known: Mapping[str, PersonGroup]
) -> tuple[str, str]:
    """The person's name that counts, and the key of the customer; empty: nobody said."""
    person = names.get(call.person, call.person)
    key = call.group_key or (known[person].group_key if person in known else "")
    return person, key


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
