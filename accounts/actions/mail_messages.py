"""A letter as the mail server gets it: its head, its text, and where it comes back to."""

from __future__ import annotations

from email.utils import formataddr, formatdate, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from accounts.models import MailSettings, OutgoingMail, Tenant
from accounts.models.mail import DECLINABLE
from accounts.unsubscribing import unsubscribe_address


def message_of(
    mail: OutgoingMail, body: dict[str, str], tenant: Tenant, own: MailSettings
) -> EmailMultiAlternatives:
    """
    Args:
        body: ``text``, and ``html`` where there is one.
        own: how the tenant's letters look.
    """
    headers = {"Message-ID": mail.message_id, "Date": formatdate(), **mail.headers}
    text = body["text"]
    if mail.purpose in DECLINABLE and mail.contact_id is not None:
        address = unsubscribe_address(tenant.pk, mail.contact_id, mail.purpose, mail.language)
        # RFC 8058: mail programs offer this as one click.
        headers["List-Unsubscribe"] = f"<{address}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        with translation.override(mail.language):
            words = gettext("You do not want such letters? Open this address: %(address)s")
        text = f"{text.rstrip()}\n\n{words % {'address': address}}\n"
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=text,
        from_email=sender_of(own),
        to=[mail.to],
        reply_to=[own.reply_to] if own.reply_to else None,
        headers=headers,
    )
    if body.get("html"):
        message.attach_alternative(body["html"], "text/html")
    return message


def sender_of(own: MailSettings) -> str:
    """Who the letter is from: the installation's address by the tenant's name for itself."""
    if not own.sender_name:
        return str(settings.DEFAULT_FROM_EMAIL)
    return formataddr((own.sender_name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def envelope_sender(mail: OutgoingMail, tenant: Tenant) -> str:
    """Where letters come back to that cannot be delivered: an address that says which letter."""
    bounces: str = settings.MAIL_BOUNCE_ADDRESS
    if not bounces:
        return str(settings.DEFAULT_FROM_EMAIL)
    local, _at, host = bounces.rpartition("@")
    return f"{local}+{tenant.pk}.{mail.pk}.{bounce_mark(tenant.pk, mail.pk)}@{host}"


def bounce_mark(tenant_id: int, mail_id: int) -> str:
    """What strangers cannot make up: whoever could would have addresses called unreachable. In small
    letters, since some servers write addresses so."""
    mark = salted_hmac("accounts.bounces", f"{tenant_id}.{mail_id}").hexdigest()
    return mark[:20]
