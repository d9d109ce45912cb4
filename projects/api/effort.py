"""Booked effort for other programs: listed; one's own booked, changed, taken away."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import exceptions, serializers

from accounts.models import Colleague
from accounts.rest import filters
from accounts.rest.problems import Conflict
from accounts.rest.shapes import Shaped
from accounts.rest.views import Collection, Given, Item
from projects.actions.effort import EffortConflict, book_effort, seen_of
from projects.api.ground import HeldInTurn, KeyField, OfProjects, PlanDay
from projects.compute.effort_entries import MOST_OF_A_DAY
from projects.models import ChangeRequest, Effort, Project, SowItem
from projects.queries.effort import (
    Booking,
    WeekRow,
    bookable_projects,
    bookings_in,
    cell_of,
    own_colleagues,
    rows_named,
    visible_effort,
)

EXAMPLE = {
    "project": "P-88", "key": "week-3f9a", "person": "lee@vendor.example",
    "worked_on": "2026-09-08", "days": "0.500", "item": "4.2", "change_request": None,
    "task": None, "changed_at": "2026-09-08T17:02:00+08:00",
}  # fmt: skip


@extend_schema_serializer(examples=[OpenApiExample("Half a day", EXAMPLE, response_only=True)])
class EffortFields(Shaped):
    """Days that somebody worked on a project: on an item of its scope, on a change request, or on
    neither."""

    project = serializers.CharField(source="project.key")
    key = serializers.CharField()
    person = serializers.CharField(source="person.key")
    worked_on = serializers.DateField()
    days = serializers.DecimalField(max_digits=5, decimal_places=3)
    item = serializers.CharField(source="item.key", allow_null=True, default=None)
    change_request = serializers.CharField(
        source="change_request.key", allow_null=True, default=None
    )
    task = serializers.IntegerField(
        source="task.number", allow_null=True, default=None, help_text="Number of a task."
    )
    changed_at = serializers.DateTimeField(source="known_from")


class WorkedDays(serializers.DecimalField):
    """Person-days of one day: a day has 24 hours, a person-day 8."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_digits=5, decimal_places=3, min_value=Decimal("0.001"), max_value=MOST_OF_A_DAY,
            **kwargs,
        )  # fmt: skip


class EffortChanges(serializers.Serializer[Any]):
    """How long."""

    days = WorkedDays()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Half a day",
            {"project": "P-88", "worked_on": "2026-09-08", "days": "0.5", "item": "4.2"},
            request_only=True,
        )
    ]
)
class NewEffort(EffortChanges):
    """Work of the token's person on one day: on an item, on a change request, or on neither."""

    project = KeyField(help_text="Key of the project.")
    worked_on = PlanDay()
    item = KeyField(allow_null=True, default=None, help_text="Key of an item of its scope.")
    change_request = KeyField(
        allow_null=True, default=None, help_text="Key of one of its change requests."
    )


class EffortRows(OfProjects):
    noun, plural = "effort", "efforts"
    scope_to_read, scope_to_write = "projects:read", "effort:write"
    shape = EffortFields

    def found(self) -> QuerySet[Any]:
        rows = visible_effort(self.member) if self.member else Effort.objects.all()
        return rows.select_related("project", "person", "item", "change_request", "task")

    def people(self) -> list[Colleague]:
        """The names by which effort knows the token's person.

        Raises:
            PermissionDenied: the token is of no person.
            Conflict: effort knows the person by no name.
        """
        self.somebody()
        assert self.member is not None
        found = own_colleagues(self.member)
        if not found:
            raise Conflict(_("No colleague stands for the person of this token."))
        return found

    def line(self, booking: Booking, people: list[Colleague]) -> WeekRow:
        """
        Raises:
            Conflict: nothing can be booked there by this person.
        """
        assert self.member is not None
        rows = rows_named([booking], bookable_projects(self.member, people))
        if not rows:
            raise Conflict(_("The person of this token cannot book on this project."))
        return rows[0]

    def book(self, line: WeekRow, people: list[Colleague], given: Given, seen: str) -> list[Effort]:
        try:
            return book_effort(
                people=people, row=line, day=given["worked_on"], days=given["days"], seen=seen,
                today=self.today, days_back=self.tenant.effort_edit_days, by=self.somebody(),
            )  # fmt: skip
        except EffortConflict as error:
            raise Conflict(
                _("Something is booked there on this day already. Change that entry.")
            ) from error


