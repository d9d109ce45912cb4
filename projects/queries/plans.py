"""Plans as their screens show them. Nothing here costs a query per task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
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

from accounts.compute.working_days import WorkingCalendar
from accounts.models import Membership
from projects.compute.schedule import Span
from projects.models import (
    Baseline,
    Effort,
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


def spans_of(project_id: int) -> dict[int, Span[int]]:
    """Every task of a plan as the schedule takes it, by id."""
    rows = Task.objects.filter(project=project_id).order_by("pk")
    return {
        pk: Span(pk, first, last, is_milestone, offset, finished is not None)
        for pk, first, last, is_milestone, offset, finished in rows.values_list(
            "pk", "starts_on", "ends_on", "is_milestone", "offset_days", "finished_on"
        )
    }


def links_of(project_id: int) -> dict[int, list[int]]:
    """Task id → ids of the tasks that it waits for."""
    links: dict[int, list[int]] = defaultdict(list)
    rows = TaskLink.objects.filter(project=project_id).order_by("successor", "predecessor")
    for successor, predecessor in rows.values_list("successor_id", "predecessor_id"):
        links[successor].append(predecessor)
    return links


def links_to(tasks: Iterable[Task]) -> dict[int, list[int]]:
    """Task id → ids of the tasks that it waits for, of some tasks."""
    links: dict[int, list[int]] = defaultdict(list)
    rows = TaskLink.objects.filter(successor__in=[task.pk for task in tasks])
    for successor, predecessor in rows.values_list("successor_id", "predecessor_id"):
        links[successor].append(predecessor)
    return links


@dataclass(frozen=True)
class PhaseRow:
    """A phase with what its tasks add up to; days are None while it has no task."""

    phase: Phase
    tasks: int
    done: int
    starts_on: date | None
    ends_on: date | None
    effort_days: Decimal


@dataclass(frozen=True)
class PlanFacts:
    """Where a project stands by its plan.

    ``phase``: the first with open work. ``waiting``: open tasks that nothing holds up, the earliest
    first. ``due_on`` and ``baseline_effort``: of the latest baseline, None without a signed SOW.
    ``days_over``: working days that the plan ends after it, negative before. ``effort_days``:
    person-days worked so far.
    """

    phase: str
    next_milestone: Task | None
    waiting: list[Task]
    ends_on: date | None
    due_on: date | None
    days_over: int | None
    effort_days: Decimal
    baseline_effort: Decimal | None
    planned_effort: Decimal | None

    @property
    def waits_for(self) -> Task | None:
        return self.waiting[0] if self.waiting else None


def ready(tasks: QuerySet) -> QuerySet:
    """Open tasks of which every predecessor is done."""
    held_up = TaskLink.objects.filter(successor=OuterRef("pk")).exclude(
        predecessor__state=Task.State.DONE
    )
    return tasks.exclude(state=Task.State.DONE).filter(~Exists(held_up))


def plan_facts(project_ids: Collection[int], calendar: WorkingCalendar) -> dict[int, PlanFacts]:
    """Project id → where it stands, in five queries however many there are. A project without a plan
    has its baseline and effort only."""
    ids = list(project_ids)
    tasks = Task.objects.filter(project__in=ids)
    phases = {
        row["project"]: row
        for row in tasks.order_by()
        .values("project")
        .annotate(
            ends=Max("ends_on"),
            effort=Sum("effort_days"),
            place=Min("phase__position", filter=~Q(state=Task.State.DONE)),
        )
    }
    titles = {
        (project, position): title
        for project, position, title in Phase.objects.filter(project__in=ids).values_list(
            "project_id", "position", "title"
        )
    }
    open_ones = ready(tasks.filter(is_milestone=False))
    waiting: dict[int, list[Task]] = defaultdict(list)
    for task in (
        open_ones.select_related("person", "contact")
        .order_by("project_id", "starts_on", "number")
        .distinct("project_id")
    ):
        waiting[task.project_id].append(task)
    milestones = {
        task.project_id: task
        for task in tasks.filter(is_milestone=True)
        .exclude(state=Task.State.DONE)
        .order_by("project_id", "ends_on", "number")
        .distinct("project_id")
    }
    baselines = {
        baseline.sow.project_id: baseline
        for baseline in Baseline.objects.filter(sow__project__in=ids)
        .select_related("sow")
        .order_by("sow__project_id", "-version")
        .distinct("sow__project_id")
    }
    efforts = dict(
        Effort.objects.filter(project__in=ids)
        .order_by()
        .values_list("project")
        .annotate(days=Sum("days"))
    )
    return {
        pk: _facts(
            phases.get(pk), titles, milestones.get(pk), waiting[pk], baselines.get(pk),
            efforts.get(pk), calendar, pk,
        )
        for pk in ids
    }  # fmt: skip


def _facts(
    row: dict | None,
    titles: dict[tuple[int, int], str],
    milestone: Task | None,
    waiting: list[Task],
    baseline: Baseline | None,
    effort: Decimal | None,
    calendar: WorkingCalendar,
    pk: int,
) -> PlanFacts:
    ends_on = row["ends"] if row else None
    over = calendar.working_days_between(baseline.due_on, ends_on) if baseline and ends_on else None
    return PlanFacts(
        phase=titles.get((pk, row["place"]), "") if row and row["place"] else "",
        next_milestone=milestone,
        waiting=waiting,
        ends_on=ends_on,
        due_on=baseline.due_on if baseline else None,
        days_over=over,
        effort_days=effort or Decimal(0),
        baseline_effort=baseline.effort_days if baseline else None,
        planned_effort=row["effort"] if row else None,
    )


def phase_rows(project: Project) -> list[PhaseRow]:
    """The phases in order, with their tasks counted."""
    found = Phase.objects.filter(project=project).annotate(
        count=Count("tasks"),
        done=Count("tasks", filter=Q(tasks__state=Task.State.DONE)),
        first=Min("tasks__starts_on"),
        last=Max("tasks__ends_on"),
        effort=Sum("tasks__effort_days"),
    )
    return [
        PhaseRow(
            phase, phase.count, phase.done, phase.first, phase.last, phase.effort or Decimal(0)
        )
        for phase in found.order_by("position")
    ]


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


def numbers_before(tasks: Iterable[Task]) -> dict[int, list[int]]:
    """Task id → the numbers of the tasks that it waits for."""
    links: dict[int, list[int]] = defaultdict(list)
    rows = (
        TaskLink.objects.filter(successor__in=[task.pk for task in tasks])
        .annotate(number=F("predecessor__number"))
        .order_by("predecessor__number")
        .values_list("successor_id", "number")
    )
    for successor, number in rows:
        links[successor].append(number)
    return links


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
