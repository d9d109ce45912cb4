"""The letters of reports that were sent, written batch by batch.

A recipient is a row that says whether its letter is written; the letter is queued in the transaction
that says so, under a key of the recipient, so that it is written once whoever runs this how often. One
that cannot be written is tried again later and holds up no other; the fourth failure is the last until
somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.actions.audit import record
from accounts.actions.mail import queue_mail
from accounts.addresses import tenant_address, tenant_path
from accounts.attachments import Attach, Attachment
from accounts.contact_links import LinkClosed, contact_path
from accounts.letter_texts import Letter, is_silent, public_address, without_letters
from accounts.models import OutgoingMail, Purpose, Tenant, User
from accounts.models.members import hash_secret
from accounts.tenancy import tenant_scope
from reports.actions.production import error_words
from reports.actions.report_links import REVOKED, VALID_FOR, new_link
from reports.compute.documents import ReportKind
from reports.files import report_file
from reports.models import ReportRecipient
from reports.queries.report_links import report_link
from reports.queries.reports import letter_key
from service.models import Told

log = structlog.get_logger("tenure.reports")
AT_ONCE = 100
MOST_BATCHES = 50
MOST_ATTEMPTS = 4
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""How long a letter waits after its first, second and third failure."""

FAILED = "failed"
ATTACH = "report"


def write_letters(*, tenant_id: int, most_batches: int = MOST_BATCHES) -> int:
    """Write the letters that wait in a tenant; returns how many are done with. The rest is the next
    call's. Nobody of a demo is written to."""
    tenant = Tenant.objects.get(pk=tenant_id)
    if tenant.is_demo and not is_silent():
        with without_letters():
            return write_letters(tenant_id=tenant_id, most_batches=most_batches)
    written = 0
    for _number in range(most_batches):
        with tenant_scope(tenant_id):
            found, failed = _some_letters(tenant, timezone.now())
        written += found - failed
        if found < AT_ONCE:
            break
    return written


def letters_wait(*, tenant_id: int) -> bool:
    """Whether recipients wait for their letter that it may be written to now."""
    with tenant_scope(tenant_id):
        return bool(_waiting(timezone.now()).exists())


@transaction.atomic
def try_letter_again(*, recipient: ReportRecipient, by: User) -> bool:
    """Have the letter written that failed for good; whether it had."""
    current = ReportRecipient.objects.select_for_update().get(pk=recipient.pk)
    if (current.state, current.why) != (Told.LEFT_OUT, FAILED):
        return False
    current.state, current.why = Told.WAITING, ""
    current.attempts, current.error, current.not_before = 0, "", None
    current.save()
    record("report.letter_retried", by=by, about=recipient.report, contact=current.name)
    return True


def letter_for(tenant: Tenant, recipient: ReportRecipient, address: str, until: datetime) -> Letter:
    """What a recipient is written. ``address``: where they read it."""
    report = recipient.report
    document = report.document
    return Letter(
        template="r/letters/report",
        context={
            "name": recipient.name,
            "tenant": tenant,
            "title": document["title"],
            "period": document["period_label"],
            "company": document.get("customer_name", ""),
            "is_correction": report.correction_of_id is not None,
            "is_customers": report.kind == ReportKind.CUSTOMER,
            "until": until if recipient.contact_id else None,
            "address": address,
        },
        language=report.language,
    )


def attachments(mail: OutgoingMail, values: Mapping[str, str]) -> list[Attachment]:
    """The report as PDF, for the recipient that a letter is for.

    Raises:
        LinkClosed: the recipient's link was revoked while the letter waited, or who it was for is no
            longer a contact: the letter is given up.
    """
    recipient = ReportRecipient.objects.select_related("report__customer").get(pk=mail.attach_id)
    if recipient.why == REVOKED:
        raise LinkClosed(REVOKED)
    answer = values.get("answer", "")
    if answer:
        link = report_link(hash_secret(answer.rstrip("/").rpartition(".")[2]))
        if why := link.closed_by(timezone.now()) if link else REVOKED:
            raise LinkClosed(why)
    made = report_file(recipient.report, "pdf", recipient.audience, answer_url=answer)
    return [Attachment(made.name, made.content, made.mime)]


def _waiting(now: datetime) -> QuerySet[ReportRecipient]:
    found: QuerySet[ReportRecipient] = ReportRecipient.objects.filter(state=Told.WAITING)
    return found.filter(Q(not_before=None) | Q(not_before__lte=now))


def _some_letters(tenant: Tenant, now: datetime) -> tuple[int, int]:
    """How many were looked at, and how many of them failed."""
    rows = list(
        # Of two at once the second takes others.
        _waiting(now)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("contact", "member__user", "report__customer", "report__sent_by")
        .order_by("pk")[:AT_ONCE]
    )
    failed = 0
    for row in rows:
        try:
            # What fails leaves nothing behind: no link, no letter.
            with transaction.atomic():
                row.state, row.why = _written(tenant, row, now)
        except Exception as error:
            failed += 1
            _note_failure(row, error_words(error), now)
        else:
            row.told_at = now if row.state == Told.QUEUED else None
            row.attempts, row.error, row.not_before = 0, "", None
    ReportRecipient.objects.bulk_update(
        rows, ["state", "why", "told_at", "attempts", "error", "not_before"]
    )
    return len(rows), failed


def _note_failure(row: ReportRecipient, error: str, now: datetime) -> None:
    """Tried again later, or no longer. If the database is gone nothing of this is kept."""
    row.attempts, row.error = row.attempts + 1, error
    if row.attempts >= MOST_ATTEMPTS:
        row.state, row.why, row.not_before = Told.LEFT_OUT, FAILED, None
    else:
        row.not_before = now + WAITS[row.attempts - 1]
    log.warning("letter of a report not written", recipient=row.pk, error=error, tries=row.attempts)


def _written(tenant: Tenant, row: ReportRecipient, now: datetime) -> tuple[str, str]:
    """State of a recipient, and why no letter is written."""
    report, answer, link = row.report, "", None
    if report.kind == ReportKind.CUSTOMER:
        if row.contact is None:
            return Told.LEFT_OUT, "gone"
        if not row.contact.email.strip():
            return Told.LEFT_OUT, "no_address"
        if is_silent():
            return Told.LEFT_OUT, "silent"
        link, secret = new_link(row, report.language, now, by=report.sent_by)
        address = answer = public_address() + contact_path(tenant.pk, secret)
        to = row.contact.email
    else:
        if is_silent():
            return Told.LEFT_OUT, "silent"
        inside = tenant_address(tenant, tenant_path("report", report.pk))
        address = inside if row.member else ""
        to = row.member.user.email if row.member else row.address
    mail = queue_mail(
        letter=letter_for(tenant, row, address, now + VALID_FOR),
        to=to,
        purpose=Purpose.REPORT,
        contact=row.contact,
        member=row.member,
        key=letter_key(row),
        about=report,
        attach=Attach(ATTACH, row.pk, {"answer": answer}),
    )
    if mail is not None and mail.state != OutgoingMail.State.SUPPRESSED:
        return Told.QUEUED, ""
    if link is not None:
        # Nobody has it.
        link.delete()
    if mail is None:
        # Its key is there: the letter was written before.
        return Told.QUEUED, ""
    reason = "no_address" if mail.reason == "not_an_address" else mail.reason
    return Told.LEFT_OUT, reason[:12]
