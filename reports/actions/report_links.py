"""Links by which recipients read a report."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.mail_decisions import drop_by_key
from accounts.contact_links import new_secret
from accounts.models import User
from reports.models import ReportLink, ReportRecipient
from reports.queries.reports import letter_key
from service.models import Told

VALID_FOR = timedelta(days=180)
REVOKED = "revoked"


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
def revoke_links(*, recipient: ReportRecipient, by: User) -> bool:
    """End every link of a recipient, and stop its letter, as long as it has not left: one that is not
    written yet is not written, one that is written is dropped, and one that a worker has just taken is
    given up for its closed link. Returns whether a letter was stopped.

    Raises:
        ValidationError: there is neither.
    """
    # Whoever writes the letter now is waited for.
    current = ReportRecipient.objects.select_for_update().get(pk=recipient.pk)
    is_stopped = current.state == Told.WAITING or bool(drop_by_key(letter_key(current)))
    if is_stopped:
        current.state, current.why, current.told_at = Told.LEFT_OUT, REVOKED, None
        current.not_before = None
        current.save()
    links = ReportLink.objects.filter(recipient=recipient, revoked_at=None)
    if not links.update(revoked_at=timezone.now()) and not is_stopped:
        raise ValidationError(_("There is no link that works, and no letter that waits."))
    record("report.link_revoked", by=by, about=recipient.report, contact=recipient.name)
    return is_stopped
