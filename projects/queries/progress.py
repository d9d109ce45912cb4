"""What a customer may know of a plan: blocks of its page and of the weekly report.

Nothing here tells effort, or who of the vendor does what. Each function takes a fixed number of
statements.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from accounts.compute.working_days import WorkingCalendar
from projects.models import Phase, Project, Side, Task
from projects.queries.plans import baseline_of, locked_days, ready

# Of one kind of row; what is beyond is counted.
MOST_ROWS = 40


@dataclass(frozen=True)
class Lines:
    """The first rows of a kind, and how many there are."""

    count: int
    rows: list[Any]

    @property
    def more(self) -> int:
        return self.count - len(self.rows)

    def plain(self) -> dict[str, Any]:
        return {"count": self.count, "rows": [asdict(row) for row in self.rows]}


@dataclass(frozen=True)
class TaskLine:
    """A task as the customer reads it; of milestones with the phase.

    ``who``: the customer's person or role; of the vendor's tasks nobody is named, since the customer
    has one face. ``late``: working days since its planned end, 0 for what is not late.
    ``agreed_on``: the end that was locked, where it is another.
    """

    number: int
    title: str
    side: str
    who: str
    state: str
    starts_on: date
    ends_on: date
    finished_on: date | None
    is_milestone: bool
    late: int
    agreed_on: date | None = None
    phase: str = ""


@dataclass(frozen=True)
class PhaseLine:
    """A phase: how many of its tasks are done, and its days."""

    title: str
    tasks: int
    done: int
    starts_on: date
    ends_on: date

    @property
    def state(self) -> str:
        if self.done == self.tasks:
            return Task.State.DONE
        return Task.State.DOING if self.done else Task.State.TODO


@dataclass(frozen=True)
class Standings:
    """Where the plan stands. ``place``: the number of the first phase with open work, None: none.
    ``due_on``: the last day of the baseline in force; ``days_over``: working days that the plan ends
    after it, negative before."""

    phases: list[PhaseLine]
    place: int | None
    tasks: int
    done: int
    ends_on: date | None
    due_on: date | None
    days_over: int | None

    @property
    def phase(self) -> PhaseLine | None:
        return self.phases[self.place - 1] if self.place else None


def standings(project: Project, day: date, calendar: WorkingCalendar) -> Standings:
    """Where the plan stands at the end of a day."""
    finished = Q(tasks__finished_on__lte=day)
    found = (
        Phase.objects.filter(project=project)
        .annotate(
            count=Count("tasks"),
            done=Count("tasks", filter=finished),
            first=Min("tasks__starts_on"),
            last=Max("tasks__ends_on"),
        )
        .filter(count__gt=0)
        .order_by("position")
    )
    phases = [
        PhaseLine(phase.title, phase.count, phase.done, phase.first, phase.last) for phase in found
    ]
    baseline = baseline_of(project)
    ends_on = max((phase.ends_on for phase in phases), default=None)
    over = calendar.working_days_between(baseline.due_on, ends_on) if baseline and ends_on else None
    return Standings(
        phases=phases,
        place=next((n for n, phase in enumerate(phases, 1) if phase.done < phase.tasks), None),
        tasks=sum(phase.tasks for phase in phases),
        done=sum(phase.done for phase in phases),
        ends_on=ends_on,
        due_on=baseline.due_on if baseline else None,
        days_over=over,
    )


def unfinished(day: date) -> Q:
    """Tasks that are not done at the end of a day."""
    return Q(finished_on__isnull=True) | Q(finished_on__gt=day)


def begun(day: date) -> Q:
    """Tasks that somebody is at, at the end of a day."""
    return Q(started_on__lte=day) & unfinished(day)


def task_lines(tasks: QuerySet, day: date, calendar: WorkingCalendar) -> Lines:
    """Tasks, in the order they come in, as they stand at the end of a day."""
    rows = list(tasks.select_related("contact")[:MOST_ROWS])
    count = len(rows) if len(rows) < MOST_ROWS else tasks.count()
    return Lines(count, [task_line(task, day, calendar) for task in rows])


def task_line(
    task: Task,
    day: date,
    calendar: WorkingCalendar,
    agreed_on: date | None = None,
    phase: str = "",
) -> TaskLine:
    finished_on = task.finished_on if task.finished_on and task.finished_on <= day else None
    is_late = finished_on is None and task.ends_on < day
    who = ""
    if task.side == Side.CUSTOMER:
        who = task.contact.name if task.contact else task.role
    return TaskLine(
        number=task.number,
        title=task.title,
        side=task.side,
        who=who,
        state=task.state,
        starts_on=task.starts_on,
        ends_on=task.ends_on,
        finished_on=finished_on,
        is_milestone=task.is_milestone,
        late=max(0, calendar.working_days_between(task.ends_on, day)) if is_late else 0,
        agreed_on=agreed_on if agreed_on != task.ends_on else None,
        phase=phase,
    )


def duties(project: Project, day: date) -> QuerySet:
    """What the customer can do now: its open tasks that nothing holds up and whose time has come, and
    those that it is at."""
    own = Task.objects.filter(project=project, side=Side.CUSTOMER, is_milestone=False)
    due = ready(own).filter(starts_on__lte=day).values("pk")
    return own.filter(Q(pk__in=due) | begun(day)).order_by("ends_on", "number")


def in_hand(project: Project, day: date) -> QuerySet:
    """What somebody is at, on both sides."""
    own = Task.objects.filter(project=project, is_milestone=False)
    return own.filter(begun(day)).order_by("ends_on", "number")


def coming(project: Project, day: date, until: date) -> QuerySet:
    """What is to begin by a later day and nobody is at, on both sides."""
    own = Task.objects.filter(project=project, is_milestone=False, starts_on__lte=until)
    not_begun = Q(started_on__isnull=True) | Q(started_on__gt=day)
    return own.filter(not_begun & unfinished(day)).order_by("starts_on", "number")


def milestone_lines(
    project: Project, found: QuerySet, day: date, calendar: WorkingCalendar
) -> Lines:
    """Milestones with the day that was locked, in the order of their days."""
    milestones = found.filter(is_milestone=True).select_related("phase")
    tasks = list(milestones.order_by("ends_on", "number")[:MOST_ROWS])
    locked = locked_days(tasks, baseline_of(project))
    rows = [
        task_line(
            task,
            day,
            calendar,
            locked[task.pk].ends_on if task.pk in locked else None,
            task.phase.title,
        )
        for task in tasks
    ]
    return Lines(len(rows), rows)
