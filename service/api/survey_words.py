"""The words of surveys and the rules by which they are asked, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.http import Http404
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import ContactRole
from accounts.queries.calendars import working_calendar
from accounts.rest.listings import Listing
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Given, Item, Resource
from service.actions.survey_sweep import next_quarterly
from service.actions.surveys import (
    LINES,
    LONGEST_TEXT,
    MOST_FURTHER,
    SurveyChanged,
    change_survey,
    change_survey_settings,
    make_survey,
    survey_by,
)
from service.api.requests import LANGUAGES
from service.models import SurveyKind
from service.models.surveys import MOST_CAP_DAYS, MOST_OPEN_DAYS
from service.queries.surveys import OfferedSurvey, offered_surveys, survey_settings
from ui.palette import MARKS

WORDS: dict[str, Any] = {
    "question": "How likely are you to recommend us?",
    "low": "Not at all likely",
    "high": "Very likely",
    "why": "What is the main reason for your score?",
    "thanks": "Thank you.",
    "further": ["What should we do first?"],
}
EXAMPLE: dict[str, Any] = {
    "reference": "7",
    "kind": "nps",
    "name": "Would they recommend us",
    "is_active": True,
    "version": 2,
    "document": {"en": WORDS},
    "made_at": "2026-10-01T09:30:00+08:00",
}
RULES: dict[str, Any] = {
    "cap_days": 90,
    "open_days": 30,
    "language": "en",
    "quarterly": "7",
    "quarterly_roles": ["key_user", "decision_maker"],
    "quarterly_tiers": [],
    "acceptance": None,
    "acceptance_roles": ["key_user"],
    "acceptance_days": 10,
    "acceptance_since": None,
    "next_quarterly_on": "2027-01-04",
    "version": 3,
}


class Tiers(serializers.ListField):
    """Tiers of whatever scheme."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=serializers.CharField(max_length=12), max_length=len(MARKS["tier"]), **kwargs
        )

    def to_internal_value(self, data: Any) -> list[str]:
        found: list[str] = super().to_internal_value(data)
        if any(one not in MARKS["tier"] for one in found):
            words = _("One of: %(known)s.") % {"known": ", ".join(MARKS["tier"])}
            raise serializers.ValidationError(words)
        return found


class SurveyText(serializers.Serializer[Any]):
    """What is asked in one language: the question with both ends of the scale, what is asked after
    the score, and up to three further questions."""

    for _line in LINES:
        vars()[_line] = serializers.CharField(
            max_length=LONGEST_TEXT, required=_line != "thanks", allow_blank=_line == "thanks"
        )
    del _line
    further = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_TEXT), max_length=MOST_FURTHER,
        required=False,
    )  # fmt: skip


class SurveyDocument(serializers.DictField):
    """Language → what is asked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=SurveyText(), allow_empty=False, **kwargs)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().to_internal_value(data)
        if unknown := sorted(set(found) - set(LANGUAGES)):
            words = _("One of: %(known)s.") % {"known": ", ".join(LANGUAGES)}
            raise serializers.ValidationError({name: [words] for name in unknown})
        return found


@extend_schema_serializer(examples=[OpenApiExample("A survey", EXAMPLE, response_only=True)])
class SurveyFields(Shaped):
    """A survey that can be asked. `version` 0: it is shipped, and nobody has used or changed it."""

    reference = serializers.CharField(help_text="What other operations call it.")
    kind = serializers.ChoiceField(SurveyKind.choices)
    name = serializers.CharField()
    is_active = serializers.BooleanField()
    version = serializers.IntegerField()
    document = SurveyDocument()
    made_at = serializers.DateTimeField(allow_null=True, help_text="Of these words.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A survey", {"name": "After a year", "kind": "nps", "document": {"en": WORDS}}
        )
    ]
)
class NewSurvey(serializers.Serializer[Any]):
    """A survey of the tenant's own. A language is given whole."""

    name = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(SurveyKind.choices)
    document = SurveyDocument()


class SurveyChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays. A document replaces the one before whole."""

    name = serializers.CharField(max_length=80)
    is_active = serializers.BooleanField()
    document = SurveyDocument()


class SurveyWordRows(Resource):
    noun, plural = "survey", "surveys"
    scope_to_read, scope_to_write = "surveys:read", "surveys:edit"
    shape = SurveyFields

    def every(self) -> list[OfferedSurvey]:
        return offered_surveys(get_language() or "en")

    def the(self, reference: str) -> OfferedSurvey:
        """
        Raises:
            Http404: there is none.
        """
        for one in self.every():
            if one.reference == reference:
                return one
        raise Http404


class Surveys(SurveyWordRows, Listing):
    """Every survey with its words, by kind and name."""

    new = NewSurvey

    def make(self, given: Given) -> Any:
        """Write a survey of the tenant's own."""
        return self.the(make_survey(by=self.person, **given).reference)


