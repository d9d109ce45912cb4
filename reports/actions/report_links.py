"""Links by which recipients read a report."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import new_secret
from accounts.models import User
from reports.models import ReportLink, ReportRecipient

VALID_FOR = timedelta(days=180)


def new_link(
    recipient: ReportRecipient, language: str, now: datetime, *, by: User | None
) -> tuple[ReportLink, str]:
    """A link for a contact, and its secret, which cannot be had again. Earlier ones go on working:
    letters hold them."""
    secret, secret_hash = new_secret()
    link = ReportLink.objects.create(
        recipient=recipient,
        contact=recipient.contact,
        name=recipient.name,
        language=language,
        secret_hash=secret_hash,
        sent_by=by,
        sent_at=now,
        expires_at=now + VALID_FOR,
    )
    return link, secret


@transaction.atomic
def give_link(*, recipient: ReportRecipient, by: User) -> tuple[ReportLink, str]:
    """A link that is handed over by chat.

    Raises:
        ValidationError: the recipient is no longer a contact.
    """
    if recipient.contact is None:
        raise ValidationError(_("This person is no longer a contact of the customer."))
    made = new_link(recipient, recipient.report.language, timezone.now(), by=by)
    record("report.link_given", by=by, about=recipient.report, contact=recipient.name)
    return made


@transaction.atomic
def revoke_links(*, recipient: ReportRecipient, by: User) -> None:
    """End every link of a recipient; a letter that still waits opens nothing then.

    Raises:
        ValidationError: there is none.
    """
    links = ReportLink.objects.filter(recipient=recipient, revoked_at=None)
    if not links.update(revoked_at=timezone.now()):
        raise ValidationError(_("This link was taken back before."))
    record("report.link_revoked", by=by, about=recipient.report, contact=recipient.name)
