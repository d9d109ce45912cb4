"""How success plans and privileges are said to other programs, and what they are told of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.shapes import Shaped
from accounts.rest.values import Day, Named, colleagues
from segmentation import catalogue
from service.models import Goal

EXAMPLE_GOAL: dict[str, Any] = {
    "id": 4,
    "customer": "C-1042",
    "title": "Half of the staff uses it",
    "text": "",
    "measure": "seat_utilisation",
    "target": "0.5000",
    "by_on": "2026-12-31",
    "state": "open",
    "settled_on": None,
    "is_shared": True,
}
EXAMPLE_MILESTONE: dict[str, Any] = {
    "id": 9,
    "customer": "C-1042",
    "goal": 4,
    "title": "Training of the second site",
    "due_on": "2026-11-30",
    "colleague": "mia@vendor.example",
    "contact": "ann@aurora.example",
    "done_on": None,
    "is_shared": True,
}
EXAMPLE_PRIVILEGE: dict[str, Any] = {
    "id": 2,
    "customer": "C-1042",
    "title": "Answers within two hours",
    "text": "",
    "from_on": "2026-01-01",
    "to_on": None,
    "is_shared": False,
}


def _title(**kwargs: Any) -> serializers.CharField:
    return serializers.CharField(max_length=kwargs.pop("longest", 300), **kwargs)


def _text() -> serializers.CharField:
    return serializers.CharField(max_length=10_000, required=False, allow_blank=True)


def _shared() -> serializers.BooleanField:
    return serializers.BooleanField(required=False, help_text="Shown to the customer.")


def _key() -> serializers.CharField:
    return serializers.CharField(max_length=200, help_text="Key of the customer.")


class PlanFields(Shaped):
    id = serializers.IntegerField()
    customer = serializers.CharField(source="customer.key")
    title = serializers.CharField()
    is_shared = serializers.BooleanField(help_text="Shown to the customer.")


@extend_schema_serializer(examples=[OpenApiExample("A goal", EXAMPLE_GOAL, response_only=True)])
class GoalFields(PlanFields):
    """What a customer wants to reach. `measure` with its `target` where a night can say how far it is
    (shares as fractions of 1), else it is told in words."""

    text = serializers.CharField()
    measure = serializers.CharField()
    target = serializers.DecimalField(20, 4, allow_null=True)
    by_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(Goal.State.choices)
    settled_on = serializers.DateField(allow_null=True)


class GoalChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    title = _title()
    text = _text()
    measure = serializers.CharField(max_length=60, required=False, allow_blank=True)
    target = serializers.DecimalField(18, 4, required=False, allow_null=True)
    by_on = Day(required=False, allow_null=True)
    state = serializers.ChoiceField(Goal.State.choices, required=False)
    is_shared = _shared()

    def validate_measure(self, measure: str) -> str:
        if measure and measure not in catalogue.names():
            raise serializers.ValidationError(_("There is no such measure."))
        return measure


@extend_schema_serializer(
    examples=[OpenApiExample("In words", {"customer": "C-1042", "title": "Open in two countries"})]
)
class NewGoal(GoalChanges):
    """A goal of a customer."""

    customer = _key()


@extend_schema_serializer(
    examples=[OpenApiExample("A milestone", EXAMPLE_MILESTONE, response_only=True)]
)
class MilestoneFields(PlanFields):
    """Something that both sides want done by a day, with a person on each side."""

    goal = serializers.IntegerField(source="goal_id", allow_null=True)
    due_on = serializers.DateField()
    colleague = serializers.CharField(source="colleague.key", allow_null=True, default=None)
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    done_on = serializers.DateField(allow_null=True)


class MilestoneChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    title = _title()
    goal = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, required=False, allow_null=True
    )
    due_on = Day()
    colleague = Named(among=colleagues, required=False)
    contact = serializers.CharField(
        max_length=200, required=False, allow_null=True, help_text="Key of the contact."
    )
    done_on = Day(required=False, allow_null=True)
    is_shared = _shared()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A training", {"customer": "C-1042", "title": "Training", "due_on": "2026-11-30"}
        )
    ]
)
class NewMilestone(MilestoneChanges):
    """A joint milestone with a customer."""

    customer = _key()


@extend_schema_serializer(
    examples=[OpenApiExample("A privilege", EXAMPLE_PRIVILEGE, response_only=True)]
)
class PrivilegeFields(PlanFields):
    """What a customer is entitled to beyond its contract, from a day to a day."""

    text = serializers.CharField()
    from_on = serializers.DateField()
    to_on = serializers.DateField(
        allow_null=True, help_text="The last day; null: until further notice."
    )


class PrivilegeChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    title = _title(longest=200)
    text = _text()
    from_on = Day()
    to_on = Day(required=False, allow_null=True)
    is_shared = _shared()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Quick answers",
            {"customer": "C-1042", "title": "Answers in two hours", "from_on": "2026-01-01"},
        )
    ]
)
class NewPrivilege(PrivilegeChanges):
    """A privilege of a customer."""

    customer = _key()
