"""Scores that a contact gives on another page than a survey's own."""

from __future__ import annotations

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import note_creation
from accounts.models import Contact, ContactRole, Customer, Tenant, User
from service.actions.survey_answers import LONGEST_COMMENT, change_answer, tell_answer
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
    answer = SurveyAnswer.objects.create(
        customer_id=contact.customer_id, contact=contact, key=key, kind=kind,
        roles=_roles_on(contact, today), answered_on=today, answered_at=moment, known_from=moment,
        **values,
    )  # fmt: skip
    note_creation(answer, at=moment)
    record("survey.answered", by=None, about=answer, contact=contact.name, score=score)
    tell_answer(answer, changed=False)
    tell_low(answer)
    return answer


@transaction.atomic
def record_answer(
    *,
    customer: Customer,
    contact: Contact | None,
    key: str,
    kind: str,
    score: int,
    comment: str,
    answered_on: date,
    today: date,
    by: User | None,
) -> SurveyAnswer:
    """Write down an answer to a survey that was asked elsewhere, as a load of surveys does.

    Args:
        key: the tenant's own, once.
        kind: of ``SCALES``.

    Raises:
        ValidationError: the score is not on the scale, the key was used, the day is to come, or it is
            another customer's contact.
    """
    low, high = SCALES[kind]
    if not low <= score <= high:
        words = _("From %(low)s to %(high)s.") % {"low": low, "high": high}
        raise ValidationError({"score": words})
    if answered_on > today:
        raise ValidationError({"answered_on": _("This day is still to come.")})
    if contact is not None and contact.customer_id != customer.pk:
        raise ValidationError({"contact": _("This belongs to another customer.")})
    if SurveyAnswer.objects.filter(key=key).exists():
        raise _used()
    moment = timezone.now()
    answer = SurveyAnswer(
        customer=customer, contact=contact, key=key, kind=kind, score=score,
        comment=comment.strip(), roles=_roles_on(contact, answered_on) if contact else [],
        answered_on=answered_on, known_from=moment,
    )  # fmt: skip
    try:
        with transaction.atomic():
            answer.save()
    except IntegrityError as error:
        # Another one of two that came at once.
        raise _used() from error
    note_creation(answer, at=moment)
    told = {"contact": contact.name} if contact else {}
    record("survey.answered", by=by, about=answer, score=score, **told)
    tell_answer(answer, changed=False)
    tell_low(answer)
    return answer


def _used() -> ValidationError:
    return ValidationError({"key": _("There is an answer with this key already.")})


def _roles_on(contact: Contact, day: date) -> list[str]:
    """The roles that a contact held on a day."""
    roles = ContactRole.objects.filter(contact=contact).exclude(to_on__lt=day)
    held = roles.exclude(from_on__gt=day).order_by("role").values_list("role", flat=True)
    return list(held.distinct())
