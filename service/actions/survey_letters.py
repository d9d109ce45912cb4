"""The letter that brings a survey to a contact, with a link for each score."""

from __future__ import annotations

from contextlib import suppress

from django.core.exceptions import ValidationError

from accounts.actions.mail import queue_mail
from accounts.actions.mail_decisions import drop_letter, drop_waiting
from accounts.contact_links import contact_path
from accounts.letter_texts import Letter, public_address
from accounts.models import OutgoingMail, Purpose, Tenant, User
from accounts.unsubscribing import unsubscribe_address
from service.models import SurveyInvitation, SurveyRound
from service.models.surveys import SCALES
from service.queries.surveys import words_in

TEMPLATE = "r/letters/survey"


def survey_address(tenant: Tenant, secret: str) -> str:
    """The whole address of a link, as it stands in letters and QR codes."""
    return public_address() + contact_path(tenant.pk, secret)


def survey_letter(*, invitation: SurveyInvitation, secret: str, tenant: Tenant) -> Letter:
    """The letter, and the words for a chat, of one link; of an example, which is no row, too."""
    declining = ""
    if invitation.contact_id is not None:
        declining = unsubscribe_address(
            tenant.pk, invitation.contact_id, Purpose.SURVEY, invitation.language
        )
    low, high = SCALES[invitation.round.survey.kind]
    return Letter(
        template=TEMPLATE,
        context={
            "link": invitation,
            "tenant": tenant,
            "words": words_in(invitation.round.version.document, invitation.language),
            "project": invitation.round.project,
            "scores": range(low, high + 1),
            "address": survey_address(tenant, secret),
            # The letter as text gets it when it leaves.
            "declining": declining,
        },
        language=invitation.language,
    )


def letter_key(invitation: SurveyInvitation) -> str:
    """By which the letter of a link is queued once."""
    return f"survey:{invitation.pk}"


def drop_waiting_letter(*, invitation: SurveyInvitation, by: User | None) -> None:
    """Drop the letter of a link that is about to stop working, while it waits for the end of quiet
    hours: nobody shall get an address that opens nothing."""
    waiting = OutgoingMail.objects.filter(
        key=letter_key(invitation), state=OutgoingMail.State.QUEUED, claim=""
    ).first()
    if waiting is None:
        return
    # A worker that has just taken it sends it; then there is nothing left to drop.
    with suppress(ValidationError):
        drop_letter(mail=waiting, by=by)


def drop_waiting_letters(survey_round: SurveyRound) -> int:
    """Those of a round that takes no more answers; returns how many."""
    return drop_waiting(about=survey_round, purpose=Purpose.SURVEY)


def write_letter(*, invitation: SurveyInvitation, secret: str, tenant: Tenant) -> None:
    """Queue the letter in the caller's transaction, once for a link; it waits for the end of quiet
    hours where the reader is."""
    queue_mail(
        letter=survey_letter(invitation=invitation, secret=secret, tenant=tenant),
        to=invitation.email,
        purpose=Purpose.SURVEY,
        contact=invitation.contact,
        key=letter_key(invitation),
        about=invitation.round,
    )
