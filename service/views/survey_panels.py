"""What a customer answered, on its page and in its timeline."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Customer
from accounts.permissions import may
from accounts.requests import TenantRequest
from service.compute.surveys import standing
from service.models import SurveyAnswer, SurveyInvitation
from service.models.surveys import SurveyKind
from service.queries.survey_results import answers_of, follow_ups
from ui.timelines import TimelineEntry, TimelinePage

SHOWN = 6


def surveys_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """The latest answers, and whom one is still waiting for."""
    if not may(request.membership, "view_surveys"):
        return None
    answers = answers_of(customer, SHOWN + 1)
    waiting = SurveyInvitation.objects.filter(
        customer=customer, answered_at=None, revoked_at=None, state=SurveyInvitation.State.SENT
    ).count()
    ctas = follow_ups(answers)
    return {
        "customer": customer,
        "answers": [
            (one, SurveyKind(one.kind).label, standing(one.kind, one.score), ctas.get(one.pk))
            for one in answers[:SHOWN]
        ],
        "has_more": len(answers) > SHOWN,
        "waiting": waiting,
        "may_send": may(request.membership, "send_surveys"),
    }


def surveys_feed(
    request: TenantRequest, customer: Customer, page: TimelinePage
) -> list[TimelineEntry]:
    """Answers by their moment, or by their day where a file knew no more."""
    rows = SurveyAnswer.objects.filter(
        customer=customer, answered_on__lte=page.until
    ).select_related("contact")
    return page.newest(
        TimelineEntry(
            at=answer.answered_at or answer.answered_on,
            key=f"survey-{answer.pk}",
            title=_("%(kind)s answered with %(score)s")
            % {"kind": SurveyKind(answer.kind).label, "score": answer.score},
            text=answer.comment,
            who=answer.contact.name if answer.contact else "",
            url=f"{reverse('surveys')}?kind={answer.kind}",
        )
        for answer in rows.order_by("-answered_on", "-answered_at", "-pk")[: page.most]
    )
