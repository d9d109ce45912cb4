"""Goals, joint milestones and privileges of a customer: written, changed and taken away by hand.

What changes or goes stays as it was known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions, note_creation
from accounts.contact_links import new_secret
from accounts.models import Contact, Customer, Tenant, User
from accounts.tenancy import current_tenant_id
from service.models import Goal, JointMilestone, Privilege, SuccessPlanLink

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
LINK_DAYS = 180

PlanRow = Goal | JointMilestone | Privilege
FIELDS: dict[type[Model], tuple[str, ...]] = {
    Goal: ("title", "text", "measure", "target", "by_on", "state", "is_shared"),
    JointMilestone: (*("title", "goal", "due_on", "colleague", "contact", "done_on", "is_shared"),),
    Privilege: ("title", "text", "from_on", "to_on", "is_shared"),
}
# In audit records; "is_shared" is of customer groups there.
TOLD_AS = {"is_shared": "shown_to_customer"}
ADDED: dict[type[Model], str] = {
    Goal: "goal.added",
    JointMilestone: "joint_milestone.added",
    Privilege: "privilege.added",
}
CHANGED: dict[type[Model], str] = {
    Goal: "goal.changed",
    JointMilestone: "joint_milestone.changed",
    Privilege: "privilege.changed",
}
REMOVED: dict[type[Model], str] = {
    Goal: "goal.removed",
    JointMilestone: "joint_milestone.removed",
    Privilege: "privilege.removed",
}


def today_of_tenant() -> date:
    """Today where the tenant is."""
    today: date = Tenant.objects.get(pk=current_tenant_id()).local_date(timezone.now())
    return today


@transaction.atomic
def add_row(
    *, model: type[PlanRow], customer: Customer, values: Mapping[str, Any], by: User | None
) -> PlanRow:
    """A new goal, milestone or privilege of a customer.

    Args:
        values: some of ``FIELDS`` of the model.

    Raises:
        ValidationError: by the field that cannot be.
    """
    now = timezone.now()
    row = model(customer=customer, known_from=now)
    _set(row, values)
    row.save()
    note_creation(row, at=now)
    record(ADDED[model], by=by, about=row, customer=customer.name, **_told(row, values))
    return row


@transaction.atomic
def change_row(
    *, row: PlanRow, values: Mapping[str, Any], seen: int | None = None, by: User | None
) -> PlanRow:
    """Give a row other values.

    Args:
        seen: the ``version`` that the person changed; another is in force now: refused.

    Raises:
        ValidationError: by field; changed meanwhile.
    """
    current = _locked(row, seen)
    before = _told(current, FIELDS[type(current)])
    now = timezone.now()
    kept = [current]
    _set(current, values)
    after = _told(current, FIELDS[type(current)])
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return current
    keep_versions(kept, until=now)
    current.known_from = now
    current.version += 1
    current.save()
    record(
        CHANGED[type(current)],
        by=by,
        about=current,
        customer=current.customer.name,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return current


@transaction.atomic
def remove_row(*, row: PlanRow, by: User | None) -> None:
    """Take a row away; milestones of a goal stay, without it."""
    current = _locked(row, None)
    now = timezone.now()
    if isinstance(current, Goal):
        concerned = JointMilestone.objects.filter(goal=current.pk)
        keep_versions(list(concerned), until=now)
        concerned.update(goal=None, known_from=now)
    keep_versions([current], until=now)
    record(REMOVED[type(current)], by=by, about=current, customer=current.customer.name)
    current.delete()


@transaction.atomic
def give_plan_link(
    *, customer: Customer, contact: Contact, language: str, by: User | None
) -> tuple[SuccessPlanLink, str]:
    """Let a contact follow the success plan for 180 days. A link that they had stops working.

    Returns the link and its secret, which cannot be had again.

    Raises:
        ValidationError: the contact is another customer's.
    """
    if contact.customer_id != customer.pk:
        raise ValidationError({"contact": _("This belongs to another customer.")})
    # One at a time for a customer, so that a contact has one link.
    Customer.objects.select_for_update().get(pk=customer.pk)
    now = timezone.now()
    SuccessPlanLink.objects.filter(customer=customer, contact=contact, revoked_at=None).update(
        revoked_at=now
    )
    secret, secret_hash = new_secret()
    link = SuccessPlanLink.objects.create(
        customer=customer,
        contact=contact,
        name=contact.name,
        language=language,
        secret_hash=secret_hash,
        sent_by=by,
        sent_at=now,
        expires_at=now + timedelta(days=LINK_DAYS),
    )
    record(
        "success_plan.shared",
        by=by,
        about=customer,
        contact=contact.name,
        until=link.expires_at.isoformat(),
    )
    return link, secret


@transaction.atomic
def revoke_plan_link(*, link: SuccessPlanLink, by: User | None) -> None:
    """End a link.

    Raises:
        ValidationError: it was taken back before.
    """
    revoked = SuccessPlanLink.objects.filter(pk=link.pk, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if not revoked:
        raise ValidationError(_("This link was taken back before."))
    record("success_plan.link_revoked", by=by, about=link.customer, contact=link.name)


def _locked(row: PlanRow, seen: int | None) -> PlanRow:
    current = type(row).objects.select_for_update().filter(pk=row.pk).first()
    if current is None or (seen is not None and current.version != seen):
        raise ValidationError(
            _("This was changed meanwhile. Look at it as it is now and change it again.")
        )
    found: PlanRow = current
    return found


def _set(row: PlanRow, values: Mapping[str, Any]) -> None:
    """Put the values on the row, and say of every field whether it can be.

    Raises:
        ValidationError: by field.
    """
    for name, value in values.items():
        if name not in FIELDS[type(row)]:
            raise ValueError(name)
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    faults: dict[str, str] = {}
    if not row.title:
        faults["title"] = _("Give it a title.")
    if isinstance(row, Goal):
        _check_goal(row, faults)
    elif isinstance(row, JointMilestone):
        _check_milestone(row, faults)
    elif row.to_on and row.to_on < row.from_on:
        faults["to_on"] = _("It cannot end before it begins.")
    for name in ("by_on", "due_on", "from_on", "to_on", "done_on"):
        day = getattr(row, name, None)
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            faults[name] = _("Give a day between 2000 and 2100.")
    if faults:
        raise ValidationError(faults)


def _check_goal(goal: Goal, faults: dict[str, str]) -> None:
    if goal.measure and goal.target is None:
        faults["target"] = _("Say which value is to be reached.")
    if goal.target is not None and not goal.measure:
        faults["measure"] = _("Say what the value is of.")
    if goal.state == Goal.State.OPEN:
        goal.settled_on = None
    elif goal.settled_on is None:
        goal.settled_on = today_of_tenant()


def _check_milestone(milestone: JointMilestone, faults: dict[str, str]) -> None:
    theirs = _("This belongs to another customer.")
    if milestone.goal and milestone.goal.customer_id != milestone.customer_id:
        faults["goal"] = theirs
    if milestone.contact and milestone.contact.customer_id != milestone.customer_id:
        faults["contact"] = theirs
    if milestone.done_on and milestone.done_on > today_of_tenant():
        faults["done_on"] = _("This day is still to come.")


def _told(row: PlanRow, names: Mapping[str, Any] | tuple[str, ...]) -> dict[str, Any]:
    """Values as the audit record keeps them."""
    return {TOLD_AS.get(name, name): _word(getattr(row, name)) for name in names}


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    return "" if value is None else str(value)[:300]
