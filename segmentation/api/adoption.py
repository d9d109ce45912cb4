"""Who owns which module and who uses it, for other programs; and nights that are missing."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.base import ApiView
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from segmentation.api.spreads import GROUP, OfScope
from segmentation.models import NightAlarm
from segmentation.queries.alarms import unreached
from segmentation.queries.stored import latest_night
from segmentation.queries.usage import adoption

EXAMPLE: dict[str, Any] = {
    "day": "2026-11-20",
    "results": [
        {
            "module": "orders", "name": "Orders", "owners": 120, "users": 101, "owners_using": 96,
            "rate": 0.8, "persons": 913, "events": 40210, "weekly": [9100, 9200], "trend": 0.04,
        }
    ],
}  # fmt: skip
ALARM: dict[str, Any] = {
    "results": [
        {
            "night": "2026-11-20", "kind": "late", "raised_at": "2026-11-21T06:00:00+08:00",
            "tries": 2, "members": ["ida@vendor.example"], "channels": [1],
        }
    ]
}  # fmt: skip


@extend_schema_serializer(
    many=False, examples=[OpenApiExample("Adoption", EXAMPLE, response_only=True)]
)
class AdoptionFields(serializers.Serializer[Any]):
    """Every module as of a day, the most owned first. `owners`: customers with a running subscription
    line, trials apart; `users`: customers that used it in the last 30 days; `rate`: owners using it by
    owners; `trend`: events of four weeks against the four before, as a difference."""

    class Row(serializers.Serializer[Any]):
        module = serializers.CharField()
        name = serializers.CharField()
        owners = serializers.IntegerField()
        users = serializers.IntegerField()
        owners_using = serializers.IntegerField()
        rate = serializers.FloatField(allow_null=True)
        persons = serializers.IntegerField()
        events = serializers.IntegerField()
        weekly = serializers.ListField(child=serializers.IntegerField())
        trend = serializers.FloatField(allow_null=True)

        class Meta:
            ref_name = "ModuleAdoption"

    day = serializers.DateField()
    results = Row(many=True)


@extend_schema_serializer(
    many=False, examples=[OpenApiExample("Alarms", ALARM, response_only=True)]
)
class AlarmFields(serializers.Serializer[Any]):
    """Alarms about missing nights that not everybody could be told: whom it did not reach, members by
    e-mail and the operator's channels by number, from 1."""

    class Row(serializers.Serializer[Any]):
        night = serializers.DateField()
        kind = serializers.ChoiceField(NightAlarm.Kind.choices)
        raised_at = serializers.DateTimeField()
        tries = serializers.IntegerField()
        members = serializers.ListField(child=serializers.CharField())
        channels = serializers.ListField(child=serializers.IntegerField())

        class Meta:
            ref_name = "NightAlarm"

    results = Row(many=True)


class ModuleAdoption(OfScope):
    scope_to_read = "modules:read"

    @extend_schema(
        operation_id="read_module_adoption",
        tags=["modules"],
        parameters=[GROUP],
        responses={200: AdoptionFields, **refusals(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """Who owns and who uses each module, among the customers that the token sees."""
        refuse_unknown(request, ("group",))
        night = latest_night()
        scope = self.whole_scope(request)
        day = night.as_of if night else self.tenant.last_ended_day()
        rows = [
            {
                "module": one.key, "name": one.name, "owners": one.owners, "users": one.users,
                "owners_using": one.owners_using, "rate": one.rate, "persons": one.persons,
                "events": one.events, "weekly": one.weekly, "trend": one.trend,
            }
            for one in adoption(scope, night, day, self.tenant.zone)
        ]  # fmt: skip
        return Response({"day": day, "results": rows})


class NightAlarms(ApiView):
    scope_to_read = "nights:read"

    @extend_schema(
        operation_id="list_night_alarms",
        tags=["nights"],
        responses={200: AlarmFields, **refusals(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """Alarms about nights that are still missing and that not everybody could be told."""
        refuse_unknown(request, ())
        rows = [
            {
                "night": one.alarm.night.as_of, "kind": one.alarm.kind,
                "raised_at": one.alarm.raised_at, "tries": one.alarm.tries,
                "members": [member.user.email for member in one.members],
                "channels": [place + 1 for place in one.channels],
            }
            for one in unreached()
        ]  # fmt: skip
        return Response(AlarmFields({"results": rows}).data)
