"""Ticking off the steps of work, and taking a change of work back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from accounts.models import User
from service.actions.cta_changes import Batch, Changed, keep, lock, one_open_of_play, record_each
from service.actions.cta_events import CLOSED, REOPENED, tell_ctas
from service.actions.cta_work import OPEN, refuse_second_open
from service.actions.ranks import refresh_ranks
from service.models import Cta, CtaStep, WorkChange


@transaction.atomic
def complete_step(*, step: CtaStep, seen: int, by: User | None) -> Changed:
    """Tick a step off. With the last one the work is done.

    Raises:
        ValidationError: it is ticked off already.
        WorkConflict: see service.actions.cta_changes.lock.
    """
    batch, current = _step(step, seen)
    if current.done_at is not None:
        raise ValidationError(_("This step is done already."))
    now = timezone.now()
    CtaStep.objects.filter(pk=current.pk).update(done_at=now, done_by=by)
    values: dict[str, Any] = {}
    if not CtaStep.objects.filter(cta=current.cta_id, done_at=None).exists():
        values = {
            "state": Cta.State.DONE,
            "closed_at": now,
            "closed_by": by,
            "snoozed_until": None,
        }
    return keep(
        batch, "cta.step_done", values, told={"step": current.title}, by=by, step=current.pk
    )


@transaction.atomic
def reopen_step(*, step: CtaStep, seen: int, by: User | None) -> Changed:
    """Say that a step is not done after all; its work has to be open.

    Raises:
        ValidationError: it is not ticked off.
        WorkConflict: see service.actions.cta_changes.lock.
    """
    batch, current = _step(step, seen)
    if current.done_at is None:
        raise ValidationError(_("This step is not done yet."))
    CtaStep.objects.filter(pk=current.pk).update(done_at=None, done_by=None)
    return keep(batch, "cta.step_reopened", {}, told={"step": current.title}, by=by)


def _step(step: CtaStep, seen: int) -> tuple[Batch, CtaStep]:
    batch = lock({step.cta_id: seen}, states=OPEN)
    return batch, CtaStep.objects.get(pk=step.pk)


@transaction.atomic
def undo_change(*, change: WorkChange, by: User) -> int:
    """Give each piece of work back what it was before a change; returns how many.

    Raises:
        ValidationError: it is undone already, one of them was changed since, or other work of its
            play is open by now; then nothing is undone.
    """
    current = WorkChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if current.undone_at is not None:
        raise ValidationError(_("This is undone already."))
    rows = {row["cta"]: row for row in current.rows}
    ctas = list(
        Cta.objects.filter(pk__in=rows)
        .select_for_update(of=("self",))
        .select_related("customer")
        .order_by("pk")
    )
    if len(ctas) != len(rows) or any(cta.version_seen != rows[cta.pk]["version"] for cta in ctas):
        raise ValidationError(_("Some of this work was changed since, so nothing was undone."))
    opened = [cta for cta in ctas if rows[cta.pk]["before"]["state"] == Cta.State.OPEN]
    refuse_second_open([cta for cta in opened if cta.state != Cta.State.OPEN])
    _give_back_steps(rows)
    was_open = {cta.pk: cta.state == Cta.State.OPEN for cta in ctas}
    for cta in ctas:
        for name, value in _read(rows[cta.pk]["before"]).items():
            setattr(cta, name, value)
        cta.version_seen = F("version_seen") + 1
    names = list(_FIELDS.values())
    with one_open_of_play():
        Cta.objects.bulk_update(ctas, [*names, "version_seen"], batch_size=500)
    current.undone_at = timezone.now()
    current.save(update_fields=["undone_at"])
    record_each(ctas, "cta.undone", by=by, undone=current.verb)
    changed = [cta for cta in ctas if (cta.state == Cta.State.OPEN) != was_open[cta.pk]]
    tell_ctas(REOPENED, (cta.pk for cta in changed if cta.state == Cta.State.OPEN))
    tell_ctas(CLOSED, (cta.pk for cta in changed if cta.state != Cta.State.OPEN))
    refresh_ranks(ctas=[cta.pk for cta in opened])
    return len(ctas)


_FIELDS = {
    "state": "state",
    "owner_id": "owner",
    "snoozed_until": "snoozed_until",
    "closed_at": "closed_at",
    "closed_by_id": "closed_by",
    "close_reason": "close_reason",
    "close_note": "close_note",
}


def _read(before: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **before,
        "snoozed_until": parse_date(before["snoozed_until"] or ""),
        "closed_at": parse_datetime(before["closed_at"] or ""),
    }


def _give_back_steps(rows: Mapping[int, Mapping[str, Any]]) -> None:
    """Steps that went along with the work go back to who had it; one ticked off is open again."""
    for owner in {row["before"]["owner_id"] for row in rows.values() if row["steps"]}:
        steps = [
            pk for row in rows.values() if row["before"]["owner_id"] == owner for pk in row["steps"]
        ]
        CtaStep.objects.filter(pk__in=steps).update(owner_id=owner)
    ticked = [row["step"] for row in rows.values() if row["step"]]
    CtaStep.objects.filter(pk__in=ticked).update(done_at=None, done_by=None)
