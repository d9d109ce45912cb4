"""Whose turn it is: one worker has a tenant's load sources in hand at a time, for so long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID, uuid4

import structlog
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.actions.load_source_files import ENDED
from accounts.models import LoadSource, LoadSourceFile, Tenant
from accounts.tenancy import tenant_scope

log = structlog.get_logger("tenure.load_sources")

# Seconds in which a worker begins another file, and what it takes at a time; the rest goes behind
# other tenants'.
BUDGET = 60.0
MOST_FILES = 200
MOST_BYTES = 1 << 30
# After it, who had a tenant's sources in hand counts as dead; while a file comes it is renewed.
LEASE = timedelta(minutes=2)
RENEWED = 20.0
State = LoadSourceFile.State


@dataclass
class Run:
    """What one worker does at a time. ``settled``: ids of the files whose loads have ended.
    ``has_limits``: after so many files and bytes it is somebody else's turn."""

    tenant: Tenant
    claim: UUID
    until: float
    files: int = 0
    bytes: int = 0
    settled: list[int] = field(default_factory=list)
    renewed: float = field(default_factory=monotonic)
    has_limits: bool = True

    def is_spent(self) -> bool:
        if monotonic() > self.until:
            return True
        return self.has_limits and (self.files >= MOST_FILES or self.bytes >= MOST_BYTES)

    def beat(self) -> None:
        """
        Raises:
            TakenOver: somebody else has the sources in hand by now.
        """
        if monotonic() - self.renewed >= RENEWED:
            self.renew()

    def renew(self) -> None:
        with tenant_scope(self.tenant.pk):
            held = LoadSource.objects.filter(claim=self.claim)
            if not held.update(claimed_until=timezone.now() + LEASE):
                raise TakenOver
        self.renewed = monotonic()


class TakenOver(Exception):
    """This worker was taken for dead."""


@contextmanager
def holding(tenant_id: int, *, budget: float = BUDGET) -> Iterator[Run | None]:
    """The tenant's sources are this worker's; None: they are another one's, or there are none."""
    now, claim = timezone.now(), uuid4()
    tenant = Tenant.objects.get(pk=tenant_id)
    with tenant_scope(tenant_id):
        # Of two who come at once the second waits here, and finds them held.
        rows = list(LoadSource.objects.select_for_update(no_key=True).order_by("pk"))
        is_free = bool(rows) and not is_held(now)
        if is_free:
            LoadSource.objects.update(claim=claim, claimed_until=now + LEASE)
    if not is_free:
        yield None
        return
    try:
        yield Run(tenant, claim, monotonic() + budget)
    except TakenOver:
        log.warning("load sources taken over", tenant=tenant_id)
    finally:
        with tenant_scope(tenant_id):
            held = LoadSource.objects.filter(claim=claim)
            held.update(claim=None, claimed_until=None)


def sources_wait(*, tenant_id: int) -> bool:
    """Whether a source is to be looked at, or a file to be loaded or settled, now."""
    now = timezone.now()
    with tenant_scope(tenant_id):
        return not is_held(now) and bool(due_sources(now).exists())


def due_sources(now: datetime) -> QuerySet[LoadSource]:
    """Those that are to be looked at, or have a file to be loaded or settled, the longest due first."""
    files = LoadSourceFile.objects.filter(source=OuterRef("pk"))
    taken = files.filter(state=State.TAKEN)
    ended = taken.filter(Q(load=None) | Q(load__state__in=ENDED))
    waiting = files.filter(state=State.WAITING, is_current=True)
    found: QuerySet[LoadSource] = LoadSource.objects.filter(
        Q(is_active=True, next_look_at__lte=now)
        | Q(Exists(waiting), ~Exists(taken), is_active=True, failures=0)
        | Exists(ended)
    )
    return found.order_by("next_look_at", "pk")


def is_held(now: datetime) -> bool:
    """Whether a worker has them in hand that counts as alive."""
    return bool(LoadSource.objects.filter(claimed_until__gt=now).exists())
