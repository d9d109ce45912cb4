"""What a customer's person answers by a link.

One link has one answer. As long as the link works it may be changed; the answer is then the latest,
the day is that of the first, and every earlier version stays known (``RowVersion``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions, note_creation
from accounts.actions.webhooks import emit
from accounts.contact_links import LinkClosed
from accounts.models import RowVersion, Tenant
from service.actions.survey_notices import tell_low
from service.actions.survey_sending import ended, locked_invitation
from service.models import SurveyAnswer, SurveyInvitation
from service.models.surveys import SCALES
from service.queries.surveys import words_in

# Of an answer by its link; a person does not change their mind so often, a program does.
MOST_CHANGES = 20
LONGEST_COMMENT = 5000


@transaction.atomic
def give_score(
    *, invitation: SurveyInvitation, score: int, tenant: Tenant, now: datetime | None = None
) -> SurveyAnswer:
    """Take down a score; the same score again changes nothing.

    Two that come at once are one answer: the second waits for the first and changes it, or not.

    Raises:
        LinkClosed: the link takes no answer any more.
        ValidationError: the score is not on the scale, or the answer was changed too often.
    """
    moment = now or timezone.now()
    current = _open(invitation, moment)
    kind = current.round.survey.kind
    low, high = SCALES[kind]
    if not low <= score <= high:
        raise ValidationError({"score": _("Choose one of the scores.")})
    answer = answer_by(current)
    if answer is not None:
        before = answer.score
        change_answer(answer, {"score": score}, moment)
        tell_low(answer, before=before)
        return answer
    answer = SurveyAnswer.objects.create(
        customer_id=current.customer_id,
        contact_id=current.contact_id,
        key=f"link-{current.pk}",
        kind=kind,
        score=score,
        roles=current.roles,
        answered_on=tenant.local_date(moment),
        answered_at=moment,
        invitation=current,
        project_id=current.round.project_id,
        known_from=moment,
    )
    note_creation(answer, at=moment)
    current.answered_at = moment
    current.save(update_fields=["answered_at"])
    record("survey.answered", by=None, about=answer, contact=current.name, score=score)
    tell_answer(answer, changed=False)
    tell_low(answer)
    return answer


@transaction.atomic
def give_words(
    *,
    invitation: SurveyInvitation,
    comment: str,
    further: Mapping[str, str],
    now: datetime | None = None,
) -> SurveyAnswer:
    """Take down why, and the answers to further questions (their place, from "0", → text).

    Raises:
        LinkClosed: the link takes no answer any more.
        ValidationError: there is no score yet, a text is too long, or the answer was changed too often.
    """
    moment = now or timezone.now()
    current = _open(invitation, moment)
    answer = answer_by(current)
    if answer is None:
        raise ValidationError({"score": _("Choose a score first.")})
    asked = len(words_in(current.round.version.document, current.language).get("further") or [])
    told = {
        str(place): text
        for place in range(asked)
        if (text := (further.get(str(place)) or "").strip())
    }
    if max(map(len, [comment, *told.values()])) > LONGEST_COMMENT:
        raise ValidationError(
            {"comment": _("Longer than %(longest)s characters.") % {"longest": LONGEST_COMMENT}}
        )
    change_answer(answer, {"comment": comment.strip(), "further": told}, moment)
    return answer


def answer_by(invitation: SurveyInvitation) -> SurveyAnswer | None:
    """What was answered by a link."""
    found: SurveyAnswer | None = SurveyAnswer.objects.filter(invitation=invitation.pk).first()
    return found


def note_opened(*, invitation: SurveyInvitation, now: datetime) -> None:
    """Keep when a link was first opened, and nothing of the device. Mail programs that look at links
    open them too."""
    if invitation.opened_at is None:
        SurveyInvitation.objects.filter(pk=invitation.pk, opened_at=None).update(opened_at=now)


def _open(invitation: SurveyInvitation, now: datetime) -> SurveyInvitation:
    current = locked_invitation(invitation)
    if why := ended(current, now):
        raise LinkClosed(why)
    return current


def change_answer(answer: SurveyAnswer, values: Mapping[str, Any], now: datetime) -> None:
    """Give an answer other values; its version before stays known.

    Raises:
        ValidationError: it was changed too often.
    """
    changed = [name for name, value in values.items() if getattr(answer, name) != value]
    if not changed:
        return
    table = SurveyAnswer._meta.db_table
    if RowVersion.objects.filter(table=table, row_id=answer.pk).count() > MOST_CHANGES:
        raise ValidationError(
            _("This answer was changed so often that it stays as it is. Thank you.")
        )
    keep_versions([answer], until=now)
    for name in changed:
        setattr(answer, name, values[name])
    answer.known_from = now
    answer.save(update_fields=[*changed, "known_from"])
    if "score" in changed:
        record("survey.answer_changed", by=None, about=answer, score=answer.score)
        tell_answer(answer, changed=True)


def tell_answer(answer: SurveyAnswer, *, changed: bool) -> None:
    """Tell other programs the score, and not whose it is or why."""
    emit(
        "survey.answered",
        {
            "answer": answer.key,
            "customer_id": answer.customer_id,
            "kind": answer.kind,
            "score": answer.score,
            "answered_on": answer.answered_on,
            "changed": changed,
        },
    )
