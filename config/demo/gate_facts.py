"""What the demo's gates are made from: who signs, and how far the work of each phase is."""

from __future__ import annotations

from datetime import date

from django.db.models import Max, Q

from accounts.models import Colleague, Contact, ContactRole, Role
from projects.models import Task


def deciding_contacts(customers: set[int]) -> dict[int, Contact]:
    """Customer → a decision maker of it, else any contact."""
    deciding = ContactRole.objects.filter(
        role=ContactRole.Kind.DECISION_MAKER, contact__customer__in=customers
    ).values_list("contact_id", flat=True)
    found: dict[int, Contact] = {}
    decides = set(deciding)
    for contact in Contact.objects.filter(customer__in=customers).order_by("pk"):
        if contact.customer_id not in found or (
            contact.pk in decides and found[contact.customer_id].pk not in decides
        ):
            found[contact.customer_id] = contact
    return found


def signing_manager() -> Colleague | None:
    """The project manager who can sign in."""
    found: Colleague | None = (
        Colleague.objects.filter(membership__roles__contains=[Role.PROJECT_MANAGER])
        .select_related("membership__user")
        .order_by("pk")
        .first()
    )
    return found


def done_on() -> dict[int, date]:
    """Phase → the day on which its last task was done, of phases with no open task."""
    rows = (
        Task.objects.order_by()
        .values("phase_id")
        .annotate(last=Max("finished_on"), open=Max("pk", filter=~Q(state=Task.State.DONE)))
    )
    return {row["phase_id"]: row["last"] for row in rows if row["open"] is None and row["last"]}


def begun_phases() -> set[int]:
    """Phases in which work has begun and is not done."""
    open_ones = Task.objects.exclude(state=Task.State.DONE).order_by().values("phase")
    begun = Task.objects.filter(started_on__isnull=False, phase__in=open_ones)
    return set(begun.order_by().values_list("phase_id", flat=True))
