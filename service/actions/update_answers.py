"""What recipients of an update say of it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.contact_links import LinkClosed
from service.actions.request_notices import tell_answered
from service.models import UpdateLink, UpdateRecipient


@transaction.atomic
def answer_update(*, link: UpdateLink, answer: str, comment: str) -> None:
    """Say whether it is what was asked for; another answer takes the place of the one before.

    Raises:
        LinkClosed: the link opens nothing any more.
        ValidationError: no answer, or the recipient asked for nothing.
    """
    now = timezone.now()
    current = UpdateLink.objects.select_related("contact").get(pk=link.pk)
    if why := current.closed_by(now):
        raise LinkClosed(why)
    recipient = UpdateRecipient.objects.select_for_update(of=("self",)).get(pk=link.recipient_id)
    if answer not in UpdateRecipient.Answer.values:
        raise ValidationError({"answer": _("Choose an answer.")})
    if recipient.because != UpdateRecipient.Because.ASKED:
        raise ValidationError(_("Only who asked for it is asked whether it is that."))
    recipient.answer, recipient.comment = answer, comment.strip()
    recipient.answered_at = now
    recipient.save(update_fields=["answer", "comment", "answered_at"])
    if answer != UpdateRecipient.Answer.YES:
        tell_answered(recipient)
    record(
        "update.answered", by=None, about=recipient.update, contact=recipient.name, answer=answer
    )
