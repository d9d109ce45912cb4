"""What becomes of the items of a handover: done or dropped with the reason, open again, noted."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import User
from projects.actions.handovers import changed_list, locked_handover, locked_item
from projects.models import Handover, HandoverItem, HandoverItemNote

State = HandoverItem.State


@transaction.atomic
def settle_item(*, item: HandoverItem, seen: int, state: str, why: str, by: User | None) -> None:
    """Say that an item is done or dropped, or open again, and why. Before the handover was accepted
    this is a change of the list.

    Raises:
        HandoverConflict: its version is another than ``seen``.
        ValidationError: no reason, no change, or the handover is proposed.
    """
    handover = locked_handover(item.handover)
    current = locked_item(item, seen)
    if state not in State.values:
        raise ValueError(state)
    if handover.state == Handover.State.PROPOSED:
        raise ValidationError(_("The handover waits for its answer; its list stays as it is."))
    if current.state == state:
        raise ValidationError(_("That is its state already."))
    if not why.strip():
        raise ValidationError({"why": _("Say why.")})
    before = current.state
    current.state, current.state_why = state, why.strip()
    current.state_by, current.state_at = by, timezone.now()
    current.version += 1
    current.save()
    if handover.state != Handover.State.ACCEPTED:
        changed_list(handover)
    record(
        "handover_item.settled", by=by, about=current, project=handover.project.name,
        before={"state": before}, after={"state": str(state)}, why=current.state_why,
    )  # fmt: skip
    item.refresh_from_db()


@transaction.atomic
def note_item(*, item: HandoverItem, text: str, by: User | None) -> HandoverItemNote:
    """Write down what was found out or agreed about an item.

    Raises:
        ValidationError: nothing said.
    """
    if not text.strip():
        raise ValidationError({"text": _("Say something.")})
    note = HandoverItemNote.objects.create(item=item, text=text.strip(), by=by)
    record(
        "handover_item.noted", by=by, about=item, project=item.handover.project.name,
        note=note.text,
    )  # fmt: skip
    return note
