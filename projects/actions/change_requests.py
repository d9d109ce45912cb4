"""Drafting, approving and withdrawing change requests. Signing them is in ``signing``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions, note_creation
from accounts.models import User
from projects.models import ChangeItem, ChangeRequest, Classification, Project, Requirement
from projects.queries.change_requests import others_may_approve

State = ChangeRequest.State
OPEN = (State.DRAFT, State.APPROVED_INTERNALLY)


@dataclass(frozen=True)
class ChangeValues:
    """What a person states of a change: effort in person-days, price in the tenant's currency,
    days_later in working days; items as (title, person-days), which add up to the effort or are
    none: then the change itself becomes the item."""

    title: str
    text: str
    effort_days: Decimal | None
    price: Decimal | None
    days_later: int
    items: Sequence[tuple[str, Decimal]] = ()


class ChangeConflict(Exception):
    """Somebody changed the change request since it was on screen."""


@transaction.atomic
def draft_change(
    *, requirement: Requirement, values: ChangeValues, raised_on: date, by: User | None
) -> ChangeRequest:
    """A change request from a requirement that is out of scope.

    Raises:
        ValidationError: the requirement is not out of scope or has an open or signed change request;
            the items do not add up.
    """
    current = Requirement.objects.select_for_update().get(pk=requirement.pk)
    latest = current.classifications.order_by("-id").first()
    if latest is None or latest.kind != Classification.Kind.OUT_OF_SCOPE:
        raise ValidationError(_("Only what is out of scope becomes a change request."))
    before = current.change_request
    if before is not None and before.state not in (State.DECLINED, State.WITHDRAWN):
        raise ValidationError(_("This requirement has its change request."))
    _add_up(values)
    now = timezone.now()
    change = ChangeRequest.objects.create(
        project=current.project,
        key=_free_key(current.project),
        raised_on=raised_on,
        drafted_by=by,
        known_from=now,
        **_columns(values),
    )
    note_creation(change, at=now)
    _write_items(change, values)
    current.change_request = change
    current.save(update_fields=["change_request"])
    requirement.change_request = change
    record(
        "change_request.drafted",
        by=by,
        about=change,
        project=current.project.name,
        requirement=str(current),
    )
    return change


@transaction.atomic
def edit_change(*, change: ChangeRequest, seen: int, values: ChangeValues, by: User | None) -> None:
    """Give an undecided change request these values. One that was approved is a draft again, and
    links that were sent no longer open.

    Raises:
        ChangeConflict: its version is another than ``seen``.
        ValidationError: it is decided, or the items do not add up.
    """
    current = locked(change)
    if current.state not in OPEN:
        raise ValidationError(_("This change request is decided; it can no longer be altered."))
    if current.version != seen:
        raise ChangeConflict
    _add_up(values)
    now = timezone.now()
    keep_versions([current], until=now)
    was = current.state
    for name, value in _columns(values).items():
        setattr(current, name, value)
    current.state = State.DRAFT
    current.version += 1
    # Who altered it last has written what is to be approved; a program takes nobody's place.
    current.drafted_by = by or current.drafted_by
    current.approved_by, current.approved_at = None, None
    current.known_from = now
    current.save()
    ChangeItem.objects.filter(change_request=current).delete()
    _write_items(current, values)
    record("change_request.changed", by=by, about=current, state=str(was))
    change.refresh_from_db()


@transaction.atomic
def approve_change(*, change: ChangeRequest, seen: int, by: User) -> None:
    """Say inside the vendor that a draft may go to the customer.

    Raises:
        ChangeConflict: its version is another than ``seen``.
        ValidationError: it is no draft, it is not complete, or ``by`` wrote it and somebody else
            could approve it.
    """
    current = locked(change)
    if current.state != State.DRAFT:
        raise ValidationError(_("Only a draft can be approved."))
    if current.version != seen:
        raise ChangeConflict
    if current.effort_days is None or current.price is None or not current.text.strip():
        raise ValidationError(
            _("State what is to be done, the effort and the price before it is approved.")
        )
    if current.drafted_by_id == by.pk and others_may_approve(current):
        raise ValidationError(_("You wrote this change request: somebody else has to approve it."))
    now = timezone.now()
    keep_versions([current], until=now)
    current.state = State.APPROVED_INTERNALLY
    current.approved_by, current.approved_at = by, now
    current.known_from = now
    current.save()
    record("change_request.approved", by=by, about=current, project=current.project.name)
    change.refresh_from_db()


@transaction.atomic
def withdraw_change(*, change: ChangeRequest, on: date, by: User | None) -> None:
    """Take an undecided change request back; its links no longer open.

    Raises:
        ValidationError: it is decided.
    """
    current = locked(change)
    if current.state not in OPEN:
        raise ValidationError(_("This change request is decided; it cannot be withdrawn."))
    decide(current, State.WITHDRAWN, on=on, at=timezone.now())
    record("change_request.withdrawn", by=by, about=current, project=current.project.name)
    change.refresh_from_db()


def locked(change: ChangeRequest) -> ChangeRequest:
    """The change request as it is now, held until the transaction ends: whatever decides it waits
    here for what decides it first."""
    found: ChangeRequest = ChangeRequest.objects.select_for_update().get(pk=change.pk)
    return found


def decide(change: ChangeRequest, state: str, *, on: date, at: datetime) -> None:
    """Give a locked change request its last state, with the day that belongs to it."""
    keep_versions([change], until=at)
    change.state = state
    if state == State.SIGNED:
        change.signed_on = on
    else:
        change.decided_on = on
    change.known_from = at
    change.save()


def _columns(values: ChangeValues) -> dict[str, object]:
    return {
        "title": values.title.strip(),
        "text": values.text.strip(),
        "effort_days": values.effort_days,
        "price": values.price,
        "days_later": values.days_later,
    }


def _add_up(values: ChangeValues) -> None:
    if not values.items:
        return
    total = sum((days for _title, days in values.items), Decimal(0))
    if values.effort_days is None or total != values.effort_days:
        raise ValidationError(
            {"effort_days": _("The items add up to %(total)s person-days.") % {"total": total}}
        )


def _write_items(change: ChangeRequest, values: ChangeValues) -> None:
    ChangeItem.objects.bulk_create(
        ChangeItem(change_request=change, position=place, title=title.strip(), effort_days=days)
        for place, (title, days) in enumerate(values.items, 1)
    )


def _free_key(project: Project) -> str:
    """CR-1, CR-2, … as the project does not have yet. One at a time for a project."""
    Project.objects.select_for_update().get(pk=project.pk)
    taken = set(ChangeRequest.objects.filter(project=project).values_list("key", flat=True))
    number = len(taken) + 1
    while f"CR-{number}" in taken:
        number += 1
    return f"CR-{number}"