class Efforts(EffortRows, Collection):
    """Booked effort, the latest days first, as far as the token's person sees who worked."""

    sorts = {"-worked_on": "worked_on", "changed_at": "known_from"}
    filters = (
        filters.text("project", "project__key", help="Key of the project."),
        filters.text("person", "person__key", help="E-mail or name of who worked."),
        filters.text("item", "item__key", help="Key of an item; name the project, too."),
        filters.text("change_request", "change_request__key", help="Key; name the project, too."),
        filters.day("from", "worked_on__gte"),
        filters.day("to", "worked_on__lte"),
        filters.changed_since(),
    )
    new = NewEffort

    def make(self, given: Given) -> Any:
        """Book what the token's person worked on something on a day where nothing is booked yet."""
        people = self.people()
        assert self.member is not None
        project = bookable_projects(self.member, people).filter(key=given["project"]).first()
        if project is None:
            raise serializers.ValidationError({"project": [_("There is no such project.")]})
        line = self.line(_booking(project, given), people)
        entries = self.book(line, people, given, "")
        return self.shown(entries[0])

    def shown(self, entry: Effort) -> Effort:
        """Also where the person does not see the project."""
        rows = Effort.objects.select_related("project", "person", "item", "change_request", "task")
        found: Effort = rows.get(pk=entry.pk)
        return found


class OneEffort(EffortRows, HeldInTurn, Item):
    """One entry."""

    changes, removable = EffortChanges, True

    def hold_first(self) -> None:
        # As whoever books does: first the person, then what is booked.
        people = self.people()
        Colleague.objects.select_for_update(no_key=True).get(pk=people[0].pk)

    def change(self, row: Any, given: Given) -> None:
        """Say how long the token's person worked; only of their own entries, and not of weeks that
        ended long ago."""
        if given:
            self._put(row, given["days"])

    def remove(self, row: Any) -> None:
        """Take an entry of one's own away."""
        self._put(row, Decimal(0))

    def _put(self, row: Effort, days: Decimal) -> None:
        people = self.people()
        if row.person_id not in {person.pk for person in people}:
            raise exceptions.PermissionDenied(
                _("Effort is changed by who worked, or in the file that it came from.")
            )
        booking = Booking(row.project_id, row.item_id, row.change_request_id)
        seen = seen_of(cell_of(people, booking, row.worked_on))
        given = {"worked_on": row.worked_on, "days": days}
        self.book(self.line(booking, people), people, given, seen)


class BookableThing(serializers.Serializer[Any]):
    key = serializers.CharField()
    title = serializers.CharField()


class BookableFields(Shaped):
    """A project on which effort can be booked, on nothing in particular or on one of these."""

    key = serializers.CharField()
    name = serializers.CharField()
    customer = serializers.CharField(source="customer.key")
    items = BookableThing(many=True, source="bookable_items")
    change_requests = BookableThing(many=True, source="bookable_changes")


class BookableProjects(OfProjects, Collection):
    """Where the token's person can book effort: projects that the person sees, has a task in or has
    worked on."""

    noun, plural = "bookable_project", "bookable_projects"
    scope_to_read = "projects:read"
    shape = BookableFields
    filters = (
        filters.text("customer", "customer__key", help="Key of the customer."),
        filters.flag("is_open", "accepted_on__isnull", help="Not accepted by the customer yet."),
    )

    def found(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = Project.objects.all()
        if self.member is not None:
            rows = bookable_projects(self.member, own_colleagues(self.member))
        return rows.select_related("customer")

    def told(self, rows: Any) -> Any:
        """With what their scopes and change requests hold, in two statements."""
        row: Any
        for row, lines in bookings_in(list(rows)):
            row.bookable_items = [line.item for line in lines if line.item is not None]
            row.bookable_changes = [line.change for line in lines if line.change is not None]
        return rows


def _booking(project: Project, given: Given) -> Booking:
    """
    Raises:
        ValidationError: the project has no such item or change request; both are named.
    """
    item = change = None
    if given["item"] is not None and given["change_request"] is not None:
        raise serializers.ValidationError(
            {"change_request": [_("Name an item or a change request, not both.")]}
        )
    if given["item"] is not None:
        item = SowItem.objects.filter(sow__project=project, key=given["item"]).first()
        if item is None:
            raise serializers.ValidationError({"item": [_("The signed scope has no such item.")]})
    if given["change_request"] is not None:
        change = ChangeRequest.objects.filter(project=project, key=given["change_request"]).first()
        if change is None:
            raise serializers.ValidationError(
                {"change_request": [_("The project has no such change request.")]}
            )
    return Booking(project.pk, item.pk if item else None, change.pk if change else None)
