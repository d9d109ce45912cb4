"""Requests that could not be handled at once: kept whole before they are answered, handled soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts.tenancy import tenant_scope
from segmentation.actions.ingesting import Taken, account, ingest
from segmentation.actions.releasing import release_held
from segmentation.compute.message_bodies import Body, read_body
from segmentation.compute.messages import Read, bad_message
from segmentation.frames.ingestion import SHORT_LOCK_WAIT, be_impatient, take_shared_lock
from segmentation.frames.releasing import settled
from segmentation.models import (
    DeadLetter,
    EventSeen,
    HeldEvent,
    IngestCount,
    IngestInbox,
    TraitsSaid,
)
from segmentation.queries.doors import Door, door_of_key
from segmentation.queries.ingestion import ingest_settings

log = structlog.get_logger("tenure.ingestion")

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=1)
# A request that PostgreSQL refuses so often for what it says is taken apart.
TRIES_WHOLE = 2
MOST_TRIES = 50
# Of one tenant, before others have their turn.
MOST_AT_ONCE = 20
# A request waits for a lock in vain for a while: after so many of a tenant's the others wait for the
# next time.
MOST_IN_VAIN = 2
NAMES_KEPT = timedelta(days=30)
COUNTS_KEPT = timedelta(days=7)
OLD_AT_ONCE = 2000


def keep(raw: bytes, *, door: Door, call: str, arrived: datetime) -> None:
    """Keep a request that was let in, in a transaction of its own; afterwards it is durable.

    Raises:
        DatabaseError: it is not kept.
    """
    with tenant_scope(door.tenant_id):
        be_impatient()
        IngestInbox.objects.create(
            key_id=door.key_id,
            call=call,
            body=raw,
            received_at=arrived,
            not_before=timezone.now(),
        )


def work_off(tenant_id: int) -> int:
    """Handle some of what a tenant's inbox holds and is due, each request in a transaction of its own;
    returns how many were: ``MOST_AT_ONCE`` where there may be more. Two at once do no harm. While
    somebody holds a lock, it does not wait long."""
    handled = in_vain = 0
    with tenant_scope(tenant_id):
        due = IngestInbox.objects.filter(
            state=IngestInbox.State.WAITING, not_before__lte=timezone.now()
        )
        ids = list(due.order_by("id").values_list("pk", flat=True)[:MOST_AT_ONCE])
    for pk in ids:
        try:
            handled += _handle(tenant_id, pk)
        except Exception as error:
            _put_off(tenant_id, pk, error)
            in_vain += isinstance(error, OperationalError)
            if in_vain >= MOST_IN_VAIN:
                break
    return handled


def _handle(tenant_id: int, pk: int) -> int:
    with tenant_scope(tenant_id):
        row = (
            # The key is not locked: whatever is counted or kept with it would wait.
            IngestInbox.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("key")
            .filter(pk=pk, state=IngestInbox.State.WAITING)
            .first()
        )
        if row is None:
            return 0
        door, body = door_of_key(row.key), read_body(bytes(row.body), row.call)
        if row.error and row.attempts >= TRIES_WHOLE:
            _one_by_one(body, door, row)
        else:
            ingest(
                body,
                door=door,
                call=row.call,
                arrived=row.received_at,
                patience=SHORT_LOCK_WAIT,
            )
        row.delete()
    return 1


def _one_by_one(body: Body, door: Door, row: IngestInbox) -> None:
    for message in body.messages:
        alone = replace(body, messages=[message])
        try:
            with transaction.atomic():
                ingest(alone, door=door, call=row.call, arrived=row.received_at)
        except OperationalError:
            # Not what it says: somebody holds a lock, or PostgreSQL is going down.
            raise
        except Exception:
            refused = bad_message(message, row.call, DeadLetter.Reason.NOT_SAVED)
            account(Read([message]), Taken(bad=[refused]), door=door, sent_at=body.sent_at)


def _put_off(tenant_id: int, pk: int, error: Exception) -> None:
    """Try again later: soon, then less and less often."""
    with tenant_scope(tenant_id):
        row = IngestInbox.objects.select_for_update().filter(pk=pk).first()
        if row is None:
            return
        row.attempts += 1
        row.not_before = timezone.now() + min(FIRST_WAIT * 2 ** min(row.attempts, 10), LONGEST_WAIT)
        # A lock that somebody holds says nothing about the request, however often.
        if not isinstance(error, OperationalError):
            row.error = type(error).__name__
            if row.attempts >= MOST_TRIES:
                row.state = IngestInbox.State.DEAD
        row.save(update_fields=["attempts", "not_before", "error", "state"])
    log.warning("ingestion put off", inbox=pk, attempts=row.attempts, error=type(error).__name__)


def tidy(tenant_id: int) -> None:
    """Forget what is too old to keep, and release what waits for customers that are there by now, each
    customer's in a transaction of its own: what cannot be written keeps nothing else."""
    _forget_old(tenant_id, timezone.now())
    with tenant_scope(tenant_id):
        customers = list(settled(None))
    in_vain = 0
    for key in customers:
        try:
            with tenant_scope(tenant_id):
                take_shared_lock(patience=SHORT_LOCK_WAIT)
                release_held(group_keys=[key])
        except Exception as error:
            log.error("not released", tenant=tenant_id, error=type(error).__name__)
            in_vain += isinstance(error, OperationalError)
            if in_vain >= MOST_IN_VAIN:
                break


def _forget_old(tenant_id: int, now: datetime) -> None:
    with tenant_scope(tenant_id):
        kept = now - timedelta(days=ingest_settings().dead_letters_kept_days)
        old = DeadLetter.objects.filter(received_at__lt=kept).order_by("received_at")
        ids = list(old.values_list("pk", flat=True)[:OLD_AT_ONCE])
        if ids:
            DeadLetter.objects.filter(pk__in=ids).delete()
        # They say as much word by word, and nobody came for them.
        for forgotten in (
            HeldEvent.objects,
            IngestInbox.objects.filter(state=IngestInbox.State.DEAD),
        ):
            past = forgotten.filter(received_at__lt=kept).order_by("received_at")
            forgotten.filter(pk__in=list(past.values_list("pk", flat=True)[:OLD_AT_ONCE])).delete()
        EventSeen.objects.filter(last_at__lt=now - NAMES_KEPT).delete()
        # No client library sends again what is so old.
        TraitsSaid.objects.filter(at__lt=now - NAMES_KEPT).delete()
        IngestCount.objects.filter(minute__lt=now - COUNTS_KEPT).delete()
