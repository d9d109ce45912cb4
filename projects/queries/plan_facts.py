"""Where projects stand by their plans, many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, Max, Min, OuterRef, Q, Sum

from accounts.compute.working_days import WorkingCalendar
from projects.models import Baseline, Effort, Phase, Task, TaskBaseline
from projects.queries.plans import ready


@dataclass(frozen=True)
class PlanFacts:
    """Where a project stands by its plan.

    ``phase``: the first with open work. ``waiting``: open tasks that nothing holds up, the earliest
    first. ``due_on`` and ``baseline_effort``: of the latest baseline, None without a signed SOW.
    ``days_over``: working days that the plan ends after it, negative before. ``effort_days``:
    person-days worked so far. ``may_lock``: there is a baseline that has not locked the days yet.
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
    may_lock: bool

    @property
    def waits_for(self) -> Task | None:
        return self.waiting[0] if self.waiting else None


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
    baselines: dict[int, Baseline] = {}
    unlocked = set()
    for baseline in (
        Baseline.objects.filter(sow__project__in=ids)
        .select_related("sow")
        .annotate(is_locked=Exists(TaskBaseline.objects.filter(baseline=OuterRef("pk"))))
        .order_by("sow__project_id", "-version")
        .distinct("sow__project_id")
    ):
        baselines[baseline.sow.project_id] = baseline
        if not baseline.is_locked:
            unlocked.add(baseline.sow.project_id)
    efforts = dict(
        Effort.objects.filter(project__in=ids)
        .order_by()
        .values_list("project")
        .annotate(days=Sum("days"))
    )
    return {
        pk: _facts(
            phases.get(pk), titles, milestones.get(pk), waiting[pk], baselines.get(pk), pk in unlocked,
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
    may_lock: bool,
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
        may_lock=may_lock,
    )
