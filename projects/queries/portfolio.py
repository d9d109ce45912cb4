"""Projects as lists show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import (
    Case,
    Count,
    DurationField,
    F,
    FilteredRelation,
    IntegerField,
    Q,
    QuerySet,
    TextChoices,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Membership, Visibility
from accounts.models.reach import colleagues_of
from projects.models import Project
from projects.models.projects import with_handover_day


class Stage(TextChoices):
    """Where a project stands on a day, the most urgent first."""

    LATE = "late", _("Late")
    RUNNING = "running", _("Running")
    TO_COME = "to_come", _("To come")
    ACCEPTED = "accepted", _("Accepted")


@dataclass(frozen=True)
class ProjectRow:
    """A project on a day.

    ``days``: of a late one how long over, of a running one how long left, of one to come until it
    starts, of an accepted one how long after the due day it was accepted (negative: before).
    Calendar days.
    """

    project: Project
    stage: str
    days: int

    @property
    def stage_label(self) -> str:
        return str(Stage(self.stage).label)


def stage_of(project: Project, today: date) -> str:
    if project.accepted_on is not None and project.accepted_on <= today:
        return Stage.ACCEPTED
    if project.starts_on > today:
        return Stage.TO_COME
    return Stage.LATE if project.due_on < today else Stage.RUNNING


def row_of(project: Project, today: date) -> ProjectRow:
    stage = stage_of(project, today)
    days = {
        Stage.LATE: (today - project.due_on).days,
        Stage.RUNNING: (project.due_on - today).days,
        Stage.TO_COME: (project.starts_on - today).days,
        Stage.ACCEPTED: ((project.accepted_on or today) - project.due_on).days,
    }
    return ProjectRow(project, str(stage), days[Stage(stage)])


def stages(today: date) -> dict[str, Q]:
    """Stage → its condition in a query; together they are every project once."""
    accepted = Q(accepted_on__lte=today)
    open_now = (Q(accepted_on__isnull=True) | Q(accepted_on__gt=today)) & Q(starts_on__lte=today)
    not_started = (Q(accepted_on__isnull=True) | Q(accepted_on__gt=today)) & Q(starts_on__gt=today)
    return {
        Stage.LATE: open_now & Q(due_on__lt=today),
        Stage.RUNNING: open_now & Q(due_on__gte=today),
        Stage.TO_COME: not_started,
        Stage.ACCEPTED: accepted,
    }


def widths(membership: Membership) -> list[str]:
    """How wide this member can look: as the tenant allows, and without a team no team's."""
    order = list(Visibility.values)
    allowed = order[: order.index(membership.sees("projects")) + 1]
    has_team = membership.team_id is not None
    return [width for width in allowed if has_team or width != Visibility.TEAM]


def starting_width(membership: Membership, today: date) -> str:
    """A project manager starts with their own projects while one is open, another lead with the
    team's, everybody else as wide as they may look."""
    allowed = widths(membership)
    wanted = Visibility.ALL
    if membership.has_role("project_manager"):
        if manages_open_project(membership, today):
            wanted = Visibility.MINE
    elif membership.leads_team:
        wanted = Visibility.TEAM
    return str(wanted) if wanted in allowed else allowed[-1]


def manages_open_project(membership: Membership, today: date) -> bool:
    """Whether a project that is not handed over yet is the member's own to manage."""
    mine = visible_projects(membership).filter(
        manager__in=colleagues_of(membership, Visibility.MINE)
    )
    open_ones = Q(passed_on__isnull=True) | Q(passed_on__gt=today)
    return bool(with_handover_day(mine).filter(open_ones).exists())


def visible_projects(membership: Membership) -> QuerySet:
    """The projects that the tenant lets this member see, of customers that they see."""
    found = Project.objects.all()
    if membership.sees("customers") != Visibility.ALL:
        visible = Customer.objects.visible_to(membership).order_by().values("pk")
        found = found.filter(customer__in=visible)
    reach = membership.sees("projects")
    if reach != Visibility.ALL:
        found = found.filter(manager__in=colleagues_of(membership, reach))
    return found


def projects(membership: Membership, width: str, today: date) -> QuerySet:
    """Projects that the member sees: their own (as the project's manager), their team's or all.

    ``place`` orders by stage, the most urgent first; ``urgency`` within it: what was due first, of
    the accepted ones the latest.
    """
    found = visible_projects(membership)
    if width != Visibility.ALL:
        found = found.filter(manager__in=colleagues_of(membership, width))
    places = [
        When(condition, then=Value(place)) for place, condition in enumerate(stages(today).values())
    ]
    return found.annotate(
        place=Case(*places, default=Value(len(places)), output_field=IntegerField()),
        urgency=Case(
            When(stages(today)[Stage.ACCEPTED], then=Value(today) - F("accepted_on")),
            default=F("due_on") - Value(today),
            output_field=DurationField(),
        ),
    )


def with_faces(found: QuerySet) -> QuerySet:
    """Projects with customer, manager and the customer's face today: ``face_name``,
    ``face_capacity``."""
    return found.select_related("customer", "manager").annotate(
        face=FilteredRelation(
            "customer__responsibilities",
            condition=Q(customer__responsibilities__to_on__isnull=True),
        ),
        face_name=F("face__colleague__name"),
        face_capacity=F("face__capacity"),
    )


def page_of(found: QuerySet, order_by: Sequence[str], part: slice) -> list[Any]:
    """One page in this order. The first query finds its rows in as few tables as the order needs,
    the second reads what is shown of them."""
    needs_faces = any("face" in name for name in order_by)
    ordered = (with_faces(found) if needs_faces else found).order_by(*order_by)
    ids = list(ordered.values_list("pk", flat=True)[part])
    rows = with_faces(Project.objects.filter(pk__in=ids)).in_bulk()
    return [rows[pk] for pk in ids]


def counts(found: QuerySet, today: date) -> dict[str, int]:
    """Stage → number of projects, in one query."""
    numbers = found.order_by().aggregate(
        **{str(stage): Count("pk", filter=condition) for stage, condition in stages(today).items()}
    )
    return {str(stage): numbers[str(stage)] for stage in Stage}


def projects_of(customer: Customer, membership: Membership, today: date) -> list[ProjectRow]:
    """A customer's projects that the member sees, the latest start first."""
    found = visible_projects(membership).filter(customer=customer).select_related("manager")
    return [row_of(project, today) for project in found.order_by("-starts_on", "key")]
