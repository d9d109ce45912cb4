"""Tasks of plans as other programs see, make and change them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.shapes import Shaped
from accounts.rest.values import Named, colleagues
from projects.actions.task_days import days_of_state
from projects.api.ground import KeyField, PlanDay, contact_of
from projects.models import Project, Side, Task

MOST_DAYS = 3650
MOST_WAITED_FOR = 100
MOST_NUMBER = 2**31 - 1
EXAMPLE = {
    "project": "P-88", "number": 12, "phase": 2, "phase_title": "Build", "key": "",
    "title": "Set up payroll", "is_milestone": False, "side": "vendor", "role": "Consultant",
    "person": "lee@vendor.example", "contact": None, "starts_on": "2026-09-07",
    "ends_on": "2026-09-11", "offset_days": 0, "effort_days": "4.000", "state": "doing",
    "started_on": "2026-09-07", "finished_on": None, "after": [9, 11],
    "locked": {"starts_on": "2026-09-07", "ends_on": "2026-09-10", "effort_days": "4.000"},
    "worked_days": "1.500", "effort_variance": None, "changed_at": "2026-09-07T09:12:00+08:00",
}  # fmt: skip


class TaskDays(serializers.DecimalField):
    """Person-days, exact to the thousandth."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=11, decimal_places=3, **kwargs)


class PlannedDays(TaskDays):
    """Person-days that a plan may hold."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=Decimal(0), max_value=Decimal(100_000), **kwargs)


class LockedFields(serializers.Serializer[Any]):
    """What was locked last with the baseline."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    effort_days = TaskDays()


@extend_schema_serializer(examples=[OpenApiExample("A task", EXAMPLE, response_only=True)])
class TaskFields(Shaped):
    """A task of a plan, or a milestone: a day on which something is reached. Planned days are the
    plan as it is now; `started_on` and `finished_on` are what happened."""

    project = serializers.CharField(source="project.key")
    number = serializers.IntegerField(help_text="Unique within the project.")
    phase = serializers.IntegerField(source="phase.position", help_text="Place of its phase.")
    phase_title = serializers.CharField(source="phase.title")
    key = serializers.CharField(help_text="Of the file it came from.")
    title = serializers.CharField()
    is_milestone = serializers.BooleanField()
    side = serializers.ChoiceField(Side.choices)
    role = serializers.CharField()
    person = serializers.CharField(source="person.key", allow_null=True, default=None)
    contact = serializers.CharField(source="contact.key", allow_null=True, default=None)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    offset_days = serializers.IntegerField(
        help_text="Working days that it waits after the last of the tasks in `after`."
    )
    effort_days = TaskDays()
    state = serializers.ChoiceField(Task.State.choices)
    started_on = serializers.DateField(allow_null=True)
    finished_on = serializers.DateField(allow_null=True)
    after = serializers.ListField(
        child=serializers.IntegerField(), source="waits_for",
        help_text="Numbers of the tasks that it waits for.",
    )  # fmt: skip
    locked = serializers.SerializerMethodField()
    worked_days = TaskDays(allow_null=True, help_text="Booked on it; null: nothing.")
    effort_variance = TaskDays(
        allow_null=True,
        help_text="Worked above what was locked, else planned; null while work may still come.",
    )
    changed_at = serializers.DateTimeField()

    @extend_schema_field(LockedFields(allow_null=True))
    def get_locked(self, row: Any) -> dict[str, Any] | None:
        return dict(LockedFields(row.locked).data) if row.locked else None


class TaskChanges(serializers.Serializer[Any]):
    """What may be changed; what is not sent stays. A milestone is a day: `ends_on` moves it."""

    title = serializers.CharField(max_length=300)
    side = serializers.ChoiceField(Side.choices)
    role = serializers.CharField(max_length=100, allow_blank=True)
    person = Named(
        among=colleagues, max_length=200, help_text="Key of a colleague; then there is no contact."
    )
    contact = KeyField(
        allow_null=True, help_text="Key of the customer's contact; then there is no colleague."
    )
    starts_on = PlanDay()
    ends_on = PlanDay()
    offset_days = serializers.IntegerField(min_value=0, max_value=MOST_DAYS)
    effort_days = PlannedDays()
    state = serializers.ChoiceField(Task.State.choices)
    started_on = PlanDay(allow_null=True)
    finished_on = PlanDay(allow_null=True)
    after = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MOST_NUMBER),
        max_length=MOST_WAITED_FOR,
        help_text="Numbers of the tasks that it waits for; all of them.",
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A task",
            {
                "project": "P-88", "phase": 2, "title": "Train the key users", "side": "vendor",
                "starts_on": "2026-10-12", "ends_on": "2026-10-13", "effort_days": "2",
                "after": [12],
            },
            request_only=True,
        )
    ]
)  # fmt: skip
class NewTask(serializers.Serializer[Any]):
    """A further task or milestone at the end of a phase."""

    project = KeyField(help_text="Key of the project.")
    phase = serializers.IntegerField(
        min_value=1, max_value=MOST_NUMBER, help_text="Place of the phase in the plan."
    )
    title = serializers.CharField(max_length=300)
    is_milestone = serializers.BooleanField(default=False)
    side = serializers.ChoiceField(Side.choices, default=Side.VENDOR)
    role = serializers.CharField(max_length=100, allow_blank=True, default="")
    person = Named(among=colleagues, max_length=200, default=None)
    contact = KeyField(allow_null=True, default=None)
    starts_on = PlanDay()
    ends_on = PlanDay()
    offset_days = serializers.IntegerField(min_value=0, max_value=MOST_DAYS, default=0)
    effort_days = PlannedDays(default=Decimal(0))
    after = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MOST_NUMBER),
        max_length=MOST_WAITED_FOR,
        default=list,
    )


