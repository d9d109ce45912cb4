"""Weeks of effort: what a person booked, on what, and whose weeks a member sees."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet, Sum

from accounts.models import Colleague, Membership, Role, Visibility
from accounts.models.reach import colleagues_of
from projects.models import ChangeRequest, Effort, Project, SowItem
from projects.queries.portfolio import visible_projects

SHOWN_PROJECTS = 8


class Booking(NamedTuple):
    """On what effort is booked, as ids: a project, an item of its SOW, a change request."""

    project: int
    item: int | None
    change: int | None

    @property
    def key(self) -> str:
        """As addresses and names of fields carry it."""
        return f"{self.project}-{self.item or 0}-{self.change or 0}"

    @classmethod
    def read(cls, key: str) -> Booking | None:
        """None: no such key can be."""
        parts = key.split("-")
        if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) < 19 for p in parts):
            return None
        project, item, change = map(int, parts)
        return cls(project, item or None, change or None) if project else None


@dataclass(frozen=True)
class WeekRow:
    """A row of a week: what is booked on, and its entries by day."""

    booking: Booking
    project: Project
    item: SowItem | None
    change: ChangeRequest | None
    entries: dict[date, list[Effort]] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.booking.key


@dataclass(frozen=True)
class PersonWeek:
    """Somebody's booked effort in a week; days: in the order of the week."""

    person: Colleague
    days: list[Decimal]
    whole: Decimal


def own_colleagues(membership: Membership) -> list[Colleague]:
    """The names by which facts know a member; the first is the one that new effort is booked for."""
    found = Colleague.objects.filter(membership=membership.pk).order_by("pk")
    return sorted(found, key=lambda person: person.key != membership.user.email)


def bookable_projects(membership: Membership, people: Collection[Colleague]) -> QuerySet:
    """The projects that a person may book effort on: those that they see, and those in which they
    have a task or have worked."""
    return Project.objects.filter(
        Q(pk__in=visible_projects(membership).order_by().values("pk")) | _worked_in(people)
    )


def found_projects(
    membership: Membership, people: Collection[Colleague], text: str, today: date
) -> list[Project]:
    """The first few projects that a text leads to; without one those that the person works in."""
    found = bookable_projects(membership, people).select_related("customer")
    if text:
        found = found.filter(
            Q(name__icontains=text)
            | Q(key__icontains=text)
            | Q(customer__search_text__contains=text.lower())
        )
    else:
        mine = colleagues_of(membership, Visibility.MINE)
        found = found.filter(_worked_in(people) | Q(manager__in=mine)).filter(
            Q(accepted_on__isnull=True) | Q(accepted_on__gt=today)
        )
    return list(found.order_by("name", "key")[:SHOWN_PROJECTS])


def bookings_in(projects: Sequence[Project]) -> list[tuple[Project, list[WeekRow]]]:
    """On what effort can be booked in these projects: on nothing in particular, on an item, on a
    change request that was not turned down."""
    ids = [project.pk for project in projects]
    items = SowItem.objects.filter(sow__project__in=ids).select_related("sow").order_by("key")
    gone = (ChangeRequest.State.DECLINED, ChangeRequest.State.WITHDRAWN)
    changes = ChangeRequest.objects.filter(project__in=ids).exclude(state__in=gone)
    rows = {
        project.pk: [WeekRow(Booking(project.pk, None, None), project, None, None)]
        for project in projects
    }
    by_id = {project.pk: project for project in projects}
    for item in items:
        project_id = item.sow.project_id
        booking = Booking(project_id, item.pk, None)
        rows[project_id].append(WeekRow(booking, by_id[project_id], item, None))
    for change in changes:
        booking = Booking(change.project_id, None, change.pk)
        rows[change.project_id].append(WeekRow(booking, by_id[change.project_id], None, change))
    return [(project, rows[project.pk]) for project in projects]


