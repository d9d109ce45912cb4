"""Letters that came back: recorded with the letter, and their address is not written to any more."""

from __future__ import annotations

from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.actions.audit import record
from accounts.actions.mail_messages import bounce_mark
from accounts.actions.mail_sending import call_hook, note_unreachable
from accounts.actions.mail_subscriptions import choose_letters
from accounts.actions.notifications import notify
from accounts.addresses import tenant_path
from accounts.bounces import BounceReport
from accounts.models import Contact, OutgoingMail, Tenant, UnreachableAddress
from accounts.tenancy import tenant_scope

State = OutgoingMail.State
# Of letters in other states nothing can come back.
HAD_LEFT = (State.SENT, State.UNCLEAR, State.SENDING)


def record_report(report: BounceReport) -> bool:
    """Record what a report of a mail server says; whether it was news. Safe to call twice.

    A report that says it goes on trying changes nothing. One that comes to an address with a mark
    that we did not make is nobody's.
    """
    if not report.is_final:
        return False
    if report.returned_to is not None:
        tenant_id, mail_id, mark = report.returned_to
        if not constant_time_compare(mark, bounce_mark(tenant_id, mail_id)):
            return False
        return record_bounce(
            tenant_id=tenant_id, mail_id=mail_id, is_address=report.is_about_address
        )
    return record_bounce(
        tenant_id=report.tenant_id,
        message_id=report.message_id,
        is_address=report.is_about_address,
    )


def record_bounce(
    *,
    tenant_id: int,
    mail_id: int | None = None,
    message_id: str = "",
    is_address: bool,
    code: int | None = None,
) -> bool:
    """A letter came back for good; whether it was known to have left and this is news.

    Args:
        is_address: its address takes no letters: nothing is sent there any more.
        code: the server's, where it is known.
    """
    if not Tenant.objects.filter(pk=tenant_id).exists():
        return False
    with tenant_scope(tenant_id):
        asked = OutgoingMail.objects.select_for_update(of=("self",))
        asked = asked.filter(pk=mail_id) if mail_id else asked.filter(message_id=message_id)
        mail = asked.first()
        if mail is None or mail.state not in HAD_LEFT:
            return False
        mail.state, mail.reason, mail.bounced_at = State.BOUNCED, "bounced", timezone.now()
        mail.reply_code, mail.sealed_body = code, ""
        mail.save(update_fields=["state", "reason", "bounced_at", "reply_code", "sealed_body"])
        if is_address:
            note_unreachable(mail, UnreachableAddress.Kind.BOUNCED, code)
        record("mail.bounced", by=None, about=mail, purpose=str(mail.purpose))
        call_hook(mail, "bounced")
        _tell(mail)
        return True


def record_complaint(*, tenant_id: int, message_id: str) -> bool:
    """A reader called a letter spam: they want no surveys and no updates. Whether it was news."""
    if not Tenant.objects.filter(pk=tenant_id).exists():
        return False
    with tenant_scope(tenant_id):
        mail = OutgoingMail.objects.select_related("contact").filter(message_id=message_id).first()
        if mail is None or mail.contact is None:
            return False
        return choose_letters(contact=mail.contact, wanted=())


def _tell(mail: OutgoingMail) -> None:
    """Who looks after the customer, so that they find out another address."""
    if mail.contact_id is None:
        return
    contact = Contact.objects.select_related(
        "customer__service_manager__membership__user",
        "customer__project_manager__membership__user",
    ).get(pk=mail.contact_id)
    customer = contact.customer
    colleague = customer.service_manager or customer.project_manager
    notify(
        member=colleague.membership if colleague else None,
        kind="mail.bounced",
        values={"contact": contact.name, "customer": customer.name, "subject": mail.subject},
        path=tenant_path("contact", customer.pk, contact.pk),
        about=contact,
        key=f"bounced:{mail.pk}",
    )
