"""What waits for a customer is written once the customer comes to be: by a load, by a call of `group`,
or because somebody said who is meant."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from accounts.actions.identities import Described, put_contacts
from segmentation.compute.message_values import contact_key
from segmentation.compute.traits import contact_values
from segmentation.frames import releasing
from segmentation.frames.ingestion import make_modules, take_shared_lock
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
    count, contacts = 0, defaultdict[tuple[int, str], dict[str, Any]](dict)
    for _row, person, customer_id, said in traits:
        contacts[customer_id, contact_key(person)].update(json.loads(said))
    if customers:
        make_modules(releasing.modules_waiting(list(customers)), now=now)
        count, identified = releasing.release(customers, now=now)
        for customer_id, person, body in identified:
            contacts[customer_id, contact_key(person)].update(_traits(body))
    if contacts:
        allowed = settings or ingest_settings()
        put_contacts(
            described={at: Described(at[1], *contact_values(c)) for at, c in contacts.items()},
            may_make=allowed.create_contacts,
            may_change=allowed.update_contacts,
            now=now,
        )
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
