"""Sending reports: from then on they never change. Their letters are written behind that, see
`report_letters`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.webhooks import emit_all
from accounts.letter_texts import is_silent
from accounts.models import Tenant, User
from accounts.tenancy import current_tenant_id
from reports.actions.report_changes import Changed, ReportConflict, Seen, fitting
from reports.compute.documents import ReportKind
from reports.compute.slots import CORRECTION, suggested_modules
from reports.models import Report, ReportRecipient
from reports.queries.report_customers import report_rule, usual_language
from reports.queries.report_readers import (
    Reader,
    internal_readers,
    readers_of_corrected,
    usual_readers,
)
from service.actions.suggestions_of_reports import note_suggestions

State = Report.State


@transaction.atomic
def send_reports(
    *, seen: Seen, tenant: Tenant, by: User, now: datetime | None = None
) -> tuple[Changed, list[Report]]:
    """Send approved reports to whom they are for; from then on they never change.

    Returns what came of it, and those that were left since there is nobody to send them to, or a
    correction does not say what it corrects.

    Raises:
        ReportConflict: it is a single one, and not as it was seen.
    """
    moment = now or timezone.now()
    fit, passed_over = fitting(seen, [State.APPROVED])
    readers = readers_of(fit, tenant, moment)
    left = [one for one in fit if not readers[one.pk] or _says_nothing(one)]
    sent = [one for one in fit if one not in left]
    _mark_sent(sent, by, moment)
    for report in sent:
        _add(report, readers[report.pk], by, moment)
    if sent:
        _wake_later()
    return Changed(None, len(sent), passed_over), left


@transaction.atomic
def send_report(
    *,
    report: Report,
    seen: int,
    readers: Sequence[Reader],
    by: User,
    now: datetime | None = None,
) -> int:
    """Send one report to those who were chosen; one that was sent goes to further people. Returns to
    how many it goes that did not have it.

    Raises:
        ReportConflict: its revision is another than ``seen``.
        ValidationError: to nobody, to another customer's contact, not approved yet, or a correction
            that does not say what it corrects.
    """
    moment = now or timezone.now()
    current = (
        Report.objects.select_for_update(of=("self",)).select_related("customer").get(pk=report.pk)
    )
    if not readers:
        raise ValidationError({"readers": _("Choose who is to have it.")})
    if any(one.contact and one.contact.customer_id != current.customer_id for one in readers):
        raise ValidationError({"readers": _("This belongs to another customer.")})
    if not current.is_sent:
        if current.revision != seen:
            raise ReportConflict
        if current.state != State.APPROVED:
            raise ValidationError(_("Only what is approved is sent."))
        if _says_nothing(current):
            raise ValidationError(_("Say what is corrected before it is sent."))
        _mark_sent([current], by, moment)
    count = _add(current, readers, by, moment)
    if count:
        _wake_later()
    report.refresh_from_db()
    return count


def readers_of(
    reports: Sequence[Report], tenant: Tenant, now: datetime
) -> Mapping[int, list[Reader]]:
    """Report id → whom it goes to unless somebody chooses others."""
    rule = report_rule()
    usual, today = usual_language(tenant, rule), tenant.local_date(now)
    of_customers = [one for one in reports if one.kind == ReportKind.CUSTOMER]
    found = usual_readers(of_customers, today, usual, rule)
    internal = [one for one in reports if one.kind != ReportKind.CUSTOMER]
    whole = {
        kind: internal_readers(kind, rule.addresses) for kind in {one.kind for one in internal}
    }
    found |= {one.pk: whole[one.kind] for one in internal}
    for pk, had_it in readers_of_corrected(of_customers).items():
        there = {one.contact.pk for one in found[pk] if one.contact}
        found[pk] = found[pk] + [
            one for one in had_it if one.contact and one.contact.pk not in there
        ]
    return found


def _says_nothing(report: Report) -> bool:
    """A correction that does not say what it corrects."""
    return report.correction_of_id is not None and not report.texts.get(CORRECTION)


def _mark_sent(reports: Sequence[Report], by: User, now: datetime) -> None:
    for report in reports:
        report.state, report.sent_at, report.sent_by = State.SENT, now, by
        report.correction = report.texts.get(CORRECTION, "")
        report.revision += 1
    Report.objects.bulk_update(reports, ["state", "sent_at", "sent_by", "correction", "revision"])
    _note_suggested(reports, by, now)
    emit_all("report.sent", [_as_told(report) for report in reports], at=now)


def _as_told(report: Report) -> dict[str, Any]:
    """What other programs hear of it."""
    return {
        "report": report.pk,
        "kind": report.kind,
        "customer_id": report.customer_id,
        "period": report.period,
        "language": report.language,
        "version": report.version,
        "is_correction": report.correction_of_id is not None,
    }


def _note_suggested(reports: Sequence[Report], by: User, now: datetime) -> None:
    """What customers were suggested is counted as shown, to see what they take. A correction shows
    nothing new."""
    shown: dict[int, list[tuple[str, str]]] = {}
    for report in reports:
        if report.customer_id is not None and report.correction_of_id is None:
            shown.setdefault(report.customer_id, []).extend(suggested_modules(report.document))
    if any(shown.values()):
        tenant = Tenant.objects.get(pk=current_tenant_id())
        note_suggestions(shown=shown, today=tenant.local_date(now), by=by)


def _add(report: Report, readers: Sequence[Reader], by: User, now: datetime) -> int:
    """Write down whom a report goes to; who has it does not get it again."""
    there = ReportRecipient.objects.filter(report=report)
    contacts, members, addresses = set(), set(), set()
    for one in there:
        contacts.add(one.contact_id)
        members.add(one.member_id)
        addresses.add(one.address.lower())
    new: list[ReportRecipient] = []
    for one in readers:
        if one.contact:
            has_it = one.contact.pk in contacts
        elif one.member:
            has_it = one.member.pk in members
        else:
            has_it = one.address.strip().lower() in addresses
        if has_it:
            continue
        recipient = ReportRecipient(
            report=report, contact=one.contact, member=one.member, name=one.name[:200],
            address=one.address.strip()[:254], audience=one.audience, chosen_at=now,
        )  # fmt: skip
        new.append(recipient)
        # Whoever is named twice gets it once.
        contacts.add(recipient.contact_id)
        members.add(recipient.member_id)
        addresses.add(recipient.address.lower())
    ReportRecipient.objects.bulk_create(new)
    if new:
        record(
            "report.sent", by=by, about=report, period=report.period, version=report.version,
            contacts=[one.name for one in new],
        )  # fmt: skip
    return len(new)


def _wake_later() -> None:
    """Have a worker write the letters once the open transaction is done; by name, since actions know
    no tasks. What the broker does not take, the sweeper finds."""
    tenant_id = current_tenant_id()
    if tenant_id is not None and not is_silent():
        transaction.on_commit(partial(wake, tenant_id), robust=True)


def wake(tenant_id: int) -> None:
    current_app.send_task("reports.tasks.write_report_letters", args=[tenant_id])
