"""Steps of plays that ask a survey: done by themselves when the step is opened."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import current_tenant_id
from service.actions.survey_sending import Why, start_round
from service.actions.surveys import survey_by
from service.models import CtaStep, Survey, SurveyInvitation, SurveyKind
from service.queries.survey_recipients import holders
from service.queries.surveys import offered_surveys, survey_settings


def survey_choices() -> dict[str, str]:
    """What a step may ask: a kind, of which the tenant's first survey in use is sent."""
    return {kind: str(label) for kind, label in SurveyKind.choices}


def ask_by_steps(steps: QuerySet, day: date) -> None:
    """Ask the customers of steps that a night has just opened; one round a play and survey. Steps
    whose customer somebody of was asked are done; the others stay for a person.

    Called once for a step, in the transaction of the night's run.
    """
    tenant = Tenant.objects.get(pk=current_tenant_id())
    rules, now = survey_settings(), timezone.now()
    together: dict[tuple[int | None, str], list[CtaStep]] = defaultdict(list)
    for step in steps.select_related("cta__version", "cta__play").order_by("pk"):
        together[(step.cta.play_id, _kind(step))].append(step)
    for (_play, kind), opened in together.items():
        survey = _survey_of(kind)
        if survey is None:
            continue
        made = start_round(
            survey=survey, why=Why.PLAY, key=f"play:{opened[0].pk}", label=opened[0].cta.title[:120],
            contacts=holders(day, rules.quarterly_roles).filter(
                customer__in=[step.cta.customer_id for step in opened]
            ),
            language=rules.language, tenant=tenant, by=None, now=now,
        )  # fmt: skip
        asked = SurveyInvitation.objects.filter(round=made).values("customer")
        CtaStep.objects.filter(
            pk__in=[step.pk for step in opened], cta__customer__in=asked, done_at=None
        ).update(done_at=now)


def _kind(step: CtaStep) -> str:
    """What the play's words say that the step asks."""
    said = step.cta.version.document.get("steps", []) if step.cta.version is not None else []
    return str(said[step.position].get("survey", "")) if step.position < len(said) else ""


def _survey_of(kind: str) -> Survey | None:
    language = settings.LANGUAGE_CODE
    for offered in offered_surveys(language, active=True):
        if offered.kind == kind:
            return survey_by(offered.reference, language=language)
    return None
