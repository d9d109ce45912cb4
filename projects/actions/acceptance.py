"""That the customer accepted a project: the one place where its day is written on screen."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions
from accounts.models import Tenant, User
from accounts.signals import customer_facts_changed
from projects.actions.scans import keep_scan
from projects.models import Acceptance, Gate, Project


@transaction.atomic
def record_acceptance(
    *,
    project: Project,
    on: date,
    by: User | None,
    reason: str = "",
    scan: tuple[str, bytes] | None = None,
    gate: Gate | None = None,
) -> Acceptance:
    """Write the day on which the customer accepted; from then on the project awaits its handover.

    Args:
        by: None: the customer's own sign-off did it.
        reason: why a person records it by hand.
        scan: name and bytes of the stamped paper.
        gate: the gate that was passed by it.

    Raises:
        ValidationError: it was accepted before, the day lies before its start, or the scan is none.
    """
    current = Project.objects.select_for_update().get(pk=project.pk)
    if current.accepted_on is not None:
        raise ValidationError(_("This project was accepted before."))
    if on < current.starts_on:
        raise ValidationError({"accepted_on": _("This day is before the project started.")})
    kept = keep_scan(*scan) if scan else None
    now = timezone.now()
    keep_versions([current], until=now)
    current.accepted_on, current.awaits_handover = on, True
    current.known_from = now
    current.save(update_fields=["accepted_on", "awaits_handover", "known_from"])
    acceptance = Acceptance.objects.create(
        project=current, accepted_on=on, gate=gate, reason=reason.strip(), scan=kept, recorded_by=by
    )
    record(
        "project.accepted",
        by=by,
        about=current,
        accepted_on=on.isoformat(),
        **({"gate": gate.title} if gate else {}),
        **({"reason": acceptance.reason} if acceptance.reason else {}),
        **({"scan_sha256": kept.sha256} if kept else {}),
    )
    customer_facts_changed.send(sender=Project, customer_ids=[current.customer_id])
    project.refresh_from_db()
    return acceptance


@transaction.atomic
def accept_by_hand(
    *,
    project: Project,
    on: date,
    reason: str,
    scan: tuple[str, bytes] | None,
    tenant: Tenant,
    by: User,
) -> Acceptance:
    """A person records that the customer accepted, on paper or otherwise; the acceptance gate, if
    there is one, is passed by it, and its links no longer open.

    Raises:
        ValidationError: no reason, a day to come, or as :func:`record_acceptance`.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Say how the customer accepted.")})
    if on > tenant.local_date(timezone.now()):
        raise ValidationError({"accepted_on": _("This day is still to come.")})
    # The gate first, as everything that decides it does; then the project.
    gate = Gate.objects.select_for_update().filter(project=project, is_acceptance=True).first()
    if gate is not None and gate.state != Gate.State.PASSED:
        gate.state, gate.passed_on = Gate.State.PASSED, on
        gate.version += 1
        gate.save()
        record("gate.passed", by=by, about=gate, project=project.name, reason=reason.strip())
    return record_acceptance(project=project, on=on, by=by, reason=reason, scan=scan, gate=gate)
