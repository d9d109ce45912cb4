"""A project as its customer's people see it by a link, for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.queries.calendars import working_calendar
from accounts.rest.shapes import Shaped
from accounts.rest.views import Item
from projects.api.ground import OfProjects
from projects.models import Classification, Side, Task
from projects.queries.customer_pages import customer_page

EXAMPLE = {
    "key": "P-88", "name": "Payroll rollout", "day": "2026-10-05",
    "face": {"name": "Lee Chan", "email": "lee@vendor.example"},
    "plan": {"tasks": 40, "done": 21, "ends_on": "2026-11-17", "due_on": "2026-11-13",
             "days_over": 2, "phases": [{"title": "Build", "tasks": 14, "done": 5,
                                         "starts_on": "2026-08-24", "ends_on": "2026-10-09"}]},
    "milestones": {"count": 0, "rows": []}, "duties": {"count": 0, "rows": []},
    "in_hand": {"count": 0, "rows": []}, "coming": {"count": 0, "rows": []},
    "gates": [{"title": "Design", "who": "Ann Wu", "ends_on": "2026-10-09"}], "decisions": [],
    "decided": [{"key": "CR-3", "title": "Second calendar", "standing": "signed",
                 "decided_on": "2026-09-21"}],
    "questions": [], "wishes": {"count": 0, "rows": []},
    "reports": [{"week": "2026-09-28", "language": "en", "version": 1}],
}  # fmt: skip


class PageFace(serializers.Serializer[Any]):
    """Whom the customer turns to; both empty: nobody is named."""

    name = serializers.CharField()
    email = serializers.CharField()


class PagePhase(serializers.Serializer[Any]):
    title = serializers.CharField()
    tasks = serializers.IntegerField()
    done = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class PagePlan(serializers.Serializer[Any]):
    """Where the plan stands; `days_over`: working days that it ends after the baseline."""

    tasks = serializers.IntegerField()
    done = serializers.IntegerField()
    ends_on = serializers.DateField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    days_over = serializers.IntegerField(allow_null=True)
    phases = PagePhase(many=True)


class PageTask(serializers.Serializer[Any]):
    """A task as the customer reads it: nobody of the vendor is named. `late`: working days."""

    number = serializers.IntegerField()
    title = serializers.CharField()
    side = serializers.ChoiceField(Side.choices)
    who = serializers.CharField()
    state = serializers.ChoiceField(Task.State.choices)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    finished_on = serializers.DateField(allow_null=True)
    is_milestone = serializers.BooleanField()
    late = serializers.IntegerField()
    agreed_on = serializers.DateField(allow_null=True)
    phase = serializers.CharField()


class PageTasks(serializers.Serializer[Any]):
    """The first of them, and how many there are."""

    count = serializers.IntegerField()
    rows = PageTask(many=True)


class PageGate(serializers.Serializer[Any]):
    title = serializers.CharField()
    who = serializers.CharField()
    ends_on = serializers.DateField()


class PageChange(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()
    standing = serializers.CharField()
    decided_on = serializers.DateField(allow_null=True)


class PageWish(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    text = serializers.CharField()
    kind = serializers.ChoiceField([*Classification.Kind.choices, ("", "")])
    raised_on = serializers.DateField()


class PageWishes(serializers.Serializer[Any]):
    """The latest of them, and how many there are."""

    count = serializers.IntegerField()
    rows = PageWish(many=True)


class PageReport(serializers.Serializer[Any]):
    week = serializers.DateField(help_text="Monday.")
    language = serializers.CharField()
    version = serializers.IntegerField()


@extend_schema_serializer(examples=[OpenApiExample("A page", EXAMPLE, response_only=True)])
class CustomerPageFields(Shaped):
    """What a link shows today. `duties`: the customer's tasks whose time has come; `coming`: what
    begins in the next two weeks; `decisions`: change requests in the customer's hand; `decided`: the
    others that it knows; `questions`: its questions that we have not answered."""

    key = serializers.CharField()
    name = serializers.CharField()
    day = serializers.DateField(source="page.day")
    face = PageFace(source="page.face")
    plan = PagePlan(source="page.plan")
    milestones = PageTasks(source="page.milestones")
    duties = PageTasks(source="page.duties")
    in_hand = PageTasks(source="page.in_hand")
    coming = PageTasks(source="page.coming")
    gates = PageGate(many=True, source="page.gates")
    decisions = PageChange(many=True, source="page.decisions")
    decided = PageChange(many=True, source="page.decided")
    questions = serializers.ListField(child=serializers.CharField(), source="page.questions")
    wishes = PageWishes(source="page.wishes")
    reports = PageReport(many=True, source="page.reports")


class OneCustomerPage(OfProjects, Item):
    """A project's page as its customer's people see it."""

    noun, plural = "customer_page", "customer_pages"
    scope_to_read = "projects:read"
    shape = CustomerPageFields

    def found(self) -> QuerySet[Any]:
        return self.projects().select_related("customer", "manager__membership__user")

    def told(self, rows: Sequence[Any]) -> Sequence[Any]:
        for row in rows:
            row.page = customer_page(
                row, day=self.today, now=timezone.now(), calendar=working_calendar()
            )
        return rows
