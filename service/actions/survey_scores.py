"""Scores that a contact gives on another page than a survey's own."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import note_creation
from accounts.models import Contact, ContactRole, Customer, Tenant
from service.actions.survey_answers import LONGEST_COMMENT, change_answer
from service.actions.survey_notices import tell_low
from service.models import SurveyAnswer
from service.models.surveys import SCALES


@transaction.atomic
def keep_score(
    *,
    key: str,
    kind: str,
    score: int,
    comment: str,
    contact: Contact,
    tenant: Tenant,
    now: datetime | None = None,
) -> SurveyAnswer:
    """Take down a score; with the same key again it is changed, and its version before stays known.

    Args:
        key: of what was asked, once in the tenant.
        kind: of ``SCALES``.

    Raises:
        ValidationError: the score is not on the scale, the words are too long, or it was changed too
            often.
    """
    moment = now or timezone.now()
    low, high = SCALES[kind]
    if not low <= score <= high:
        raise ValidationError({"score": _("Choose one of the scores.")})
    if len(comment) > LONGEST_COMMENT:
        raise ValidationError(
            {"comment": _("Longer than %(longest)s characters.") % {"longest": LONGEST_COMMENT}}
        )
    # Two that come at once are one answer.
    Customer.objects.select_for_update().only("pk").get(pk=contact.customer_id)
    answer: SurveyAnswer | None = SurveyAnswer.objects.filter(key=key).first()
    values = {"score": score, "comment": comment.strip()}
    if answer is not None:
        before = answer.score
        change_answer(answer, values, moment)
        tell_low(answer, before=before)
        return answer
    today = tenant.local_date(moment)
    roles = ContactRole.objects.filter(contact=contact).exclude(to_on__lt=today)
    held = roles.exclude(from_on__gt=today).order_by("role").values_list("role", flat=True)
    answer = SurveyAnswer.objects.create(
        customer_id=contact.customer_id, contact=contact, key=key, kind=kind,
        roles=list(held.distinct()), answered_on=today, answered_at=moment, known_from=moment,
        **values,
    )  # fmt: skip
    note_creation(answer, at=moment)
    record("survey.answered", by=None, about=answer, contact=contact.name, score=score)
    tell_low(answer)
    return answer
