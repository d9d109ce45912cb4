"""What waits for a customer is written once the customer comes to be: by a load, by a call of `group`,
or because somebody said who is meant."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from segmentation.actions.telling import At, tell_contacts, waiting_of
from segmentation.compute.message_values import contact_key
from segmentation.compute.said import Told, about, stamp_of
from segmentation.compute.traits import contact_values, flat
from segmentation.frames import releasing
from segmentation.frames.ingestion import make_modules, take_shared_lock
from segmentation.frames.said import said_of
from segmentation.models import IngestSettings
from segmentation.queries.ingestion import ingest_settings


@transaction.atomic
def release_held(
    *,
    group_keys: Iterable[str] | None = None,
    persons: Iterable[str] | None = None,
    settings: IngestSettings | None = None,
) -> int:
    """Write what waits for customers that are known by now; returns how many messages that were.

    Args:
        group_keys: of these customers, as they are named; None: of all.
        persons: only what is known of these persons, not what else waits.
        settings: of the tenant, where they are at hand.
    """
    keys = None if group_keys is None else sorted(set(group_keys))
    customers = releasing.settled(keys) if persons is None else {}
    traits = releasing.waiting_traits(keys=keys, persons=None if persons is None else list(persons))
    if not customers and not traits:
        return 0
    now, _aliases = take_shared_lock()
    count, contacts = 0, defaultdict[At, Told](Told)
    said = said_of(about(*waiting_of(person)) for _row, person, *_further in traits)
    for _row, person, customer_id, kept in traits:
        stamps = said[about(*waiting_of(person))]
        contacts[customer_id, contact_key(person)].add(
            flat(*contact_values(json.loads(kept))),
            {**stamps, **{f".{name}": stamp for name, stamp in stamps.items()}},
        )
    if customers:
        make_modules(releasing.modules_waiting(list(customers)), now=now)
        count, identified = releasing.release(customers, now=now)
        for customer_id, person, body, at, message_id in identified:
            contacts[customer_id, contact_key(person)].add(
                flat(*contact_values(_traits(body))), stamp_of(at, message_id)
            )
    if contacts:
        tell_contacts(contacts, settings=settings or ingest_settings(), now=now)
        releasing.forget_traits([row for row, *_further in traits])
    return count


def _traits(body: str) -> Mapping[str, Any]:
    try:
        message = json.loads(body)
    except RecursionError:
        # Too deep to be read here, though not where it was kept.
        return {}
    context = message.get("context")
    within = context.get("traits") if isinstance(context, dict) else None
    said = message.get("traits") or within
    return said if isinstance(said, dict) else {}
