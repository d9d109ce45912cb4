"""Letters that the platform writes to people."""

from __future__ import annotations

import structlog
from django.db import models
from django.utils import translation

from accounts.actions.mail import queue_mail
from accounts.after_sent import AfterSent
from accounts.letter_texts import Letter, public_address, without_letters
from accounts.models import Contact, Invitation, Membership, OutgoingMail, Purpose, Tenant

__all__ = [
    "TIMEOUT_SECONDS",
    "Letter",
    "invitation_path",
    "log",
    "public_address",
    "send_invitation",
    "without_letters",
    "write_later",
]

log = structlog.get_logger("tenure.mail")
# A mail server that does not answer must not hold a person's page.
TIMEOUT_SECONDS = 10


def invitation_path(tenant_id: int, secret: str) -> str:
    """Path of an invitation's link. The tenant's id stands in clear before the secret, since the
    secret can only be looked up in a tenant's scope."""
    return f"/invitations/{tenant_id}.{secret}/"


def write_later(
    letter: Letter,
    to: str,
    *,
    purpose: str = Purpose.WORK,
    contact: Contact | None = None,
    member: Membership | None = None,
    about: models.Model | None = None,
    after: AfterSent | None = None,
) -> OutgoingMail | None:
    """Have a letter sent once the open transaction is done; ``after``: what is done once it has
    left. Further choices: ``accounts.actions.mail.queue_mail``."""
    return queue_mail(
        letter=letter,
        to=to,
        purpose=purpose,
        contact=contact,
        member=member,
        about=about,
        after=after,
    )


def send_invitation(*, invitation: Invitation, tenant: Tenant, link: str) -> OutgoingMail | None:
    """Write the invited person, in the invitation's language."""
    letter = Letter(
        template="accounts/letters/invitation",
        context={"invitation": invitation, "tenant": tenant, "link": link},
        language=invitation.language or translation.get_language() or "en",
    )
    return write_later(letter, invitation.email, about=invitation)
