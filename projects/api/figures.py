"""A project's effort against its baseline, its critical path and its training, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.queries.calendars import working_calendar
from accounts.rest.shapes import Shaped
from accounts.rest.views import Item
from projects.api.ground import OfProjects
from projects.api.projects import PersonDays
from projects.compute.delivery import THOUSANDTHS
from projects.models import Task
from projects.queries.burn import ITEM, NOTHING, SIGNED, UNAPPROVED, Burn, BurnRow, burn_of
from projects.queries.critical import critical_tasks
from projects.queries.training import how_to_questions, trained_of, users_of

MOST_UNTRAINED = 50
EXAMPLE = {
    "key": "P-88",
    "baseline": {"version": 1, "starts_on": "2026-08-03", "due_on": "2026-11-13",
                 "effort_days": "42.000"},
    "booked": "37.500", "unapproved": "1.500",
    "rows": [{"part": "item", "key": "4.2", "title": "Payroll", "phase": "Build",
              "baseline": "12.000", "booked": "9.500", "left": "2.500", "estimate": None}],
    "weeks": [{"from_on": "2026-09-07", "booked": "4.000", "unapproved": "0.000"}],
    "forecast": {"basis": "range", "budget": "42.000", "share_done": "0.6000",
                 "as_planned": "54.300", "as_paced": "61.500", "low": "54.300", "high": "61.500"},
    "critical": [9, 12, 14],
    "training": {"users": 12, "trained": 9, "is_known": True, "untrained": ["ann@aurora.example"],
                 "questions": None},
}  # fmt: skip
# What a row counts as.
PARTS = [(name, name) for name in (ITEM, SIGNED, NOTHING, UNAPPROVED)]


class BaselineFields(serializers.Serializer[Any]):
    """The version in force."""

    version = serializers.IntegerField()
    starts_on = serializers.DateField()
    due_on = serializers.DateField()
    effort_days = PersonDays()


class BurnLine(serializers.Serializer[Any]):
    """Effort on one thing: an item of the baseline, a signed change request, nothing in particular,
    or what nobody signed for."""

    part = serializers.ChoiceField(PARTS)
    key = serializers.CharField(help_text="Of the item or the change request; empty: on nothing.")
    title = serializers.CharField()
    phase = serializers.CharField()
    baseline = PersonDays(allow_null=True)
    booked = PersonDays()
    left = PersonDays(allow_null=True, help_text="Of the baseline; negative: more was booked.")
    estimate = PersonDays(allow_null=True, help_text="Of a change request.")


class WeekLine(serializers.Serializer[Any]):
    from_on = serializers.DateField(help_text="Monday.")
    booked = PersonDays()
    unapproved = PersonDays()


class ForecastFields(serializers.Serializer[Any]):
    """Effort at completion. `basis`: `accepted`, `range`, `planned`, `items` or `nothing`."""

    basis = serializers.CharField()
    budget = PersonDays(allow_null=True)
    share_done = serializers.DecimalField(max_digits=8, decimal_places=4, allow_null=True)
    as_planned = PersonDays(allow_null=True)
    as_paced = PersonDays(allow_null=True)
    low = PersonDays(allow_null=True)
    high = PersonDays(allow_null=True)


class QuestionFigures(serializers.Serializer[Any]):
    """How-to questions after the acceptance."""

    accepted_on = serializers.DateField()
    until = serializers.DateField()
    questions = serializers.IntegerField()
    trained = serializers.IntegerField()
    per_trained = serializers.DecimalField(max_digits=12, decimal_places=4, allow_null=True)


class TrainingFigures(serializers.Serializer[Any]):
    """Of the customer's users how many took part in a session. `is_known`: one was held."""

    users = serializers.IntegerField()
    trained = serializers.IntegerField()
    is_known = serializers.BooleanField()
    untrained = serializers.ListField(
        child=serializers.CharField(), help_text="Keys of the first 50."
    )
    questions = QuestionFigures(allow_null=True)


@extend_schema_serializer(examples=[OpenApiExample("A project", EXAMPLE, response_only=True)])
class FiguresFields(Shaped):
    """A project today; efforts in person-days. `critical`: numbers of the tasks that cannot be late by
    a day without the plan's end being late."""

    key = serializers.CharField()
    baseline = BaselineFields(source="burn.baseline", allow_null=True)
    booked = PersonDays(source="burn_booked")
    unapproved = PersonDays(source="burn_unapproved")
    rows = BurnLine(many=True, source="burn_rows")
    weeks = WeekLine(many=True, source="burn_weeks")
    forecast = ForecastFields(source="burn_forecast")
    critical = serializers.ListField(child=serializers.IntegerField())
    training = TrainingFigures(source="training_figures")


class OneFigures(OfProjects, Item):
    """What a project's effort, plan and training come to today."""

    noun, plural = "project_figures", "project_figures"
    scope_to_read = "projects:read"
    shape = FiguresFields

    def found(self) -> QuerySet[Any]:
        return self.projects().select_related("customer")

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        for row in rows:
            burn = burn_of(row, self.today)
            row.burn = burn
            row.burn_booked, row.burn_unapproved = _days(burn.booked), _days(burn.unapproved)
            row.burn_rows = list(map(_line, burn.rows))
            row.burn_weeks = [
                {"from_on": week, "booked": _days(whole), "unapproved": _days(part)}
                for week, (whole, part) in burn.weeks.items()
            ]
            row.burn_forecast = _forecast(burn)
            critical = critical_tasks(row.pk, working_calendar())
            tasks = Task.objects.filter(pk__in=critical).order_by("number")
            row.critical = list(tasks.values_list("number", flat=True))
            row.training_figures = self._training(row)
        return rows

    def _training(self, project: Any) -> dict[str, Any]:
        trained = trained_of(project.customer, self.today)
        missing = users_of(project.customer, self.today).filter(is_trained=False)
        asked = how_to_questions([project.pk], self.today, self.tenant).get(project.pk)
        per = asked.per_trained if asked else None
        return {
            "users": trained.users,
            "trained": trained.trained,
            "is_known": trained.is_known,
            "untrained": list(
                missing.order_by("name", "pk").values_list("key", flat=True)[:MOST_UNTRAINED]
            ),
            "questions": None if asked is None else {
                "accepted_on": asked.accepted_on, "until": asked.until,
                "questions": asked.questions, "trained": asked.trained,
                "per_trained": None if per is None else round(per, 4),
            },
        }  # fmt: skip


def _line(row: BurnRow) -> dict[str, Any]:
    return {
        "part": row.part, "key": row.number, "title": row.title, "phase": row.phase,
        "baseline": _maybe(row.baseline), "booked": _days(row.booked), "left": _maybe(row.left),
        "estimate": _maybe(row.estimate),
    }  # fmt: skip


def _forecast(burn: Burn) -> dict[str, Any]:
    found = burn.forecast
    share = found.share_done
    efforts = {
        name: _maybe(getattr(found, name))
        for name in ("budget", "as_planned", "as_paced", "low", "high")
    }
    return efforts | {
        "basis": found.basis,
        "share_done": None if share is None
        else round(Decimal(share.numerator) / share.denominator, 4),
    }  # fmt: skip


def _days(effort: int) -> Decimal:
    """Thousandths of a person-day as days."""
    return Decimal(effort) / THOUSANDTHS


def _maybe(effort: int | None) -> Decimal | None:
    return None if effort is None else _days(effort)
