"""Templates of plans as other programs see and write them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.rest.shapes import Shaped
from projects.api.ground import KeyField
from projects.api.task_shapes import MOST_DAYS, PlannedDays, TaskDays
from projects.compute.plan_documents import Document, tasks_of
from projects.models import Side

MOST_PHASES, MOST_TASKS = 100, 500
# Of all phases together: what is read part by part takes its time.
MOST_TASKS_IN_ALL, MOST_WAITS_IN_ALL = 2000, 10_000
LONGEST_TITLE, LONGEST_ROLE, LONGEST_CONFIRMS = 200, 100, 10_000
PART = r"^[-a-zA-Z0-9_]{1,50}\Z"
PHASES = [
    {
        "key": "build", "title": {"en": "Build", "zh": "实施"},
        "tasks": [
            {
                "key": "set-up", "title": {"en": "Set up payroll", "zh": "配置薪资"}, "days": 5,
                "effort": "4", "after": [], "offset": 0,
                "role": {"en": "Consultant", "zh": "顾问"}, "side": "vendor",
            }
        ],
        "gate": None,
    }
]  # fmt: skip
VERSION = {
    "version": 2, "note": "", "published_at": "2026-07-01T10:00:00+08:00",
    "published_by": "lee@vendor.example",
}  # fmt: skip
EXAMPLE = {
    "key": "payroll-1", "name": "Payroll", "version": 2, "has_draft": False, "phases": PHASES,
    "effort_days": "4.000", "faults": [], "versions": [VERSION],
}  # fmt: skip


class WholeParts(serializers.ListField):
    """A list of parts that are sent whole, also where of the record itself only some fields are."""

    def run_child_validation(self, data: Any) -> Any:
        shape: Any = type(self.child)
        found: list[Any] = []
        faults: dict[str, Any] = {}
        for place, part in enumerate(data):
            reader = shape(data=part)
            if reader.is_valid():
                found.append(dict(reader.validated_data))
            else:
                faults[str(place)] = reader.errors
        if faults:
            raise serializers.ValidationError(faults)
        return found


class TitleWords(serializers.Serializer[Any]):
    en = serializers.CharField(max_length=LONGEST_TITLE)
    zh = serializers.CharField(max_length=LONGEST_TITLE, allow_blank=True, default="")


class RoleWords(serializers.Serializer[Any]):
    en = serializers.CharField(max_length=LONGEST_ROLE, allow_blank=True, default="")
    zh = serializers.CharField(max_length=LONGEST_ROLE, allow_blank=True, default="")


class ApproverWords(serializers.Serializer[Any]):
    en = serializers.CharField(max_length=LONGEST_ROLE)
    zh = serializers.CharField(max_length=LONGEST_ROLE, allow_blank=True, default="")


class ConfirmsWords(serializers.Serializer[Any]):
    en = serializers.CharField(max_length=LONGEST_CONFIRMS)
    zh = serializers.CharField(max_length=LONGEST_CONFIRMS, allow_blank=True, default="")


class GatePart(serializers.Serializer[Any]):
    """What a phase ends with: what is confirmed, by whom on each side, within how many working
    days."""

    title = TitleWords()
    confirms = ConfirmsWords()
    vendor_role = ApproverWords()
    customer_role = ApproverWords()
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS)
    is_acceptance = serializers.BooleanField(default=False)


class TaskPart(serializers.Serializer[Any]):
    """A task, or a milestone: of no working days."""

    key = serializers.RegexField(PART)
    title = TitleWords()
    days = serializers.IntegerField(min_value=0, max_value=MOST_DAYS, help_text="Working days.")
    effort = PlannedDays(help_text="Person-days.")
    after = serializers.ListField(
        child=serializers.RegexField(PART), max_length=MOST_TASKS, default=list,
        help_text="Keys of the tasks that it waits for.",
    )  # fmt: skip
    offset = serializers.IntegerField(
        min_value=0, max_value=MOST_DAYS, default=0, help_text="Further working days of waiting."
    )
    role = RoleWords(default=dict)
    side = serializers.ChoiceField(Side.choices, default=Side.VENDOR)


class PhasePart(serializers.Serializer[Any]):
    """A phase with its tasks in their order; a key stays with its part when others change."""

    key = serializers.RegexField(PART)
    title = TitleWords()
    tasks = serializers.ListField(child=TaskPart(), max_length=MOST_TASKS)
    gate = GatePart(allow_null=True, default=None)


class SaidPhases(serializers.ListField):
    """As :class:`PhasePart`, as stored."""

    child = PhasePart()

    def to_representation(self, data: Any) -> Any:
        """Versions that were published before there were gates have none."""
        return [{**phase, "gate": phase.get("gate")} for phase in data]


class VersionLine(serializers.Serializer[Any]):
    """A version that was published."""

    version = serializers.IntegerField()
    note = serializers.CharField()
    published_at = serializers.DateTimeField(allow_null=True)
    published_by = serializers.CharField(
        source="published_by.email", allow_null=True, default=None,
        help_text="Null: it came with the platform.",
    )  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("A template", EXAMPLE, response_only=True)])
class TemplateFields(Shaped):
    """What new plans are made from. Changes are made to a draft, which is then published."""

    key = serializers.CharField()
    name = serializers.CharField()
    version = serializers.IntegerField(help_text="In force for new plans; 0: never published.")
    has_draft = serializers.BooleanField(help_text="`phases` are those of the draft.")
    phases = SaidPhases()
    effort_days = TaskDays()
    faults = serializers.ListField(
        child=serializers.CharField(), help_text="Why the draft cannot be published yet."
    )
    versions = VersionLine(many=True, source="said_versions", help_text="The latest 20.")


@extend_schema_serializer(
    examples=[
        OpenApiExample("A version", {"template": "payroll-1", **VERSION, "phases": PHASES},
                       response_only=True)
    ]
)  # fmt: skip
class VersionFields(Shaped):
    """A template as it was published; it is never altered."""

    template = serializers.CharField(source="template.key")
    version = serializers.IntegerField()
    note = serializers.CharField()
    published_at = serializers.DateTimeField()
    published_by = serializers.CharField(source="published_by.email", allow_null=True, default=None)
    phases = SaidPhases(source="document.phases")


@extend_schema_serializer(examples=[OpenApiExample("New", {"name": "Payroll"}, request_only=True)])
class NewTemplate(serializers.Serializer[Any]):
    """A template under a name: empty, or a copy of another."""

    name = serializers.CharField(max_length=200)
    copy_of = KeyField(allow_null=True, default=None, help_text="Key of a published template.")


@extend_schema_serializer(
    examples=[OpenApiExample("Its parts", {"phases": PHASES}, request_only=True)]
)
class TemplateChanges(serializers.Serializer[Any]):
    """The whole draft: every phase with its tasks, in their order."""

    phases = WholeParts(child=PhasePart(), max_length=MOST_PHASES)

    def to_internal_value(self, data: Any) -> Any:
        """
        Raises:
            ValidationError: also for more tasks, or more that they wait for, than are read at once.
        """
        tasks = [task for phase in _listed(data, "phases") for task in _listed(phase, "tasks")]
        waits = sum(len(_listed(task, "after")) for task in tasks)
        if len(tasks) > MOST_TASKS_IN_ALL or waits > MOST_WAITS_IN_ALL:
            words = _("At most %(tasks)s tasks in all, that wait for %(waits)s in all.")
            told = words % {"tasks": MOST_TASKS_IN_ALL, "waits": MOST_WAITS_IN_ALL}
            raise serializers.ValidationError({"phases": [told]})
        return super().to_internal_value(data)

    def validate_phases(self, phases: list[dict[str, Any]]) -> list[dict[str, Any]]:
        keys = [phase["key"] for phase in phases]
        keys += (tasks := [task["key"] for phase in phases for task in phase["tasks"]])
        if len(set(keys)) < len(keys):
            raise serializers.ValidationError(_("Each part has a key of its own."))
        waited_for = {key for task in tasks_of({"phases": phases}) for key in task["after"]}
        if missing := sorted(waited_for - set(tasks)):
            raise serializers.ValidationError(
                _("There are no tasks with these keys: %(keys)s.") % {"keys": ", ".join(missing)}
            )
        return phases


def _listed(data: Any, name: str) -> list[Any]:
    """What a part holds as a list; of anything else nothing, which is refused where it is read."""
    found = data.get(name) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


@extend_schema_serializer(
    examples=[OpenApiExample("Why", {"note": "Shorter tests."}, request_only=True)]
)
class TemplateNote(serializers.Serializer[Any]):
    """What changed, and why."""

    note = serializers.CharField(max_length=500, allow_blank=True, default="")


def document_of(phases: list[dict[str, Any]]) -> Document:
    """As templates keep it."""
    return {"phases": [_kept_phase(phase) for phase in phases]}


def _kept_phase(phase: dict[str, Any]) -> dict[str, Any]:
    kept = {
        "key": phase["key"],
        "title": dict(phase["title"]),
        "tasks": [
            {
                **task,
                "title": dict(task["title"]),
                "role": {"en": "", "zh": "", **task["role"]},
                "effort": f"{task['effort'].normalize() + 0:f}",
                "after": list(dict.fromkeys(task["after"])),
                "side": str(task["side"]),
            }
            for task in phase["tasks"]
        ],
    }
    if phase["gate"] is not None:
        kept["gate"] = {
            name: dict(value) if isinstance(value, dict) else value
            for name, value in phase["gate"].items()
        }
    return kept