@extend_schema_serializer(examples=[OpenApiExample("Later", {"days": 3}, request_only=True)])
class Moving(serializers.Serializer[Any]):
    """Working days, negative: earlier. `days` moves the whole task, `longer` only its end."""

    days = serializers.IntegerField(min_value=-MOST_DAYS, max_value=MOST_DAYS, default=0)
    longer = serializers.IntegerField(min_value=-MOST_DAYS, max_value=MOST_DAYS, default=0)


def new_values(project: Project, given: dict[str, Any]) -> dict[str, Any]:
    """As ``add_task`` takes them, of a :class:`NewTask`.

    Raises:
        ValidationError: it ends before it starts; both a colleague and a contact do it.
    """
    names = ("title", "side", "role", "starts_on", "ends_on", "offset_days", "effort_days")
    _check_order(given["starts_on"], given["ends_on"])
    return {name: given[name] for name in names} | who_of(project, given)


def changed_values(task: Task, given: dict[str, Any], today: date) -> dict[str, Any]:
    """As ``edit_task`` takes them, of :class:`TaskChanges`: with the days of what happened that its
    state needs.

    Raises:
        ValidationError: days or people that do not go together.
    """
    names = ("title", "side", "role", "offset_days", "effort_days", "state", "ends_on", "starts_on")
    values = {name: given[name] for name in names if name in given}
    if task.is_milestone:
        _check_milestone(task, given)
        if "ends_on" in given:
            values["starts_on"] = given["ends_on"]
    first = values.get("starts_on", task.starts_on)
    _check_order(first, values.get("ends_on", task.ends_on))
    stood = {"started_on": task.started_on, "finished_on": task.finished_on}
    happened = stood | {name: given[name] for name in stood if name in given}
    started, finished, faults = days_of_state(
        state=values.get("state", task.state), is_milestone=task.is_milestone, planned=first,
        started=happened["started_on"], finished=happened["finished_on"], today=today,
        said=[name for name in stood if happened[name] != stood[name]],
    )  # fmt: skip
    if faults:
        raise serializers.ValidationError({name: [why] for name, why in faults.items()})
    return values | {"started_on": started, "finished_on": finished} | who_of(task.project, given)


def who_of(project: Project, given: dict[str, Any]) -> dict[str, Any]:
    """Who does it: a colleague or a contact, and where one is named, not the other.

    Raises:
        ValidationError: both, or nobody of the customer has the key.
    """
    if given.get("person") is not None and given.get("contact") is not None:
        raise serializers.ValidationError(
            {"contact": [_("Name a colleague or a contact, not both.")]}
        )
    if given.get("contact") is not None:
        return {"person": None, "contact": contact_of(project, given["contact"])}
    if given.get("person") is not None:
        return {"person": given["person"], "contact": None}
    return {name: None for name in ("person", "contact") if name in given}


def _check_order(first: date, last: date) -> None:
    if last < first:
        raise serializers.ValidationError({"ends_on": [_("It ends before it starts.")]})


def _check_milestone(task: Task, given: dict[str, Any]) -> None:
    """What screens do not ask of a milestone."""
    wrong: list[str] = [
        name for name in ("effort_days", "started_on")
        if name in given and given[name] != getattr(task, name)
    ]  # fmt: skip
    day = given.get("ends_on", task.ends_on)
    if given.get("starts_on", day) != day and given.get("starts_on") != task.starts_on:
        wrong.append("starts_on")
    if wrong:
        raise serializers.ValidationError(
            {name: [_("A milestone is a day: only ends_on moves it.")] for name in wrong}
        )
