"""Goals for other programs: set, changed, closed; where they stand, and what they said before."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest import filters
from accounts.rest.shapes import Shaped
from accounts.rest.values import Day, Named, colleagues
from accounts.rest.views import Collection, Given, Item, Resource, Verb
from reports.actions.goals import (
    LARGEST,
    MOST_CHANGE,
    GoalValues,
    add_goal,
    change_goal,
    close_goal,
)
from reports.catalogue import figures_of
from reports.compute.documents import ReportKind
from reports.compute.goals import Standing
from reports.compute.report_periods import period_with
from reports.models import KpiGoal, KpiGoalVersion
from reports.queries.goals import standings
from reports.tasks import fill_months_of_goals

STANDINGS = [str(one) for one in Standing]
EXAMPLE: dict[str, Any] = {
    "id": 2,
    "key": "dau_rate",
    "baseline": "0.2000000000",
    "baseline_on": "2026-10-31",
    "target": "0.3000000000",
    "change": "0.5000000000",
    "due_on": "2027-04-30",
    "owner": "mia@vendor.example",
    "note": "",
    "state": "open",
    "closed_on": None,
    "version": 1,
    "made_at": "2026-11-02T09:30:00+08:00",
    "standing": "on_pace",
    "now": "0.2400000000",
    "now_on": "2026-11-30",
    "expected": "0.2166666667",
    "progress": "0.4000000000",
    "at_pace": "0.4400000000",
    "at_pace_of_three_months": None,
}
EXAMPLE_VERSION: dict[str, Any] = {
    "version": 1,
    "baseline": "0.2000000000",
    "baseline_on": "2026-10-31",
    "target": "0.3000000000",
    "change": None,
    "due_on": "2027-04-30",
    "note": "",
    "state": "open",
    "changed_at": "2026-11-05T09:30:00+08:00",
    "changed_by": "ida@vendor.example",
}
_NUMBER: dict[str, Any] = {"max_digits": 24, "decimal_places": 10}
_PLACES = 10


@extend_schema_serializer(examples=[OpenApiExample("A goal", EXAMPLE, response_only=True)])
class KpiGoalFields(Shaped):
    """What a figure of the executives' report was and what it shall become. Shares are fractions of 1,
    amounts in the tenant's currency. `at_pace`: the figure on the due day at the pace since the
    baseline; null: not estimable."""

    id = serializers.IntegerField()
    key = serializers.CharField(help_text="Of a figure set of the kind `executive`.")
    baseline = serializers.DecimalField(**_NUMBER)
    baseline_on = serializers.DateField()
    target = serializers.DecimalField(**_NUMBER)
    change = serializers.DecimalField(
        **_NUMBER, allow_null=True, help_text="Of the baseline, as it was given; null: as a value."
    )
    due_on = serializers.DateField()
    owner = serializers.CharField(source="owner.key", allow_null=True, default=None)
    note = serializers.CharField()
    state = serializers.ChoiceField(KpiGoal.State.choices)
    closed_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    standing = serializers.ChoiceField(STANDINGS)
    now = serializers.CharField(allow_null=True, help_text="The figure, at the latest month-end.")
    now_on = serializers.DateField(allow_null=True)
    expected = serializers.CharField(
        allow_null=True, help_text="What the line to the target has on that day."
    )
    progress = serializers.CharField(allow_null=True, help_text="Share of the way that is gone.")
    at_pace = serializers.CharField(allow_null=True)
    at_pace_of_three_months = serializers.CharField(allow_null=True)


class KpiGoalMonth(serializers.Serializer[Any]):
    """The figure of a month, and the set that it stands in."""

    period = serializers.CharField(source="period.key")
    value = serializers.CharField(allow_null=True)
    figure_set = serializers.IntegerField(allow_null=True, help_text="Null: not made.")
    reason = serializers.CharField(help_text="Why there is no value.")


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A goal",
            EXAMPLE
            | {"months": [{"period": "2026-11", "value": "0.24", "figure_set": 812, "reason": ""}]},
            response_only=True,
        )
    ]
)
class WholeKpiGoal(KpiGoalFields):
    """A goal with its figure month by month, the oldest first."""

    months = KpiGoalMonth(many=True)


@extend_schema_serializer(examples=[OpenApiExample("Before", EXAMPLE_VERSION, response_only=True)])
class KpiGoalVersionFields(Shaped):
    """What a goal said before it was changed."""

    version = serializers.IntegerField()
    baseline = serializers.CharField(source="held.baseline")
    baseline_on = serializers.CharField(source="held.baseline_on")
    target = serializers.CharField(source="held.target")
    change = serializers.CharField(source="held.change", allow_null=True)
    due_on = serializers.CharField(source="held.due_on")
    note = serializers.CharField(source="held.note")
    state = serializers.CharField(source="held.state")
    changed_at = serializers.DateTimeField()
    changed_by = serializers.CharField(source="changed_by.email", allow_null=True, default=None)


class KpiGoalChanges(serializers.Serializer[Any]):
    """What a goal says. Of `target` and `change` the one that is sent holds; `baseline` null: the
    figure of that month."""

    baseline_on = Day(help_text="A day of the month at whose end it begins.")
    due_on = Day()
    baseline = serializers.DecimalField(
        **_NUMBER, min_value=-LARGEST, max_value=LARGEST, required=False, allow_null=True
    )
    target = serializers.DecimalField(
        **_NUMBER, min_value=-LARGEST, max_value=LARGEST, required=False, allow_null=True
    )
    change = serializers.DecimalField(
        **_NUMBER, min_value=-MOST_CHANGE, max_value=MOST_CHANGE, required=False, allow_null=True,
        help_text="Of the baseline, as a fraction of it.",
    )  # fmt: skip
    owner = Named(among=colleagues, required=False)
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Half as many again",
            {
                "key": "dau_rate", "baseline_on": "2026-10-31", "change": "0.5",
                "due_on": "2027-04-30", "owner": "mia@vendor.example",
            },
        )
    ]
)  # fmt: skip
class NewKpiGoal(KpiGoalChanges):
    """A goal for a figure."""

    key = serializers.ChoiceField(sorted(figures_of(ReportKind.EXECUTIVE)))


@extend_schema_serializer(examples=[OpenApiExample("Reached", {"state": "reached"})])
class KpiGoalClosing(serializers.Serializer[Any]):
    """How it ended; `open`: it goes on."""

    state = serializers.ChoiceField(KpiGoal.State.choices)


class GoalRows(Resource):
    noun, plural = "kpi_goal", "kpi_goals"
    scope_to_read, scope_to_write = "kpi_goals:read", "kpi_goals:write"
    shape: ClassVar[type[Shaped]] = KpiGoalFields

    def found(self) -> QuerySet[Any]:
        return KpiGoal.objects.select_related("owner")

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        last = period_with(self.tenant.local_date(timezone.now()), quarter=False).before
        for one in standings(rows, last):
            goal: Any = one.goal
            course = one.course
            goal.standing = str(course.standing)
            goal.now, goal.now_on = _exact(course.now), course.now_on
            goal.expected, goal.progress = _exact(course.expected), _exact(course.progress)
            goal.at_pace = _exact(course.since_baseline)
            goal.at_pace_of_three_months = _exact(course.three_months)
            goal.months = one.months
        return rows


class Goals(GoalRows, Collection):
    """Goals, those due first before the others."""

    sorts = {"due_on": "due_on", "made_at": "made_at"}
    filters = (
        filters.choice("state", "state", KpiGoal.State.choices),
        filters.text("key", many=True, help="Keys of figures with commas between."),
        filters.text("owner", "owner__key", help="E-mail of the person."),
    )
    new = NewKpiGoal

    def make(self, given: Given) -> Any:
        """Set a goal for a figure. Figures of the months before that nobody made yet are made."""
        key = given.pop("key")
        made = add_goal(
            tenant=self.tenant, key=key, values=GoalValues(**_whole(given)), by=self.person
        )
        transaction.on_commit(partial(fill_months_of_goals.delay, self.tenant.pk), robust=True)
        return self.found().get(pk=made.pk)


class OneGoal(GoalRows, Item):
    """One goal, with its figure month by month."""

    shape = WholeKpiGoal
    changes = KpiGoalChanges

    def change(self, row: Any, given: Given) -> None:
        """Give a goal another baseline, target, due day, owner or note; what it said stays readable."""
        names = ("baseline_on", "due_on", "baseline", "target", "change", "owner", "note")
        held = {name: getattr(row, name) for name in names}
        # One of the two it was given as; the other follows from it.
        held["change" if row.change is None else "target"] = None
        if given.get("target") is not None:
            held["change"] = None
        if given.get("change") is not None:
            held["target"] = None
        change_goal(
            tenant=self.tenant, goal=row, values=GoalValues(**_whole(held | given)),
            seen=row.version, by=self.person,
        )  # fmt: skip


class GoalClosure(GoalRows, Verb):
    verb = "close"
    needs = KpiGoalClosing
    read_as = WholeKpiGoal

    def act(self, row: Any, given: Given) -> None:
        """Say how a goal ended, or that it goes on."""
        close_goal(
            tenant=self.tenant, goal=row, state=given["state"], seen=row.version, by=self.person
        )


class GoalVersions(Collection):
    """What a goal said before each change, the latest first."""

    noun, plural = "kpi_goal_version", "kpi_goal_versions"
    scope_to_read = "kpi_goals:read"
    shape = KpiGoalVersionFields
    sorts = {"-version": "version"}

    def found(self) -> QuerySet[Any]:
        if not KpiGoal.objects.filter(pk=self.kwargs["pk"]).exists():
            raise Http404
        rows: QuerySet[Any] = KpiGoalVersion.objects.filter(goal=self.kwargs["pk"])
        return rows.select_related("changed_by")


def _whole(given: Given) -> Given:
    """As actions take it: nobody has no note."""
    return given | {"note": given.get("note") or ""}


def _exact(value: Fraction | None) -> str | None:
    """With the places of a figure; a pace may lead further than any figure."""
    if value is None:
        return None
    sign, digits = "-" if value < 0 else "", f"{abs(round(value * 10**_PLACES)):0{_PLACES + 1}}"
    return f"{sign}{digits[:-_PLACES]}.{digits[-_PLACES:]}"
