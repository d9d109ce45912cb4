"""Looking at load sources and loading what is there: once each content, whoever dies on the way.

One worker has a tenant's sources in hand at a time, so that a bucket that hangs holds up one worker
and no other tenant's. What a look finds is written down before it is fetched; a file and its load
are written together; and until that load has ended, however often workers die, the source's next
file waits. Nothing of this holds a transaction while it talks to somebody else.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from django.utils import timezone

from accounts.actions.load_source_fetching import settle_files, take_next
from accounts.actions.load_source_files import note_listing
from accounts.actions.load_source_schedule import next_look_after, next_try_after
from accounts.actions.load_source_troubles import tell_of_failure
from accounts.actions.load_source_turns import (
    Run,
    TakenOver,
    due_sources,
    holding,
    sources_wait,
)
from accounts.actions.load_sources import locked, place_of
from accounts.load_places import BadPlace, Place, Unreachable
from accounts.models import LoadSource
from accounts.tenancy import tenant_scope

log = structlog.get_logger("tenure.load_sources")

# A file that is being written is looked at again as soon as it may have settled.
SETTLES = timedelta(seconds=65)


def fetch_loads(*, tenant_id: int) -> bool:
    """Look at a tenant's sources that are due and load some of what is there; returns whether there
    is more to do now. Safe to run twice at once, and to be killed at any moment."""
    with holding(tenant_id) as run:
        if run is None:
            return False
        with tenant_scope(tenant_id):
            due = list(due_sources(timezone.now()).values_list("pk", flat=True))
        for pk in due:
            if run.is_spent():
                break
            work_on_source(run, pk)
    return sources_wait(tenant_id=tenant_id)


def work_on_source(run: Run, pk: int, *, now_too: bool = False) -> None:
    """Settle what has ended, look where it is time or ``now_too``, and load what waits."""
    source = settle_files(run, pk)
    if source is None or not source.is_active:
        return
    try:
        place = place_of(source, run.tenant)
        if now_too or source.is_due(timezone.now()):
            _look(run, source, place)
        while not run.is_spent() and take_next(run, pk, place):
            pass
    except (BadPlace, Unreachable) as trouble:
        _note_failure(run, pk, trouble)
    except TakenOver:
        raise
    except Exception:
        # Whatever it is, it is not tried again and again without a pause.
        log.exception("load source broke", source=pk)
        _note_failure(run, pk, Unreachable("error"))


def _look(run: Run, source: LoadSource, place: Place) -> None:
    """
    Raises:
        BadPlace, Unreachable: nothing was written down.
    """
    listing = place.listed()
    run.renew()
    now = timezone.now()
    with tenant_scope(run.tenant.pk):
        current = locked(source)
        if not current.is_active:
            return
        grows = note_listing(current, listing)
        current.looked_at = now
        current.failures, current.failing_since = 0, None
        current.trouble = current.trouble_detail = ""
        following = next_look_after(current, now, run.tenant.zone)
        current.next_look_at = min(following, now + SETTLES) if grows else following
        current.save(
            update_fields=[
                "last_look", "looked_at", "failures", "failing_since", "trouble",
                "trouble_detail", "next_look_at",
            ]
        )  # fmt: skip


def _note_failure(run: Run, pk: int, trouble: BadPlace | Unreachable) -> None:
    now = timezone.now()
    log.info("load source failed", source=pk, trouble=trouble.code)
    with tenant_scope(run.tenant.pk):
        source = LoadSource.objects.select_for_update(no_key=True).filter(pk=pk).first()
        if source is None or not source.is_active:
            return
        source.looked_at = now
        source.failures += 1
        source.failing_since = source.failing_since or now
        source.trouble, source.trouble_detail = trouble.code, trouble.detail[:100]
        source.next_look_at = next_try_after(source, now, run.tenant.zone)
        source.save(
            update_fields=[
                "looked_at", "failures", "failing_since", "trouble", "trouble_detail",
                "next_look_at",
            ]
        )  # fmt: skip
        tell_of_failure(source, is_definite=isinstance(trouble, BadPlace))
