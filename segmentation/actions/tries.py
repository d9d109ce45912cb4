"""Work that is a row, computed by tries: which worker tries it, what a try that failed means.

The row is the truth. A try claims it by an update that only one can win, and computes in a
transaction that holds the tenant's turn and the row; when its process dies PostgreSQL lets go of
both, so the sweeper can tell a dead try from a busy one. Every try is counted, and the fourth that
fails is the last.
"""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.nights import NightRefused
from segmentation.actions.turns import Turn, take_turn
from segmentation.models import Night, Replay
from segmentation.queries.pulse import UNFINISHED

MOST_ATTEMPTS = 4
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""How long the work waits after its first, second and third failure."""

ENQUEUE_AGAIN_AFTER = timedelta(minutes=5)
"""The broker may have forgotten what nobody claimed for so long."""

CLAIM_GRACE = timedelta(seconds=10)
"""A try that claimed just now may not have taken its turn yet."""

TURN_TIMEOUT = "5s"
"""A worker waits no longer for other work of the tenant; the sweeper brings its own back."""

STATEMENT_TIMEOUT = "2h"
"""A statement that takes longer hangs; the worker is wanted by other tenants."""

State = Night.State
Row = TypeVar("Row", Night, Replay)


class Work(ABC, Generic[Row]):
    """A kind of row that workers compute, and what sets it apart; ``noun`` is its name in the log.

    All but `work_on` is called in the tenant's scope.
    """

    noun: str

    def __init__(self) -> None:
        self.log: Any = structlog.get_logger(f"tenure.{self.noun}s")

    @abstractmethod
    def rows(self) -> QuerySet[Row]:
        """Those of the tenant, in the order in which they are computed."""

    @abstractmethod
    def compute(self, tenant: Tenant, row: Row) -> None:
        """Compute and store what a try has claimed."""

    @abstractmethod
    def forget_progress(self, tenant_id: int, pk: int) -> None:
        """A try has ended."""

    def is_final(self, error: Exception) -> bool:
        """Whether another try would end like this one."""
        return False

    def give_up(self, row: Row, now: datetime) -> None:
        """What follows the last try that failed."""

    def work_on(self, tenant: Tenant, pk: int) -> bool:
        """Claim a row, compute and store it; called with its id by a worker. Safe to call twice:
        one call wins the claim, the others do nothing. Returns whether this call stored it."""
        with structlog.contextvars.bound_contextvars(tenant=tenant.slug, **{self.noun: pk}):
            with tenant_scope(tenant.id):
                claim = self.claim(pk)
            if claim is None:
                return False
            try:
                with tenant_scope(tenant.id):
                    return self._compute_claimed(tenant, pk, claim)
            except Exception as error:
                self.log.warning(
                    f"{self.noun} failed",
                    error=type(error).__name__,
                    exc_info=not _holds_data(error),
                )
                with tenant_scope(tenant.id):
                    self._fail(pk, claim, error)
                return False
            finally:
                self.forget_progress(tenant.id, pk)

    def next_due(self, now: datetime) -> int | None:
        """The id of the row that is to be handed to the broker, which is noted. One that runs or
        waits keeps those after it waiting."""
        row = self.rows().filter(state__in=UNFINISHED).first()
        if row is None or row.state == State.RUNNING:
            return None
        waits = row.not_before is not None and row.not_before > now
        waiting = row.queued_at is not None and row.queued_at > now - ENQUEUE_AGAIN_AFTER
        if waits or waiting:
            return None
        self.rows().filter(pk=row.pk).update(queued_at=now)
        return int(row.pk)

    def free_dead(self, now: datetime) -> None:
        """Nobody computes, since the caller has the tenant's turn: what says it runs has lost its
        worker."""
        dead = (
            self.rows()
            .select_for_update(skip_locked=True, of=("self",))
            .filter(state=State.RUNNING, started_at__lt=now - CLAIM_GRACE)
        )
        for row in dead:
            self._end_try(row, "WorkerLost", now)
            if row.state == State.FAILED:
                # The next worker may well live: it does not wait.
                row.not_before = None
                row.save(update_fields=["not_before"])

    def claim(self, pk: int) -> uuid.UUID | None:
        """The claim of a try that begins; None where another one has the row, or it is not time."""
        claim = uuid.uuid4()
        now = timezone.now()
        free = (
            self.rows()
            .select_for_update(skip_locked=True, of=("self",))
            .filter(Q(not_before=None) | Q(not_before__lte=now))
            .filter(pk=pk, state__in=(State.QUEUED, State.FAILED))
        )
        # Locked first: an update would wait for whoever computes it here and now.
        if not list(free.values_list("pk", flat=True)):
            return None
        self.rows().filter(pk=pk).update(
            state=State.RUNNING, claim=claim, attempts=F("attempts") + 1, started_at=now
        )
        return claim

    def _compute_claimed(self, tenant: Tenant, pk: int, claim: uuid.UUID) -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = '{TURN_TIMEOUT}'")
                take_turn(Turn.NIGHTS)
                cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
                cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_TIMEOUT}'")
        except OperationalError:
            # Other work of the tenant is being computed: this try never was one.
            self.rows().filter(pk=pk, claim=claim, state=State.RUNNING).update(
                state=State.QUEUED, claim=None, attempts=F("attempts") - 1, queued_at=None
            )
            return False
        row = self._claimed(pk, claim)
        if row is None:
            self.log.info(f"{self.noun} lost its claim")
            return False
        self.compute(tenant, row)
        return True

    def _claimed(self, pk: int, claim: uuid.UUID) -> Row | None:
        held = self.rows().select_for_update(of=("self",))
        return held.filter(pk=pk, claim=claim, state=State.RUNNING).first()

    def _fail(self, pk: int, claim: uuid.UUID, error: Exception) -> None:
        row = self._claimed(pk, claim)
        if row is not None:
            words = _error_words(error)
            self._end_try(row, words, timezone.now(), for_good=self.is_final(error))

    def _end_try(self, row: Row, error: str, now: datetime, *, for_good: bool = False) -> None:
        """A try ended without a result: wait and try again, or give up."""
        given_up = for_good or row.attempts >= MOST_ATTEMPTS
        row.state = State.DEAD if given_up else State.FAILED
        row.claim = None
        row.error = error[:500]
        row.finished_at = now
        row.queued_at = None
        row.not_before = None if given_up else now + WAITS[min(row.attempts, len(WAITS)) - 1]
        row.save(
            update_fields=["state", "claim", "error", "finished_at", "queued_at", "not_before"]
        )
        follows = "given up" if given_up else "will be tried again"
        self.log.warning(f"{self.noun} {follows}", error=error)
        if given_up:
            self.give_up(row, now)


def _holds_data(error: Exception) -> bool:
    """Whether the text of an error may hold what customers' rows hold."""
    return isinstance(error, DatabaseError | ValueError | TypeError | KeyError)


def _error_words(error: Exception) -> str:
    """What may be shown and kept of an error: its kind and place, never a value."""
    if isinstance(error, NightRefused):
        return str(error)
    words = type(error).__name__
    code = getattr(error.__cause__, "pgcode", None)
    if code:
        words += f" {code}"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is not None:
        words += f" in {trace.tb_frame.f_globals.get('__name__', '?')}, line {trace.tb_lineno}"
    return words
