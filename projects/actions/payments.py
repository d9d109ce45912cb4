"""Tying instalments to the milestones that they are paid for."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Instalment, User
from projects.models import MilestonePayment, Task


@transaction.atomic
def tie_payment(*, instalment: Instalment, milestone: Task, by: User | None) -> MilestonePayment:
    """Say that an instalment is owed for reaching a milestone, and no longer for another one.

    Raises:
        ValidationError: the task is no milestone, or its project is another customer's.
    """
    current = _locked(instalment)
    if not milestone.is_milestone:
        raise ValidationError(_("Only a milestone is paid for."))
    if milestone.project.customer_id != current.contract.customer_id:
        raise ValidationError(_("This belongs to another customer."))
    tie = MilestonePayment.objects.filter(instalment=current).select_related("milestone").first()
    if tie is not None and tie.milestone_id == milestone.pk:
        return tie
    before = {"milestone": str(tie.milestone)} if tie else {}
    if tie is None:
        tie = MilestonePayment(instalment=current)
    tie.milestone, tie.tied_by, tie.tied_at = milestone, by, timezone.now()
    tie.save()
    record(
        "payment.tied",
        by=by,
        about=milestone,
        project=milestone.project.name,
        contract=current.contract.key,
        due_on=current.due_on.isoformat(),
        before=before,
        after={"milestone": str(milestone)},
    )
    return tie


@transaction.atomic
def untie_payment(*, instalment: Instalment, by: User | None) -> bool:
    """Say that an instalment is owed for no milestone. Returns whether it was for one."""
    current = _locked(instalment)
    tie = (
        MilestonePayment.objects.filter(instalment=current)
        .select_related("milestone__project")
        .first()
    )
    if tie is None:
        return False
    record(
        "payment.untied",
        by=by,
        about=tie.milestone,
        project=tie.milestone.project.name,
        contract=current.contract.key,
        due_on=current.due_on.isoformat(),
    )
    tie.delete()
    return True


def _locked(instalment: Instalment) -> Instalment:
    """Held until the transaction ends, so that it is tied once."""
    found: Instalment = (
        Instalment.objects.select_for_update(of=("self",))
        .select_related("contract")
        .get(pk=instalment.pk)
    )
    return found
