"""Plans as their screens show them. Nothing here costs a query per task."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Sum,
    When,
    Window,
)
from django.db.models.functions import RowNumber

from accounts.models import Membership
from projects.models import (
    Baseline,
    Phase,
    Plan,
    Project,
    Task,
    TaskBaseline,
    TaskLink,
)
from projects.queries.portfolio import visible_projects

SHOWN_WAITING = 3


def project_for(membership: Membership, pk: int) -> Project | None:
    """The project, None when the member does not see it."""
    found = visible_projects(membership).filter(pk=pk).select_related("customer", "manager")
    project: Project | None = found.first()
    return project


@dataclass(frozen=True)
class PhaseRow:
    """A phase with what its tasks add up to; days are None while it has no task."""

    phase: Phase
    tasks: int
    done: int
    starts_on: date | None
    ends_on: date | None
    effort_days: Decimal


def ready(tasks: QuerySet) -> QuerySet:
    """Open tasks of which every predecessor is done."""
    held_up = TaskLink.objects.filter(successor=OuterRef("pk")).exclude(
        predecessor__state=Task.State.DONE
    )
    return tasks.exclude(state=Task.State.DONE).filter(~Exists(held_up))


def phase_rows(project: Project) -> list[PhaseRow]:
    """The phases in order, with their tasks counted."""
    found = with_sums(Phase.objects.filter(project=project))
    return [
        PhaseRow(
            phase, phase.count, phase.done, phase.first, phase.last, phase.effort or Decimal(0)
        )
        for phase in found.order_by("position")
    ]


def with_sums(phases: QuerySet) -> QuerySet:
    """Phases with ``count`` and ``done``, how many tasks they have and how many of them are done,
    ``first`` and ``last`` day and ``effort`` in person-days, None without a task."""
    return phases.annotate(
        count=Count("tasks"),
        done=Count("tasks", filter=Q(tasks__state=Task.State.DONE)),
        first=Min("tasks__starts_on"),
        last=Max("tasks__ends_on"),
        effort=Sum("tasks__effort_days"),
    )


def waiting_now(project: Project) -> list[Task]:
    """The next open tasks that nothing holds up, the earliest first."""
    found = ready(Task.objects.filter(project=project, is_milestone=False))
    people = found.select_related("person", "contact").order_by("starts_on", "number")
    return list(people[:SHOWN_WAITING])


def plan_of(project: Project) -> Plan | None:
    plan: Plan | None = (
        Plan.objects.filter(project=project).select_related("template_version__template").first()
    )
    return plan


def tasks_of(project: Project) -> QuerySet:
    """A plan's tasks in its order, with who does them."""
    found: QuerySet = (
        Task.objects.filter(project=project)
        .select_related("phase", "person", "contact")
        .order_by("phase__position", "position", "number")
    )
    return found


def baseline_of(project: Project) -> Baseline | None:
    """The version in force; None without a signed SOW."""
    found: Baseline | None = (
        Baseline.objects.filter(sow__project=project).order_by("-version").first()
    )
    return found


def locked_days(tasks: Iterable[Task], baseline: Baseline | None) -> dict[int, TaskBaseline]:
    """Task id → its days as they were locked last, with this version of the baseline or before: an
    amendment locks no days of its own."""
    if baseline is None:
        return {}
    rows = TaskBaseline.objects.filter(
        baseline__sow=baseline.sow_id,
        baseline__version__lte=baseline.version,
        task__in=[task.pk for task in tasks],
    )
    return {row.task_id: row for row in rows.order_by("baseline__version")}


def locked_last(tasks: Iterable[Task]) -> dict[int, TaskBaseline]:
    """Task id → its days as they were locked last, of tasks of whatever projects."""
    rows = TaskBaseline.objects.filter(task__in=[task.pk for task in tasks])
    return {row.task_id: row for row in rows.order_by("baseline__version")}


def counts_by_state(tasks: QuerySet) -> dict[str, int]:
    """State → how many tasks."""
    return dict(tasks.order_by().values_list("state").annotate(count=Count("pk")))


def first_of_each_state(tasks: QuerySet, most: int) -> dict[str, list[Task]]:
    """State → its first tasks, in one query: the next to come first, of what is done the latest."""
    place = Window(
        RowNumber(),
        partition_by=F("state"),
        order_by=[
            Case(When(state=Task.State.DONE, then=F("finished_on"))).desc(),
            F("starts_on").asc(),
            F("number").asc(),
        ],
    )
    shown: dict[str, list[Task]] = {state: [] for state in Task.State.values}
    for task in tasks.annotate(place=place).filter(place__lte=most).order_by("place"):
        shown[task.state].append(task)
    return shown
