"""The letters of reports that were sent, written batch by batch.

A recipient is a row that says whether its letter is written; the letter is queued in the transaction
that says so, under a key of the recipient, so that it is written once whoever runs this how often.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from accounts.actions.mail import queue_mail
from accounts.addresses import tenant_address, tenant_path
from accounts.attachments import Attach, Attachment
from accounts.contact_links import LinkClosed, contact_path
from accounts.letter_texts import Letter, is_silent, public_address, without_letters
from accounts.models import OutgoingMail, Purpose, Tenant
from accounts.models.members import hash_secret
from accounts.tenancy import tenant_scope
from reports.actions.report_links import VALID_FOR, new_link
from reports.compute.documents import ReportKind
from reports.files import report_file
from reports.models import ReportRecipient
from reports.queries.report_links import report_link
from reports.queries.reports import letter_key
from service.models import Told

AT_ONCE = 100
MOST_BATCHES = 50
ATTACH = "report"


def write_letters(*, tenant_id: int, most_batches: int = MOST_BATCHES) -> int:
    """Write the letters that wait in a tenant; returns how many were. The rest is the next call's.
    Nobody of a demo is written to."""
    tenant = Tenant.objects.get(pk=tenant_id)
    if tenant.is_demo and not is_silent():
        with without_letters():
            return write_letters(tenant_id=tenant_id, most_batches=most_batches)
    written = 0
    for _number in range(most_batches):
        with tenant_scope(tenant_id):
            found = _some_letters(tenant, timezone.now())
        written += found
        if found < AT_ONCE:
            break
    return written


def letters_wait(*, tenant_id: int) -> bool:
    """Whether recipients wait for their letter."""
    with tenant_scope(tenant_id):
        return bool(ReportRecipient.objects.filter(state=Told.WAITING).exists())


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
    answer = values.get("answer", "")
    if answer:
        link = report_link(hash_secret(answer.rstrip("/").rpartition(".")[2]))
        if why := link.closed_by(timezone.now()) if link else "revoked":
            raise LinkClosed(why)
    made = report_file(recipient.report, "pdf", recipient.audience, answer_url=answer)
    return [Attachment(made.name, made.content, made.mime)]


def _some_letters(tenant: Tenant, now: datetime) -> int:
    rows = list(
        # Of two at once the second takes others.
        ReportRecipient.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(state=Told.WAITING)
        .select_related("contact", "member__user", "report__customer", "report__sent_by")
        .order_by("pk")[:AT_ONCE]
    )
    for row in rows:
        row.state, row.why = _written(tenant, row, now)
        row.told_at = now if row.state == Told.QUEUED else None
    ReportRecipient.objects.bulk_update(rows, ["state", "why", "told_at"])
    return len(rows)


def _written(tenant: Tenant, row: ReportRecipient, now: datetime) -> tuple[str, str]:
    """State of a recipient, and why no letter is written."""
    report, answer = row.report, ""
    if report.kind == ReportKind.CUSTOMER:
        if row.contact is None:
            return Told.LEFT_OUT, "gone"
        if not row.contact.email.strip():
            return Told.LEFT_OUT, "no_address"
        if is_silent():
            return Told.LEFT_OUT, "silent"
        _link, secret = new_link(row, report.language, now, by=report.sent_by)
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
    if mail is None:
        # Its key is there: the letter was written before.
        return Told.QUEUED, ""
    if mail.state == OutgoingMail.State.SUPPRESSED:
        reason = "no_address" if mail.reason == "not_an_address" else mail.reason
        return Told.LEFT_OUT, reason[:12]
    return Told.QUEUED, ""
