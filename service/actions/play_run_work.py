"""Which night's plays are to be run, and running them as work that is a row: see tries."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from accounts.models import Tenant
from segmentation.actions.tries import Work
from segmentation.actions.turns import Turn, has_turn
from segmentation.models import Night
from segmentation.queries.pulse import UNFINISHED
from segmentation.queries.stored import stored_nights
from service.actions.play_notices import tell_of_giving_up
from service.actions.play_runs import run_plays
from service.models import PlayRun

MOST_DAYS_LATE = timedelta(days=14)
"""Plays of a night that is older are not run any more: what happened then is history."""


class PlayWork(Work[PlayRun]):  # type: ignore[type-var] # a row of the same make
    noun = "play_run"

    def rows(self) -> QuerySet[PlayRun]:
        return PlayRun.objects.order_by("-as_of")

    def compute(self, tenant: Tenant, row: PlayRun) -> None:
        run_plays(tenant=tenant, run=row)

    def give_up(self, row: PlayRun, now: datetime) -> None:
        tell_of_giving_up(run=row, now=now)

    def forget_progress(self, tenant_id: int, pk: int) -> None:
        """Nobody watches it."""


RUNS = PlayWork()


def work_on_run(*, tenant: Tenant, run_id: int) -> bool:
    """Claim a run and do it. Safe to call twice: one call wins the claim."""
    return RUNS.work_on(tenant, run_id)


def due_run(*, tenant: Tenant, now: datetime) -> int | None:
    """The id of the run that a worker is to do now, if any; called in the tenant's scope by the
    sweeper.

    The newest stored night alone sets plays off, once it stands: an older one that is computed late
    or again is history. A night that was restated after its run is run again.
    """
    night = stored_nights().filter(state=Night.State.DONE).only("as_of", "digest").first()
    if night is None or night.as_of < tenant.last_ended_day(now) - MOST_DAYS_LATE:
        return None
    run = PlayRun.objects.filter(as_of=night.as_of).first()
    if run is not None and run.state == Night.State.DONE and run.night_digest == night.digest:
        return None
    if not has_turn(Turn.NIGHTS):
        return None
    RUNS.free_dead(now)
    # The newest night's run looks back over those that were not done.
    PlayRun.objects.filter(as_of__lt=night.as_of, state__in=UNFINISHED).delete()
    if run is None:
        PlayRun.objects.bulk_create([PlayRun(as_of=night.as_of)], ignore_conflicts=True)
    elif run.state == Night.State.DONE:
        PlayRun.objects.filter(pk=run.pk, state=Night.State.DONE).update(
            state=Night.State.QUEUED, attempts=0, queued_at=None, not_before=None
        )
    return RUNS.next_due(now)
