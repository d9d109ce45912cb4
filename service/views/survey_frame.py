"""What the pages of surveys share."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.permissions import may
from accounts.requests import TenantRequest
from service.models import SurveyRound


def survey_tabs(request: TenantRequest, active: str) -> list[dict[str, Any]]:
    """Results, rounds, and the questions with their rules."""
    items = [
        ("surveys", _("Results")),
        ("survey_rounds", _("Rounds")),
        ("survey_words", pgettext("surveys", "Questions")),
    ]
    if may(request.membership, "edit_surveys"):
        items.append(("survey_rules", _("Rules")))
    return [
        {"label": label, "url": reverse(name), "active": name == active, "count": None}
        for name, label in items
    ]


def survey_crumbs(request: TenantRequest, active: str) -> list[tuple[str, str]]:
    labels = {tab["url"]: tab["label"] for tab in survey_tabs(request, active)}
    crumbs = [(_("Surveys"), reverse("surveys"))]
    if active != "surveys":
        crumbs.append((labels[reverse(active)], reverse(active)))
    return crumbs


def today_of(request: TenantRequest) -> date:
    return request.tenant.local_date(timezone.now())


def round_or_404(pk: int) -> SurveyRound:
    found: SurveyRound | None = (
        SurveyRound.objects.filter(pk=pk)
        .select_related("survey", "version", "started_by", "project__customer")
        .first()
    )
    if found is None:
        raise Http404
    return found
