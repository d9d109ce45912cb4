"""Telling whoever looks after a customer what its people answer."""

from __future__ import annotations

from accounts.actions.notifications import notify
from accounts.addresses import tenant_path
from service.actions.request_notices import face_of
from service.models import SurveyAnswer
from service.models.surveys import SurveyKind

# Of the scale of NPS: up to here who answers advises against the vendor.
WORST_PASSIVE = 7


def is_detractor(kind: str, score: int) -> bool:
    return kind == SurveyKind.NPS and score < WORST_PASSIVE


def tell_detractor(answer: SurveyAnswer, *, before: int | None = None) -> None:
    """The customer's face: one of its people advises against us. ``before``: the score that is
    changed; who advised against us already is not told of twice."""
    if not is_detractor(answer.kind, answer.score):
        return
    if before is not None and is_detractor(answer.kind, before):
        return
    notify(
        member=face_of(answer.customer),
        kind="survey.detractor",
        values={
            "customer": answer.customer.name,
            "contact": answer.contact.name if answer.contact else "–",
            "score": answer.score,
        },
        path=tenant_path("customer", answer.customer_id),
        about=answer,
    )
