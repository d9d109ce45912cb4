"""Which worker computes which replay: as with nights, the row is the truth, every try is counted, and
a try whose worker died is followed by another. Nights come first.
"""

from __future__ import annotations

import uuid
from datetime import datetime

import structlog
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.claims import (
    CLAIM_GRACE,
    ENQUEUE_AGAIN_AFTER,
    MOST_ATTEMPTS,
    STATEMENT_TIMEOUT,
    TURN_TIMEOUT,
    WAITS,
    error_words,
    holds_data,
)
from segmentation.actions.nights import NightRefused
from segmentation.actions.progress import forget_replay_progress, tell_replay_progress_of
from segmentation.actions.replay_chains import is_chain_under_way
from segmentation.actions.replays import ReplayRefused, compute_replay
from segmentation.actions.turns import Turn, has_turn, take_turn
from segmentation.models import Night, Replay
from segmentation.queries.pulse import UNFINISHED

log = structlog.get_logger("tenure.replays")

State = Night.State


def work_on_replay(*, tenant: Tenant, replay_id: int) -> None:
    """Claim a replay and compute it; called with its id by a worker. Safe to call twice: one call
    wins the claim, the others do nothing."""
    with structlog.contextvars.bound_contextvars(tenant=tenant.slug, replay=replay_id):
        with tenant_scope(tenant.id):
            claim = _claim(replay_id)
        if claim is None:
            return
        try:
            with tenant_scope(tenant.id):
                _compute_claimed(tenant, replay_id, claim)
        except Exception as error:
            log.warning("replay failed", error=type(error).__name__, exc_info=not holds_data(error))
            with tenant_scope(tenant.id):
                _fail(replay_id, claim, error)
        finally:
            forget_replay_progress(tenant.id, replay_id)


def due_replay(*, now: datetime) -> int | None:
    """The id of the replay that a worker is to compute now, if any; called in the tenant's scope by
    the sweeper, which enqueues it when the scope is committed. Two sweepers at once give it once."""
    if not Replay.objects.filter(state__in=UNFINISHED).exists():
        return None
    if not has_turn(Turn.NIGHTS):
        return None
    _free_dead(now)
    if Night.objects.filter(state__in=UNFINISHED).exists():
        return None
    # Whose worker claimed it just now runs; those after it wait their turn.
    replay = Replay.objects.filter(state__in=UNFINISHED).order_by("pk").first()
    if replay is None or replay.state == State.RUNNING:
        return None
    waits = replay.not_before is not None and replay.not_before > now
    waiting = replay.queued_at is not None and replay.queued_at > now - ENQUEUE_AGAIN_AFTER
    if waits or waiting:
        return None
    Replay.objects.filter(pk=replay.pk).update(queued_at=now)
    return int(replay.pk)


@transaction.atomic
def retry_replay(*, replay: Replay) -> None:
    """Let a replay that was given up, or that waits after a failure, be tried again at once.

    One by which a night could not be restated compares again; whoever wants to restate by what it
    finds then asks anew, since nobody was shown it yet.

    Raises:
        ReplayRefused: it restates nights in their order, and another one does.
    """
    again = Replay.objects.select_for_update().filter(pk=replay.pk)
    found = again.filter(state__in=(State.DEAD, State.FAILED)).first()
    if found is None:
        return
    compares_again = found.state == State.DEAD and bool(found.digest)
    if compares_again:
        again.update(
            digest="",
            differing=None,
            customers=None,
            restate_because="",
            restate_by=None,
            restates_following=False,
        )
    elif found.restates_following and is_chain_under_way(beside=found):
        raise ReplayRefused("chained")
    again.update(state=State.QUEUED, attempts=0, not_before=None, queued_at=None)


def _claim(replay_id: int) -> uuid.UUID | None:
    claim = uuid.uuid4()
    now = timezone.now()
    free = (
        Replay.objects.select_for_update(skip_locked=True)
        .filter(Q(not_before=None) | Q(not_before__lte=now))
        .filter(pk=replay_id, state__in=(State.QUEUED, State.FAILED))
    )
    # Locked first: an update would wait for whoever computes it.
    if not list(free.values_list("pk", flat=True)):
        return None
    Replay.objects.filter(pk=replay_id).update(
        state=State.RUNNING, claim=claim, attempts=F("attempts") + 1, started_at=now
    )
    return claim


def _compute_claimed(tenant: Tenant, replay_id: int, claim: uuid.UUID) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{TURN_TIMEOUT}'")
            take_turn(Turn.NIGHTS)
            cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
            cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
    except OperationalError:
        # A night or another replay of the tenant is being computed: this try never was one.
        Replay.objects.filter(pk=replay_id, claim=claim, state=State.RUNNING).update(
            state=State.QUEUED, claim=None, attempts=F("attempts") - 1, queued_at=None
        )
        return
    replay = (
        Replay.objects.select_for_update(of=("self",))
        .select_related("night__rule_set")
        .filter(pk=replay_id, claim=claim)
        .first()
    )
    if replay is None or replay.state != State.RUNNING:
        log.info("replay lost its claim")
        return
    compute_replay(
        tenant=tenant, replay=replay, progress=tell_replay_progress_of(tenant.id, replay_id)
    )
    log.info("replay computed", differing=replay.differing, restated=bool(replay.restated_at))
    if replay.is_alarm:
        log.error("a night computed again as known then says something else", night=replay.night_id)


def _fail(replay_id: int, claim: uuid.UUID, error: Exception) -> None:
    replay = Replay.objects.select_for_update().filter(pk=replay_id, claim=claim).first()
    if replay is not None and replay.state == State.RUNNING:
        # What is refused will be refused again.
        _end_try(replay, error_words(error), timezone.now(), for_good=_is_final(error))


def _is_final(error: Exception) -> bool:
    return isinstance(error, NightRefused)


def _end_try(replay: Replay, error: str, now: datetime, *, for_good: bool = False) -> None:
    """A try ended without a result: wait and try again, or give up."""
    given_up = for_good or replay.attempts >= MOST_ATTEMPTS
    replay.state = State.DEAD if given_up else State.FAILED
    replay.claim = None
    replay.error = error[:500]
    replay.finished_at = now
    replay.queued_at = None
    replay.not_before = None if given_up else now + WAITS[min(replay.attempts, len(WAITS)) - 1]
    replay.save(update_fields=["state", "claim", "error", "finished_at", "queued_at", "not_before"])
    log.warning("replay given up" if given_up else "replay will be tried again", error=error)


def _free_dead(now: datetime) -> None:
    """Nobody computes, so a replay that says it runs has lost its worker."""
    dead = Replay.objects.select_for_update(skip_locked=True).filter(
        state=State.RUNNING, started_at__lt=now - CLAIM_GRACE
    )
    for replay in dead:
        _end_try(replay, "WorkerLost", now)
        if replay.state == State.FAILED:
            # The next worker may well live: it does not wait.
            replay.not_before = None
            replay.save(update_fields=["not_before"])
