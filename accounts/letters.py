"""Letters that the platform writes to people."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Invitation, Tenant

log = structlog.get_logger("tenure.mail")
# A mail server that does not answer must not hold a person's page.
TIMEOUT_SECONDS = 10


def invitation_path(tenant_id: int, secret: str) -> str:
    """Path of an invitation's link. The tenant's id stands in clear before the secret, since the
    secret can only be looked up in a tenant's scope."""
    return f"/invitations/{tenant_id}.{secret}/"


def public_address() -> str:
    """Where people reach this installation, without a slash at the end."""
    return str(settings.PUBLIC_URL).rstrip("/")


def send_invitation(*, invitation: Invitation, tenant: Tenant, link: str) -> bool:
    """Write the invited person, in the invitation's language. Returns whether it was sent.

    A letter that cannot be sent is logged and no error: the link is on screen too.
    """
    with translation.override(invitation.language or translation.get_language()):
        context = {"invitation": invitation, "tenant": tenant, "link": link}
        subject = render_to_string("accounts/letters/invitation_subject.txt", context)
        body = render_to_string("accounts/letters/invitation.txt", context)
    message = EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        to=[invitation.email],
        connection=get_connection(timeout=TIMEOUT_SECONDS),
    )
    try:
        message.send()
    except OSError as error:
        # smtplib's errors are OSErrors; their text may hold addresses, so only the kind is logged.
        log.error(
            "invitation letter not sent", invitation=invitation.pk, error=type(error).__name__
        )
        return False
    return True
