"""Answers to surveys for other programs, and answers that were given elsewhere."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Day
from accounts.rest.views import Collection, Given, Item, Resource
from service.actions.survey_answers import LONGEST_COMMENT
from service.actions.survey_scores import record_answer
from service.api.requests import named_contact
from service.compute.surveys import standing
from service.models import SurveyAnswer, SurveyKind

EXAMPLE: dict[str, Any] = {
    "key": "link-4711",
    "kind": "nps",
    "score": 9,
    "standing": "good",
    "comment": "Quick answers.",
    "further": {"0": "More training."},
    "customer": "C-1042",
    "contact": "ann@aurora.example",
    "roles": ["key_user"],
    "answered_on": "2026-11-18",
    "answered_at": "2026-11-18T10:12:00+08:00",
    "round": 12,
    "project": None,
}


@extend_schema_serializer(examples=[OpenApiExample("An answer", EXAMPLE, response_only=True)])
class AnswerFields(Shaped):
    """One answer. `standing`: good, middle or bad; of NPS promoter, passive or detractor."""

    key = serializers.CharField()
    kind = serializers.ChoiceField(SurveyKind.choices)
    score = serializers.IntegerField()
    standing = serializers.SerializerMethodField()
    comment = serializers.CharField()
    further = serializers.DictField(
        child=serializers.CharField(), help_text="Place of a further question → answer."
    )
    customer = serializers.CharField(source="customer.key")
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    roles = serializers.ListField(
        child=serializers.CharField(), help_text="Of the contact, on the day of the answer."
    )
    answered_on = serializers.DateField()
    answered_at = serializers.DateTimeField(allow_null=True)
    round = serializers.IntegerField(
        source="invitation.round_id", allow_null=True, default=None,
        help_text="Null: it was not asked by a link of ours.",
    )  # fmt: skip
    project = serializers.CharField(source="project.key", allow_null=True, default=None)

    def get_standing(self, answer: Any) -> str:
        return standing(answer.kind, answer.score)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "An NPS score",
            {
                "customer": "C-1042",
                "contact": "ann@aurora.example",
                "key": "form-991",
                "kind": "nps",
                "score": 9,
                "answered_on": "2026-11-18",
            },
        )
    ]
)
class NewAnswer(serializers.Serializer[Any]):
    """An answer to a survey that was asked elsewhere. NPS 0 to 10, CSAT 1 to 5, customer effort 1
    to 7."""

    customer = serializers.CharField(max_length=200, help_text="Key of the customer.")
    contact = serializers.CharField(
        max_length=200, required=False, allow_null=True, default=None, help_text="Key."
    )
    key = serializers.CharField(max_length=200, help_text="The tenant's own id, once.")
    kind = serializers.ChoiceField(SurveyKind.choices)
    score = serializers.IntegerField(min_value=0, max_value=10)
    comment = serializers.CharField(
        max_length=LONGEST_COMMENT, required=False, allow_blank=True, default=""
    )
    answered_on = Day(required=False, allow_null=True, default=None, help_text="Null: today.")


class AnswerRows(Resource):
    noun, plural = "survey_answer", "survey_answers"
    scope_to_read, scope_to_write = "surveys:read", "surveys:write"
    shape = AnswerFields

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = SurveyAnswer.objects.select_related(
            "customer", "contact", "invitation", "project"
        )
        return self.of_seen_customers(rows)


class SurveyAnswers(AnswerRows, Collection):
    """Answers to surveys, the latest first."""

    sorts = {"-answered_on": "answered_on", "score": "score"}
    filters = (
        filters.choice("kind", "kind", SurveyKind.choices),
        filters.text("customer", "customer__key", many=True, help="Keys with commas between."),
        filters.whole("round", "invitation__round_id", most=2**63 - 1),
        filters.text("project", "project__key"),
        filters.whole("least_score", "score__gte", most=10),
        filters.whole("most_score", "score__lte", most=10),
        filters.day("since", "answered_on__gte", help="On this day or later."),
        filters.day("until", "answered_on__lte", help="On this day or earlier."),
        filters.changed_since(),
    )
    new = NewAnswer

    def make(self, given: Given) -> Any:
        """Write down an answer that was given elsewhere."""
        customer = self.customer_named(given.pop("customer"))
        key = given.pop("contact")
        today: date = self.tenant.local_date(timezone.now())
        made = record_answer(
            customer=customer, contact=named_contact(customer, key) if key else None,
            answered_on=given.pop("answered_on") or today, today=today, by=self.person, **given,
        )  # fmt: skip
        return self.found().get(pk=made.pk)


class OneSurveyAnswer(AnswerRows, Item):
    """One answer."""
