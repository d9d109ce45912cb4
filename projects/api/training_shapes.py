"""Training sessions as other programs see, hold and change them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.shapes import Shaped
from accounts.rest.values import Attributes, Named, colleagues
from projects.api.ground import KeyField, PlanDay
from projects.models import Attendance, TrainingSession
from projects.models.training import MOST_MINUTES
from projects.queries.training import LEARNERS, MOST_ATTENDANTS

MOST_MODULES = 200
EXAMPLE = {
    "key": "session-9f31c02a", "customer": "C-1042", "project": "P-88", "title": "Month end",
    "kind": "end_user", "held_on": "2026-10-12", "minutes": 90, "trainer": "lee@vendor.example",
    "place": "Room 4", "modules": ["payroll"],
    "attendances": [{"contact": "ann@aurora.example", "name": "Ann Wu", "state": "present"}],
    "unnamed": 0, "attributes": {}, "changed_at": "2026-10-12T17:05:00+08:00",
}  # fmt: skip


class AttendanceFields(serializers.Serializer[Any]):
    """Whether a contact took part."""

    contact = serializers.CharField(source="contact.key")
    name = serializers.CharField(source="contact.name")
    state = serializers.ChoiceField(Attendance.State.choices)


@extend_schema_serializer(examples=[OpenApiExample("A session", EXAMPLE, response_only=True)])
class SessionFields(Shaped):
    """A session on one day, for people of one customer; in a project or outside of one. `unnamed`:
    attendances of people who are contacts no more."""

    key = serializers.CharField()
    customer = serializers.CharField(source="customer.key")
    project = serializers.CharField(
        source="project_key",
        allow_null=True,
        help_text="Null also where the token does not see it.",
    )
    title = serializers.CharField()
    kind = serializers.ChoiceField(TrainingSession.Kind.choices)
    held_on = serializers.DateField()
    minutes = serializers.IntegerField(allow_null=True)
    trainer = serializers.CharField(source="trainer.key", allow_null=True, default=None)
    place = serializers.CharField()
    modules = serializers.ListField(child=serializers.CharField(), source="module_keys")
    attendances = AttendanceFields(many=True, source="said_attendances")
    unnamed = serializers.IntegerField()
    attributes = Attributes()
    changed_at = serializers.DateTimeField(source="known_from")


class SessionChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays."""

    title = serializers.CharField(max_length=300)
    kind = serializers.ChoiceField(TrainingSession.Kind.choices)
    held_on = PlanDay(help_text="Also a day to come.")
    minutes = serializers.IntegerField(
        min_value=1, max_value=MOST_MINUTES, allow_null=True, required=False
    )
    trainer = Named(among=colleagues, max_length=200, required=False)
    place = serializers.CharField(max_length=300, allow_blank=True, required=False)
    project = KeyField(allow_null=True, required=False, help_text="A project of the customer.")
    modules = serializers.ListField(
        child=KeyField(), max_length=MOST_MODULES, required=False,
        help_text="Keys of modules; all of them.",
    )  # fmt: skip


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A session",
            {
                "customer": "C-1042", "project": "P-88", "title": "Month end", "kind": "end_user",
                "held_on": "2026-10-12", "minutes": 90, "modules": ["payroll"],
            },
            request_only=True,
        )
    ]
)  # fmt: skip
class NewSession(SessionChanges):
    """A session that was held, or will be."""

    customer = KeyField(help_text="Key of the customer.")


class SaidAttendance(serializers.Serializer[Any]):
    """What is said of one contact; null: nothing any more."""

    contact = KeyField()
    state = serializers.ChoiceField(Attendance.State.choices, allow_null=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One was ill",
            {"people": [{"contact": "ann@aurora.example", "state": "excused"}], "rest": True},
            request_only=True,
        )
    ]
)
class Attending(serializers.Serializer[Any]):
    """Who took part. Of whom nothing is sent stays as it is."""

    people = serializers.ListField(child=SaidAttendance(), max_length=MOST_ATTENDANTS, default=list)
    rest = serializers.BooleanField(
        default=False, help_text="Every other contact of whom nothing was said took part."
    )


@extend_schema_serializer(
    examples=[OpenApiExample("Somebody new", {"name": "Bo Li"}, request_only=True)]
)
class Joining(serializers.Serializer[Any]):
    """Somebody who took part and is no contact yet."""

    name = serializers.CharField(max_length=300)
    role = serializers.ChoiceField(
        [*((kind.value, kind.label) for kind in LEARNERS), ("", "")], default=LEARNERS[-1].value,
        help_text="The role from that day on; empty: none.",
    )  # fmt: skip
