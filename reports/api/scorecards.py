"""Scorecards of project managers (绩效) for other programs: each figure of each person that the token
sees, and the projects behind it."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Colleague
from accounts.rest.filters import refuse_unknown
from accounts.rest.schema import refusals
from projects.models import Project
from projects.queries.portfolio import visible_projects
from reports.api.retention import FARTHEST, MOST_ROWS, PAGE, ROWS
from reports.compute.scorecards import BY_KEY
from reports.periods import Period, periods
from reports.queries.scorecards import (
    Board,
    Managers,
    accepted,
    accepted_days,
    board_of,
    managers,
    persons_seen,
)
from segmentation.api.asked import one_of, whole
from segmentation.api.spreads import GROUP, OfScope

RESULT: dict[str, Any] = {
    "person": "pat@vendor.example", "name": "Pat", "figure": "on_time", "all_projects": 9,
    "projects": 8, "value": 0.875, "low": 0.53, "high": 0.98, "expected": 0.8, "adjusted": 0.84,
    "adjusted_low": 0.6, "adjusted_high": 0.95, "place": 2,
}  # fmt: skip
EXAMPLE: dict[str, Any] = {
    "period": "12m",
    "from": "2025-11-24",
    "to": "2026-11-23",
    "figures": [
        {"figure": "on_time", "average": 0.81, "projects": 61, "placed": 7, "spread": 0.05,
         "allowed_for": ["size"]}
    ],
    "results": [RESULT],
}  # fmt: skip
PROJECT: dict[str, Any] = {
    "project": "P-88", "name": "Aurora 2", "customer": "C-1042", "accepted_on": "2026-09-30",
    "tier_later": "high", "effort": 120.0, "changes": 2, "modules": 3, "customer_share": 0.2,
    "values": {"on_time": 1.0, "schedule_days": -2.0},
}  # fmt: skip
PERIOD = OpenApiParameter(
    "period", str, default="12m", description="`12m`, a year `2026` or a quarter `2026-Q3`."
)


@extend_schema_serializer(
    many=False, examples=[OpenApiExample("Scorecards", EXAMPLE, response_only=True)]
)
class ScorecardFields(serializers.Serializer[Any]):
    """Figures of accepted projects by person: the mean with its interval of 95%, what the tenant's
    projects of that size and difficulty come to (`expected`), the value once that is allowed for
    (`adjusted`), and a place where there are projects enough. Null: undefined."""

    class Figure(serializers.Serializer[Any]):
        figure = serializers.ChoiceField(list(BY_KEY))
        average = serializers.FloatField(allow_null=True)
        projects = serializers.IntegerField()
        placed = serializers.IntegerField()
        spread = serializers.FloatField(allow_null=True)
        allowed_for = serializers.ListField(child=serializers.CharField())

        class Meta:
            ref_name = "ScorecardFigure"

    class Row(serializers.Serializer[Any]):
        person = serializers.CharField(help_text="Key of a colleague.")
        name = serializers.CharField()
        figure = serializers.ChoiceField(list(BY_KEY))
        all_projects = serializers.IntegerField()
        projects = serializers.IntegerField(help_text="Of them those with a known value.")
        for _name in ("value", "low", "high", "expected", "adjusted"):
            vars()[_name] = serializers.FloatField(allow_null=True)
        for _name in ("adjusted_low", "adjusted_high"):
            vars()[_name] = serializers.FloatField(allow_null=True)
        del _name
        place = serializers.IntegerField(allow_null=True)

        class Meta:
            ref_name = "ScorecardRow"

    period = serializers.CharField()
    vars()["from"] = serializers.DateField()
    to = serializers.DateField()
    figures = Figure(many=True)
    results = Row(many=True)


@extend_schema_serializer(
    many=False,
    examples=[OpenApiExample("Projects", {"total": 1, "results": [PROJECT]}, response_only=True)],
)
class ScorecardProjects(serializers.Serializer[Any]):
    """The projects behind a scorecard that the token sees; `total` counts those. `values`: by figure."""

    class Row(serializers.Serializer[Any]):
        project = serializers.CharField()
        name = serializers.CharField()
        customer = serializers.CharField()
        accepted_on = serializers.DateField(allow_null=True)
        tier_later = serializers.CharField(help_text="Tier six months after handover; empty: none.")
        effort = serializers.FloatField(allow_null=True)
        changes = serializers.FloatField(allow_null=True)
        modules = serializers.FloatField(allow_null=True)
        customer_share = serializers.FloatField(allow_null=True)
        values = serializers.DictField(child=serializers.FloatField(allow_null=True))

        class Meta:
            ref_name = "ScorecardProject"

    total = serializers.IntegerField()
    results = Row(many=True)


class _OfManagers(OfScope):
    scope_to_read = "scorecards:read"

    def board(self, request: Request, people: Managers) -> tuple[Period, Board]:
        today = self.tenant.local_date(timezone.now())
        days = accepted_days(today)
        offered = periods(today, days[0] if days else None)
        asked = one_of(request, "period", tuple(one.key for one in offered))
        period = next(one for one in offered if one.key == asked)
        customers = None
        if whole(request, "group", 0, least=1, most=2**63 - 1):
            customers = self.whole_scope(request).in_group
        found = accepted(period.first, min(period.last, today), customers)
        return period, board_of(found, people, today, self.tenant.zone)

    def seen(self, people: Managers) -> set[int]:
        """Persons whose scorecards the token sees."""
        return set(people.names) if self.member is None else persons_seen(self.member, people)


class Scorecards(_OfManagers):
    @extend_schema(
        operation_id="read_scorecards",
        tags=["scorecards"],
        parameters=[PERIOD, GROUP],
        responses={200: ScorecardFields, **refusals(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """Every figure of everybody whose scorecard the token sees: one's own, and those of others as
        far as the tenant allows."""
        refuse_unknown(request, ("period", "group"))
        people = managers()
        period, board = self.board(request, people)
        keys = dict(Colleague.objects.filter(pk__in=people.names).values_list("pk", "key"))
        seen = sorted(self.seen(people) & set(board.projects["person"]))
        told = {
            "period": period.key, "from": period.first, "to": period.last,
            "figures": [
                {
                    "figure": key, "average": _known(one.average), "projects": one.projects,
                    "placed": one.placed, "spread": _known(one.spread),
                    "allowed_for": list(one.allowed_for),
                }
                for key, one in board.figures.items()
            ],
            "results": [
                {
                    "person": keys[person], "name": people.names[person], "figure": key,
                    **{name: _known(value) for name, value in asdict(one.of(person)).items()},
                }
                for person in seen
                for key, one in board.figures.items()
            ],
        }  # fmt: skip
        return Response(told)


class ProjectsOfScorecards(_OfManagers):
    @extend_schema(
        operation_id="list_scorecard_projects",
        tags=["scorecards"],
        parameters=[
            OpenApiParameter("person", str, required=True, description="Key of a colleague."),
            PERIOD,
            GROUP,
            *PAGE,
        ],
        responses={200: ScorecardProjects, **refusals(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """The projects behind the scorecard of one person, the latest acceptance first."""
        refuse_unknown(request, ("person", "period", "group", "limit", "offset"))
        people = managers()
        text = serializers.CharField(max_length=300, allow_blank=True)
        key = text.run_validation(request.query_params.get("person", ""))
        named = Colleague.objects.filter(key=key).values_list("pk", flat=True).first()
        person = people.of.get(named) if named is not None else None
        if person is None or person not in self.seen(people):
            raise serializers.ValidationError({"person": [_("There is no such scorecard.")]})
        limit = whole(request, "limit", ROWS, least=1, most=MOST_ROWS)
        offset = whole(request, "offset", 0, least=0, most=FARTHEST)
        _period, board = self.board(request, people)
        facts = board.projects[board.projects["person"] == person]
        every = Project.objects.all() if self.member is None else visible_projects(self.member)
        shown = every.filter(pk__in=[int(pk) for pk in facts.index]).select_related("customer")
        projects = {one.pk: one for one in shown}
        facts = facts[facts.index.isin(list(projects))]
        part = facts.iloc[offset : offset + limit]
        rows = [
            _row(projects[int(pk)], one)
            for pk, one in zip(part.index, part.to_dict("records"), strict=True)
        ]
        return Response({"total": len(facts), "results": rows})


def _row(project: Project, facts: dict[Any, Any]) -> dict[str, Any]:
    tier = facts["tier"]
    return {
        "project": project.key, "name": project.name, "customer": project.customer.key,
        "accepted_on": project.accepted_on, "tier_later": tier if isinstance(tier, str) else "",
        **{
            name: _known(float(facts[name]))
            for name in ("effort", "changes", "modules", "customer_share")
        },
        "values": {key: _known(float(facts[key])) for key in BY_KEY},
    }  # fmt: skip


def _known(value: Any) -> Any:
    """Undefined and endless values as null."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
