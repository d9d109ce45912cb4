"""The letter that brings a survey to a contact, with a link for each score."""

from __future__ import annotations

from accounts.actions.mail import queue_mail
from accounts.contact_links import contact_path
from accounts.letter_texts import Letter, public_address
from accounts.models import Purpose, Tenant
from accounts.unsubscribing import unsubscribe_address
from service.models import SurveyInvitation
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


def write_letter(*, invitation: SurveyInvitation, secret: str, tenant: Tenant) -> None:
    """Queue the letter in the caller's transaction, once for a link; it waits for the end of quiet
    hours where the reader is."""
    queue_mail(
        letter=survey_letter(invitation=invitation, secret=secret, tenant=tenant),
        to=invitation.email,
        purpose=Purpose.SURVEY,
        contact=invitation.contact,
        key=f"survey:{invitation.pk}",
        about=invitation.round,
    )
