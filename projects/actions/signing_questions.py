"""Questions of signatories before they decide, and what the vendor answers."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Tenant, User
from projects.actions.change_requests import locked
from projects.actions.notices import tell_manager
from projects.actions.signing_links import check_link
from projects.models import ManagerNotice, SigningLink, SigningQuestion

MOST_QUESTIONS = 20


@transaction.atomic
def ask_question(
    *, link: SigningLink, text: str, tenant: Tenant, by: User | None = None
) -> SigningQuestion:
    """The signatory asks before deciding; the link stays open.

    Raises:
        LinkClosed: the link is closed.
        ValidationError: nothing was asked, or too much by one link.
    """
    if not text.strip():
        raise ValidationError({"question": _("Write your question.")})
    current = locked(link.change_request)
    held = SigningLink.objects.select_for_update().get(pk=link.pk)
    check_link(held, current, timezone.now(), tenant.currency)
    if held.questions.count() >= MOST_QUESTIONS:
        raise ValidationError({"question": _("Please call us: too many questions by one link.")})
    asked = SigningQuestion.objects.create(link=held, text=text.strip())
    record(
        "change_request.question_asked",
        by=by,
        about=current,
        signatory=held.signatory,
        question=asked.text,
    )
    tell_manager(
        ManagerNotice.Kind.CHANGE_QUESTION,
        about=current,
        project=current.project,
        tenant=tenant,
        name=held.signatory,
        words=asked.text,
    )
    return asked


@transaction.atomic
def answer_question(*, question: SigningQuestion, text: str, by: User) -> None:
    """The vendor answers; the signatory reads it where they asked.

    Raises:
        ValidationError: no words, or it was answered.
    """
    if not text.strip():
        raise ValidationError({"answer": _("Write an answer.")})
    answered = SigningQuestion.objects.filter(pk=question.pk, answered_at=None).update(
        answer=text.strip(), answered_at=timezone.now(), answered_by=by
    )
    if not answered:
        raise ValidationError(_("This question was answered before."))
    question.refresh_from_db()
    change = question.link.change_request
    record("change_request.question_answered", by=by, about=change, answer=question.answer)
