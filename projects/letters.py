"""Letters that a project writes to the customer's people."""

from __future__ import annotations

import structlog
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.utils import translation

from accounts.letters import TIMEOUT_SECONDS
from accounts.models import Tenant
from projects.models import SigningLink

log = structlog.get_logger("tenure.mail")


def signing_path(tenant_id: int, secret: str) -> str:
    """Path of a link for signing. The tenant's id stands in clear before the secret, since the
    secret can only be looked up in a tenant's scope."""
    return f"/r/{tenant_id}.{secret}/"


def short_text(*, link: SigningLink, tenant: Tenant, address: str) -> str:
    """A few words with the link in it, to paste into a chat, in the document's language."""
    with translation.override(link.language):
        context = {"link": link, "tenant": tenant, "address": address}
        return " ".join(render_to_string("r/letters/short.txt", context).split())


def send_signing_link(*, link: SigningLink, email: str, tenant: Tenant, address: str) -> bool:
    """Write the signatory, in the document's language. Returns whether it was sent.

    A letter that cannot be sent is logged and no error: the link is on screen too.
    """
    with translation.override(link.language):
        context = {"link": link, "tenant": tenant, "address": address}
        subject = render_to_string("r/letters/signing_subject.txt", context)
        body = render_to_string("r/letters/signing.txt", context)
    message = EmailMessage(
        subject=" ".join(subject.split()),
        body=body,
        to=[email],
        connection=get_connection(timeout=TIMEOUT_SECONDS),
    )
    try:
        message.send()
    except (OSError, ValueError) as error:
        # The text of these errors may hold addresses, so only the kind is logged. ValueError: what
        # a file called an address cannot stand in a header.
        log.error("signing letter not sent", link=link.pk, error=type(error).__name__)
        return False
    return True
