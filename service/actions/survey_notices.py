"""Telling whoever looks after a customer what its people answer."""

from __future__ import annotations

from accounts.actions.notifications import notify
from accounts.addresses import tenant_path
from service.actions.request_notices import face_of
from service.compute.surveys import standing
from service.models import SurveyAnswer
from service.models.surveys import SCALES, SurveyKind

# Of the scale of NPS: up to here who answers advises against the vendor.
WORST_PASSIVE = 7


def is_detractor(kind: str, score: int) -> bool:
    return kind == SurveyKind.NPS and score < WORST_PASSIVE


def is_dissatisfied(kind: str, score: int) -> bool:
    """Of the other scales: a score that a person should hear of."""
    return kind != SurveyKind.NPS and standing(kind, score) == "bad"


def tell_low(answer: SurveyAnswer, *, before: int | None = None) -> None:
    """The customer's face: one of its people advises against us, or is dissatisfied. ``before``: the
    score that is changed; who was as dissatisfied already is not told of twice."""
    for kind, is_low in (
        ("survey.detractor", is_detractor),
        ("survey.dissatisfied", is_dissatisfied),
    ):
        if not is_low(answer.kind, answer.score):
            continue
        if before is not None and is_low(answer.kind, before):
            continue
        notify(
            member=face_of(answer.customer),
            kind=kind,
            values={
                "customer": answer.customer.name,
                "contact": answer.contact.name if answer.contact else "–",
                "score": answer.score,
                "most": SCALES[answer.kind][1],
                "survey": SurveyKind(answer.kind).name,
            },
            path=tenant_path("customer", answer.customer_id),
            about=answer,
        )
