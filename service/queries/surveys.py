"""Surveys as screens offer them, shipped ones also before they are rows, and the tenant's rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from service.models import Survey, SurveySettings, SurveyVersion
from service.models.surveys import SHIPPED_PREFIX
from service.shipped.surveys import ENGLISH, SHIPPED


@dataclass(frozen=True)
class OfferedSurvey:
    """A survey as lists and choices show it.

    ``version`` 0: shipped, and nobody has used or changed it yet.
    """

    reference: str
    kind: str
    name: str
    is_active: bool
    version: int
    document: dict[str, Any]
    made_at: Any = None

    def words(self, language: str) -> dict[str, Any]:
        return words_in(self.document, language)


def words_in(document: dict[str, Any], language: str) -> dict[str, Any]:
    """The words of a survey in a language, or in another that it has."""
    found: dict[str, Any] = document.get(language) or document.get(ENGLISH) or {}
    return found or next(iter(document.values()), {})


def offered_surveys(language: str, *, active: bool = False) -> list[OfferedSurvey]:
    """Every survey, by kind and name; ``active``: only those in use. One statement."""
    newest = SurveyVersion.objects.filter(survey=OuterRef("pk")).order_by("-version")
    rows = Survey.objects.annotate(
        document=Subquery(newest.values("document")[:1]),
        made_at=Subquery(newest.values("made_at")[:1]),
    )
    offered, made = [], set()
    for row in rows:
        made.add(row.shipped)
        if row.is_active or not active:
            offered.append(
                OfferedSurvey(
                    row.reference, row.kind, row.name, row.is_active, row.version, row.document,
                    row.made_at,
                )
            )  # fmt: skip
    offered += [
        OfferedSurvey(
            SHIPPED_PREFIX + survey.key, survey.kind, survey.name.get(language) or
            survey.name[ENGLISH], True, 0, survey.document,
        )
        for survey in SHIPPED
        if survey.key not in made
    ]  # fmt: skip
    kinds = ["nps", "csat", "ces"]
    return sorted(offered, key=lambda one: (kinds.index(one.kind), one.name))


def latest_words(survey: Survey) -> SurveyVersion:
    """The version by which a survey is asked now."""
    found: SurveyVersion = SurveyVersion.objects.filter(survey=survey).order_by("-version").first()
    return found


def survey_settings() -> SurveySettings:
    """The tenant's rules; unsaved defaults while nobody has set any."""
    found: SurveySettings | None = SurveySettings.objects.select_related(
        "quarterly", "acceptance"
    ).first()
    return found or SurveySettings()
