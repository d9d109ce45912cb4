"""What people do with open work: put it off, hand it on, close it, open it again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import program
from accounts.actions.notifications import notify
from accounts.addresses import tenant_path
from accounts.models import Colleague, Customer, User
from service.actions.cta_changes import Batch, Changed, Seen, keep, lock, second_open
from service.actions.ranks import refresh_ranks
from service.models import Cta, CtaStep
from service.queries.close_reasons import offered

OPEN = (str(Cta.State.OPEN),)
CLOSED = tuple(str(state) for state in Cta.State if state != Cta.State.OPEN)
LONGEST_SNOOZE_DAYS = 366
LONGEST_NOTE = 4000


@transaction.atomic
def snooze(*, seen: Seen, until: date | None, today: date, by: User | None) -> Changed:
    """Put work out of sight until a day, on which it comes back; None: back at once.

    Raises:
        ValidationError: by ``until``: not a later day, or more than a year off.
        WorkConflict: see service.actions.cta_changes.lock.
    """
    if until is not None and until <= today:
        raise ValidationError({"until": _("Give a day after today.")})
    if until is not None and until > today + timedelta(days=LONGEST_SNOOZE_DAYS):
        raise ValidationError({"until": _("Work can be put off by a year at most.")})
    batch = lock(seen, states=OPEN)
    told = {"until": until.isoformat() if until else ""}
    return keep(batch, "cta.snoozed", {"snoozed_until": until}, told=told, by=by)


@transaction.atomic
def reassign(*, seen: Seen, owner: Colleague | None, by: User | None) -> Changed:
    """Hand work on to a colleague (None: to nobody), with the open steps of who had it.

    Raises:
        WorkConflict: see service.actions.cta_changes.lock.
    """
    batch = lock(seen, states=OPEN)
    theirs = [cta for cta in batch.ctas if cta.owner_id != (owner.pk if owner else None)]
    batch = Batch(theirs, batch.passed_over + len(batch.ctas) - len(theirs))
    steps = CtaStep.objects.filter(
        cta__in=[cta.pk for cta in theirs], cta__owner=F("owner"), done_at=None
    )
    moved = defaultdict(list)
    for cta_id, pk in steps.values_list("cta_id", "pk"):
        moved[cta_id].append(pk)
    batch.steps.update(moved)
    CtaStep.objects.filter(pk__in=[pk for pks in moved.values() for pk in pks]).update(owner=owner)
    told = {"owner": owner.name if owner else ""}
    _tell_owner(theirs, owner, by)
    return keep(batch, "cta.reassigned", {"owner": owner}, told=told, by=by)


def _tell_owner(handed_on: Sequence[Cta], owner: Colleague | None, by: User | None) -> None:
    """The colleague finds out, where it is a member and not who does it: one line, however much."""
    if owner is None or not handed_on:
        return
    given: dict[str, Any] = {"by": str(by) if by else program.get()}
    if len(handed_on) == 1:
        kind, path = "work.handed_on", tenant_path("cta", handed_on[0].pk)
        customer = Customer.objects.get(pk=handed_on[0].customer_id)
        given |= {"title": handed_on[0].title, "customer": customer.name}
    else:
        kind, path = "work.handed_on_many", tenant_path("work")
        given["count"] = len(handed_on)
    notify(member=owner.membership, kind=kind, values=given, path=path, by=by)


@transaction.atomic
def close(*, seen: Seen, ending: str, reason: str = "", note: str = "", by: User | None) -> Changed:
    """Say that work is ``done`` or ``dismissed``.

    Args:
        reason: key of one that the tenant offers for that ending; dismissing needs one.

    Raises:
        ValidationError: by ``reason`` or ``note``.
        WorkConflict: see service.actions.cta_changes.lock.
    """
    if ending not in (Cta.State.DONE, Cta.State.DISMISSED):
        raise ValueError(ending)
    note = note.strip()
    if not reason and ending == Cta.State.DISMISSED:
        raise ValidationError({"reason": _("Say why it is dismissed.")})
    reasons = {one.key: one for one in offered(ending)}
    if reason and reason not in reasons:
        raise ValidationError({"reason": _("This reason is not on the list.")})
    if len(note) > LONGEST_NOTE:
        raise ValidationError({"note": _("At most %(most)s characters.") % {"most": LONGEST_NOTE}})
    batch = lock(seen, states=OPEN)
    values = {
        "state": ending,
        "closed_at": timezone.now(),
        "closed_by": by,
        "close_reason": reason,
        "close_note": note,
        "snoozed_until": None,
    }
    # In the tenant's words where it has its own.
    told = {"reason": (reasons[reason].own or reason) if reason else "", "note": note}
    return keep(batch, f"cta.{ending}", values, told=told, by=by)


@transaction.atomic
def reopen(*, seen: Seen, by: User | None) -> Changed:
    """Open closed work again, however it ended.

    Raises:
        ValidationError: other work of the same play is open for the customer by now.
        WorkConflict: see service.actions.cta_changes.lock.
    """
    batch = lock(seen, states=CLOSED)
    refuse_second_open(batch.ctas)
    values = {
        "state": Cta.State.OPEN,
        "closed_at": None,
        "closed_by": None,
        "close_reason": "",
        "close_note": "",
    }
    done = keep(batch, "cta.reopened", values, told={}, by=by)
    refresh_ranks(ctas=[cta.pk for cta in batch.ctas])
    return done


def refuse_second_open(ctas: list[Cta]) -> None:
    """Of one play a customer has one piece of open work.

    Raises:
        ValidationError: one of these would be a second.
    """
    pairs = [(cta.customer_id, cta.play_id) for cta in ctas if cta.play_id is not None]
    taken = Cta.objects.filter(
        state=Cta.State.OPEN,
        customer__in=[customer for customer, _play in pairs],
        play__in=[play for _customer, play in pairs],
    ).exclude(pk__in=[cta.pk for cta in ctas])
    held = set(taken.order_by().values_list("customer_id", "play_id"))
    if held.intersection(pairs) or len(set(pairs)) < len(pairs):
        raise second_open()
