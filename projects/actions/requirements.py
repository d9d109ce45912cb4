"""Capturing what customers ask for, and saying whether the signed scope holds it."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Colleague, Contact, Touchpoint, User
from projects.models import Classification, Project, Requirement, SowItem
from projects.queries.change_requests import scope_items


@transaction.atomic
def capture_requirement(
    *,
    project: Project,
    text: str,
    raised_on: date,
    contact: Contact | None = None,
    colleague: Colleague | None = None,
    touchpoint: Touchpoint | None = None,
    by: User | None,
) -> Requirement:
    """Write down what somebody wants; nobody has classified it yet. ``by`` None: the contact wrote
    it down, on the page that they have a link to.

    Raises:
        ValidationError: nobody raised it, or two people; the contact or the touchpoint is another
            customer's.
    """
    if (contact is None) == (colleague is None):
        raise ValidationError({"contact": _("Name who raised it: a contact or a colleague.")})
    for found in (contact, touchpoint):
        if found is not None and found.customer_id != project.customer_id:
            raise ValidationError(_("This belongs to another customer."))
    # One at a time for a project, so that no number is given twice.
    Project.objects.select_for_update().get(pk=project.pk)
    latest = Requirement.objects.filter(project=project).aggregate(number=Max("number"))["number"]
    requirement = Requirement.objects.create(
        project=project,
        number=(latest or 0) + 1,
        text=text.strip(),
        raised_on=raised_on,
        contact=contact,
        colleague=colleague,
        touchpoint=touchpoint,
        captured_by=by,
    )
    record(
        "requirement.captured", by=by, about=requirement, project=project.name,
        **({"contact": contact.name} if contact is not None and by is None else {}),
    )  # fmt: skip
    return requirement


@transaction.atomic
def classify_requirement(
    *, requirement: Requirement, kind: str, item: SowItem | None, why: str, by: User | None
) -> Classification:
    """Say whether the signed scope holds a requirement; what was said before stays.

    Raises:
        ValidationError: in scope without an item, an item that is not in the baseline, no reason,
            or a change request was drafted from it and it is no longer to be out of scope.
    """
    current = Requirement.objects.select_for_update().get(pk=requirement.pk)
    if not why.strip():
        raise ValidationError({"why": _("Say why.")})
    if kind == Classification.Kind.IN_SCOPE and item is None:
        raise ValidationError({"item": _("Name the item of the signed scope that holds it.")})
    if item is not None and not scope_items(requirement.project).filter(pk=item.pk).exists():
        raise ValidationError({"item": _("This item is not in the baseline.")})
    change = current.change_request
    if (
        change is not None
        and kind != Classification.Kind.OUT_OF_SCOPE
        and change.state not in (change.State.WITHDRAWN, change.State.DECLINED)
    ):
        raise ValidationError(
            {"kind": _("Withdraw its change request first: what is in scope needs none.")}
        )
    made = Classification.objects.create(
        requirement=current, kind=kind, item=item, why=why.strip(), by=by
    )
    record(
        "requirement.classified",
        by=by,
        about=requirement,
        classification=kind,
        item=item.title if item else "",
        why=made.why,
    )
    return made
