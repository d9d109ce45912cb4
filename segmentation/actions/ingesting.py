"""Messages of other programs into usage, each once: durable and visible when a request is answered."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accounts.tenancy import current_tenant_id, tenant_scope
from segmentation.actions.following import follow
from segmentation.compute.message_bodies import Body
from segmentation.compute.message_rows import BadMessage, EventRow
from segmentation.compute.message_values import as_kept
from segmentation.compute.messages import Read, bad_message, read_messages
from segmentation.frames.ingestion import (
    LOCK_WAIT,
    Aliases,
    Unresolved,
    add_counts,
    bury,
    hold,
    make_modules,
    note_seen,
    take_shared_lock,
    write_events,
)
from segmentation.models import HeldEvent, WriteKey
from segmentation.queries.doors import Door

# So often at most a name of events, and the last use of a key, is written down by a process.
NOTE_EVERY_SECONDS = 60.0
_MOST_REMEMBERED = 50_000

_known_modules: set[tuple[str, int, str]] = set()
_noted: dict[tuple[Any, ...], float] = {}


@dataclass
class Taken:
    """What became of messages. `bad`: those that could not be taken."""

    accepted: int = 0
    ignored: int = 0
    held: int = 0
    bad: list[BadMessage] = field(default_factory=list)


def ingest(
    body: Body, *, door: Door, call: str, arrived: datetime, patience: str = LOCK_WAIT
) -> Mapping[str, int]:
    """Handle one request whole, in a transaction of its own: afterwards it is durable and visible.

    Args:
        arrived: when it came; clocks of clients are compared with it.
        patience: how long it waits for a lock.

    Returns outcome → number of messages.

    Raises:
        DatabaseError: nothing of it was written.
    """
    with tenant_scope(door.tenant_id):
        read = read_messages(
            body.messages,
            call=call,
            arrived=arrived,
            sent_at=body.sent_at,
            rules=door.rules,
            texts_checked=body.texts_checked,
            sizes_checked=body.sizes_checked,
        )
        taken = take(read, door=door, call=call, patience=patience)
        return account(read, taken, door=door, sent_at=body.sent_at)


def take(read: Read, *, door: Door, call: str, patience: str = LOCK_WAIT) -> Taken:
    """Write what was read, in the open scope; what cannot be is in the result."""
    now, aliases = take_shared_lock(patience=patience)
    taken = Taken(ignored=read.ignored, bad=list(read.bad))
    if read.identified or read.grouped or read.aliased:
        taken.held = follow(read, door=door, now=now)
        taken.accepted = len(read.identified) + len(read.grouped) + len(read.aliased) - taken.held
        aliases = Aliases(aliases.persons or bool(read.aliased), aliases.customers)
    if read.events:
        _write(read, taken, aliases, door, call, now)
    _note(read, door, now)
    return taken


def account(read: Read, taken: Taken, *, door: Door, sent_at: Any) -> Mapping[str, int]:
    """Keep what could not be taken, and count all of it; returns outcome → number of messages."""
    now = timezone.now()
    dead = 0
    if taken.bad:
        sent = sent_at[:64] if isinstance(sent_at, str) else ""
        dead = bury(taken.bad, key_id=door.key_id, now=now, sent_at=sent.replace("\x00", ""))
    counts = {
        "accepted": taken.accepted,
        "ignored": taken.ignored,
        "held": taken.held,
        "dead": dead,
    }
    counts["duplicates"] = max(len(read.messages) - sum(counts.values()), 0)
    if door.key_id is not None:
        add_counts(counts, key_id=door.key_id, now=now)
    return counts


def _write(
    read: Read, taken: Taken, aliases: Aliases, door: Door, call: str, now: datetime
) -> None:
    rows = {row["n"]: row for row in read.events}
    _make_unknown_modules(read.events, now)
    written, left = write_events(read.events, now=now, aliases=aliases)
    missing = [rows[one.n] for one in left if one.has_new_module]
    if missing:
        # It was there, or this process remembers one that was undone.
        _forget_modules()
        _make_unknown_modules(missing, now)
        further, still_left = write_events(missing, now=now, aliases=aliases)
        written += further
        left = [one for one in left if not one.has_new_module] + still_left
    if refused := [one for one in left if one.has_new_module]:
        # There are too many modules already.
        plain: list[EventRow] = [{**rows[one.n], "module": None} for one in refused]
        rows.update((row["n"], row) for row in plain)
        further, still_left = write_events(plain, now=now, aliases=aliases)
        written += further
        left = [one for one in left if not one.has_new_module] + still_left
    taken.accepted += written
    if left:
        _set_aside(read, rows, left, taken, door, call, now)


def _set_aside(
    read: Read,
    rows: Mapping[int, EventRow],
    left: list[Unresolved],
    taken: Taken,
    door: Door,
    call: str,
    now: datetime,
) -> None:
    held = []
    for one in left:
        row, message = rows[one.n], read.messages[one.n]
        if one.is_ignored:
            taken.ignored += 1
        elif not one.group_key:
            taken.bad.append(bad_message(message, call, "no_customer", "groupId"))
        else:
            held.append(
                {
                    **row,
                    "kind": HeldEvent.Kind.EVENT,
                    "group_key": one.group_key,
                    "person": one.person,
                    "body": as_kept(message),
                }
            )
    if held:
        taken.held += hold(held, key_id=door.key_id, now=now)


def _make_unknown_modules(rows: list[EventRow], now: datetime) -> None:
    database, tenant_id = _place()
    new = {
        module
        for row in rows
        if (module := row["module"]) is not None
        and (database, tenant_id, module) not in _known_modules
    }
    if new:
        make_modules(sorted(new), now=now)
        if len(_known_modules) > _MOST_REMEMBERED:
            _known_modules.clear()
        _known_modules.update((database, tenant_id, module) for module in new)


def _forget_modules() -> None:
    _known_modules.clear()


def _note(read: Read, door: Door, now: datetime) -> None:
    """The names of events, and that the key is in use, once a minute."""
    seen = {
        name: properties
        for name, properties in read.seen.items()
        if _is_due("seen", door.tenant_id, name)
    }
    if seen:
        note_seen(seen, now=now)
    if door.key_id is not None and _is_due("key", door.tenant_id, door.key_id):
        unused = Q(last_used_at=None) | Q(last_used_at__lt=now - timedelta(seconds=30))
        WriteKey.objects.filter(unused, pk=door.key_id).update(last_used_at=now)


def _is_due(*what: Any) -> bool:
    name = (_place()[0], *what)
    now = time.monotonic()
    if _noted.get(name, 0.0) > now:
        return False
    if len(_noted) > _MOST_REMEMBERED:
        _noted.clear()
    _noted[name] = now + NOTE_EVERY_SECONDS
    return True


def _place() -> tuple[str, int]:
    # One process may serve two databases, as in tests.
    return str(connection.settings_dict["NAME"]), current_tenant_id()