def rows_named(bookings: Iterable[Booking], allowed: QuerySet) -> list[WeekRow]:
    """Rows without entries; what is unknown, not allowed or not of its project is left out."""
    wanted = list(dict.fromkeys(bookings))
    if not wanted:
        return []
    projects = allowed.select_related("customer").in_bulk({found.project for found in wanted})
    items = SowItem.objects.select_related("sow").in_bulk(
        {found.item for found in wanted if found.item}
    )
    changes = ChangeRequest.objects.in_bulk({found.change for found in wanted if found.change})
    rows = []
    for booking in wanted:
        project = projects.get(booking.project)
        item, change = items.get(booking.item), changes.get(booking.change)
        if project is None or (booking.item and item is None) or (booking.change and not change):
            continue
        if item is not None and item.sow.project_id != project.pk:
            continue
        if change is not None and change.project_id != project.pk:
            continue
        rows.append(WeekRow(booking, project, item, change))
    return rows


def entries_of(people: Collection[Colleague], days: Sequence[date]) -> QuerySet:
    """What these names booked from the first to the last of the days."""
    return Effort.objects.filter(person__in=people, worked_on__range=(days[0], days[-1]))


def cell_of(people: Collection[Colleague], booking: Booking, day: date) -> list[Effort]:
    """What these names booked on something on a day: mostly one entry or none."""
    return list(
        Effort.objects.filter(
            person__in=people,
            worked_on=day,
            project=booking.project,
            item=booking.item,
            change_request=booking.change,
        ).order_by("pk")
    )


def week_rows(entries: QuerySet) -> list[WeekRow]:
    """Entries as rows, in the order of projects, items and change requests. One statement."""
    rows: dict[Booking, WeekRow] = {}
    found = entries.select_related("project__customer", "item", "change_request", "person")
    for entry in found.order_by("project__name", "project__key", "item__key", "pk"):
        booking = Booking(entry.project_id, entry.item_id, entry.change_request_id)
        row = rows.setdefault(
            booking, WeekRow(booking, entry.project, entry.item, entry.change_request)
        )
        row.entries.setdefault(entry.worked_on, []).append(entry)
    return list(rows.values())


def bookings_of(entries: QuerySet) -> list[Booking]:
    """On what entries are booked, each once."""
    names = ("project_id", "item_id", "change_request_id")
    found = entries.order_by("project__name", "project__key", "item__key")
    return list(dict.fromkeys(Booking(*ids) for ids in found.values_list(*names)))


def visible_effort(membership: Membership) -> QuerySet:
    """Effort of which this member sees who worked: their own, and on projects that they see as the
    tenant allows: of those that they manage, of their team's, or all."""
    reach = membership.sees("effort")
    mine = Q(person__in=colleagues_of(membership, Visibility.MINE))
    seen = Q(project__in=visible_projects(membership).order_by().values("pk"))
    if reach == Visibility.ALL:
        return Effort.objects.filter(mine | seen)
    near = colleagues_of(membership, reach)
    return Effort.objects.filter(mine | (seen & (Q(project__manager__in=near))))


def overseen_effort(membership: Membership) -> QuerySet:
    """Effort on the projects that a member answers for: as their manager, as the lead of the team of
    their manager, as administrator."""
    found = visible_effort(membership)
    if membership.has_role(Role.ADMIN):
        return found
    width = Visibility.TEAM if membership.leads_team else Visibility.MINE
    managers = colleagues_of(membership, width)
    return found.filter(project__manager__in=managers)


def weeks_of_others(found: QuerySet, days: Sequence[date]) -> list[PersonWeek]:
    """Who booked how much on each day, of this effort, by name. One statement, and one for names."""
    sums: dict[int, dict[date, Decimal]] = {}
    for person, day, whole in (
        found.filter(worked_on__range=(days[0], days[-1]))
        .order_by()
        .values_list("person_id", "worked_on")
        .annotate(whole=Sum("days"))
    ):
        sums.setdefault(person, {})[day] = whole
    people = sorted(Colleague.objects.in_bulk(sums).values(), key=lambda one: (one.name, one.key))
    return [
        PersonWeek(
            person,
            [sums[person.pk].get(day, Decimal(0)) for day in days],
            sum(sums[person.pk].values(), Decimal(0)),
        )
        for person in people
    ]


def _worked_in(people: Collection[Colleague]) -> Q:
    ids = [person.pk for person in people]
    return Q(pk__in=Effort.objects.filter(person__in=ids).order_by().values("project_id")) | Q(
        pk__in=Project.objects.filter(tasks__person__in=ids).order_by().values("pk")
    )