class OneSurvey(SurveyWordRows, Item):
    """One survey."""

    changes = SurveyChanges

    def row(self, *, locked: bool = False) -> Any:
        return self.the(self.kwargs["reference"])

    def change(self, row: Any, given: Given) -> None:
        """Give it other words, or use it no more; what was asked keeps the words by which it was. A
        shipped one becomes the tenant's own by that."""
        values = {"name": row.name, "is_active": row.is_active, "document": row.document} | given
        survey = survey_by(row.reference, language=get_language() or "en")
        try:
            change_survey(survey=survey, seen=max(1, row.version), by=self.person, **values)
        except SurveyChanged as error:
            raise Conflict(_("Somebody else changed this survey meanwhile.")) from error


@extend_schema_serializer(examples=[OpenApiExample("Rules", RULES, response_only=True)])
class SurveyRuleFields(Shaped):
    """How often a contact is asked at most, and what is asked by itself: each quarter, and some
    working days after a project was accepted. Surveys by their references; null: not by itself."""

    cap_days = serializers.IntegerField(help_text="Days between two surveys; 0: no limit.")
    open_days = serializers.IntegerField(help_text="How long a link may be answered.")
    language = serializers.CharField()
    quarterly = serializers.CharField(source="quarterly.reference", allow_null=True, default=None)
    quarterly_roles = serializers.ListField(child=serializers.CharField())
    quarterly_tiers = serializers.ListField(
        child=serializers.CharField(), help_text="None: whatever their tier."
    )
    acceptance = serializers.CharField(source="acceptance.reference", allow_null=True, default=None)
    acceptance_roles = serializers.ListField(child=serializers.CharField())
    acceptance_days = serializers.IntegerField()
    acceptance_since = serializers.DateField(
        allow_null=True, help_text="What was accepted before is not asked about."
    )
    next_quarterly_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


def _roles() -> serializers.ListField:
    return serializers.ListField(
        child=serializers.ChoiceField(ContactRole.Kind.choices), max_length=len(ContactRole.Kind)
    )


class SurveyRuleChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    cap_days = serializers.IntegerField(min_value=0, max_value=MOST_CAP_DAYS)
    open_days = serializers.IntegerField(min_value=1, max_value=MOST_OPEN_DAYS)
    language = serializers.ChoiceField(LANGUAGES)
    quarterly = serializers.CharField(max_length=40, allow_null=True)
    quarterly_roles = _roles()
    quarterly_tiers = Tiers()
    acceptance = serializers.CharField(max_length=40, allow_null=True)
    acceptance_roles = _roles()
    acceptance_days = serializers.IntegerField(min_value=0, max_value=120)


class SurveyRules(Item):
    """By which rules surveys are asked."""

    noun, plural = "survey_rules", "surveys"
    scope_to_read, scope_to_write = "surveys:edit", "surveys:edit"
    shape = SurveyRuleFields
    changes = SurveyRuleChanges

    def row(self, *, locked: bool = False) -> Any:
        return survey_settings()

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        for row in rows:
            row.next_quarterly_on = next_quarterly(
                timezone.now(), self.tenant, working_calendar()
            )  # fmt: skip
        return rows

    def change(self, row: Any, given: Given) -> None:
        """Set the rules by which surveys are asked."""
        values = dict(given)
        for name in ("quarterly", "acceptance"):
            if values.get(name) is not None:
                values[name] = self.survey(name, values[name])
        today: date = self.tenant.local_date(timezone.now())
        try:
            change_survey_settings(
                seen=row.version, values=values, today=today, by=self.person
            )  # fmt: skip
        except SurveyChanged as error:
            raise Conflict(_("Somebody else changed these rules meanwhile.")) from error

    def survey(self, field: str, reference: str) -> Any:
        """
        Raises:
            ValidationError: there is none in use.
        """
        language = get_language() or "en"
        if all(one.reference != reference for one in offered_surveys(language, active=True)):
            raise serializers.ValidationError({field: [_("There is no such survey.")]})
        return survey_by(reference, language=language)
