"""Which replay a worker computes; claimed, counted and followed by others as nights are. Nights come
first.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Tenant
from segmentation.actions.nights import NightRefused
from segmentation.actions.progress import forget_replay_progress, tell_replay_progress_of
from segmentation.actions.replay_chains import is_chain_under_way
from segmentation.actions.replay_requests import ReplayRefused
from segmentation.actions.replays import compute_replay
from segmentation.actions.tries import Work
from segmentation.actions.turns import Turn, has_turn
from segmentation.models import Night, Replay
from segmentation.queries.pulse import UNFINISHED

State = Night.State


class ReplayWork(Work[Replay]):
    noun = "replay"

    def rows(self) -> QuerySet[Replay]:
        return Replay.objects.select_related("night__rule_set").order_by("pk")

    def compute(self, tenant: Tenant, row: Replay) -> None:
        compute_replay(
            tenant=tenant, replay=row, progress=tell_replay_progress_of(tenant.id, row.pk)
        )
        self.log.info("replay computed", differing=row.differing, restated=bool(row.restated_at))
        if row.is_alarm:
            self.log.error(
                "a night computed again as known then says something else", night=row.night_id
            )

    def forget_progress(self, tenant_id: int, pk: int) -> None:
        forget_replay_progress(tenant_id, pk)

    def is_final(self, error: Exception) -> bool:
        """What is refused will be refused again."""
        return isinstance(error, NightRefused)


REPLAYS = ReplayWork()


def work_on_replay(*, tenant: Tenant, replay_id: int) -> None:
    """Claim a replay and compute it; called with its id by a worker. Safe to call twice: one call
    wins the claim, the others do nothing."""
    REPLAYS.work_on(tenant, replay_id)


def due_replay(*, now: datetime) -> int | None:
    """The id of the replay that a worker is to compute now, if any; called in the tenant's scope by
    the sweeper, which enqueues it when the scope is committed. Two sweepers at once give it once."""
    if not Replay.objects.filter(state__in=UNFINISHED).exists():
        return None
    if not has_turn(Turn.NIGHTS):
        return None
    REPLAYS.free_dead(now)
    if Night.objects.filter(state__in=UNFINISHED).exists():
        return None
    return REPLAYS.next_due(now)


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
