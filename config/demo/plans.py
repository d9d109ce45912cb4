"""Plans of the demo's projects: made from the shipped template, locked where there is a signed SOW,
and done as far as the day says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import F

from accounts.models import Membership, Role, Tenant, User
from accounts.tenancy import tenant_scope
from projects.actions.plans import lock_dates, make_plan
from projects.actions.templates import keep_shipped
from projects.models import Baseline, Plan, Project, Task
from projects.queries.templates import latest_version

# The latest of each: enough to look at, and quick to make.
RUNNING, ACCEPTED = 24, 8
# Roll-outs of a module take weeks, the shipped flow months.
SHORTEST = timedelta(days=75)
LANGUAGE = "zh-hans"
# Before acceptance the last phases, acceptance and handover, are not done.
LAST_PHASES = 2
WAITS_EVERY = 5


def make_example_plans(tenant: Tenant) -> None:
    """Make them once, as of the day up to which the demo was filled."""
    until = tenant.last_ended_day(tenant.created_at)
    with tenant_scope(tenant.id):
        admin = Membership.objects.filter(roles__contains=[Role.ADMIN], is_active=True).first()
        if admin is None or Plan.objects.exists():
            return
        version = latest_version(keep_shipped(language=LANGUAGE))
        assert version is not None, "keep_shipped makes one"
        begun = Project.objects.filter(
            starts_on__lte=until, due_on__gte=F("starts_on") + SHORTEST
        ).select_related("manager")
        running = begun.filter(accepted_on=None).order_by("-starts_on", "pk")[:RUNNING]
        accepted = begun.exclude(accepted_on=None).order_by("-accepted_on", "pk")[:ACCEPTED]
        for project in [*running, *accepted]:
            make_plan(project=project, template_version=version, language=LANGUAGE, by=admin.user)
            if Baseline.objects.filter(sow__project=project).exists():
                lock_dates(project=project, by=admin.user)
            _work_off(project, until, by=admin.user)


def _work_off(project: Project, until: date, *, by: User) -> None:
    tasks = list(
        Task.objects.filter(project=project)
        .annotate(phase_position=F("phase__position"))
        .order_by("phase__position", "position")
    )
    last_phase = tasks[-1].phase_position
    for task in tasks:
        task.changed_by = by
        task.person = project.manager if task.side == "vendor" else None
        if project.accepted_on is not None:
            _finish(task, project.accepted_on)
        elif task.phase_position > last_phase - LAST_PHASES:
            continue
        elif task.ends_on < until:
            _finish(task, until)
        elif task.starts_on <= until:
            task.state, task.started_on = Task.State.DOING, task.starts_on
    _let_one_wait(project, tasks)
    Task.objects.bulk_update(tasks, ["person", "state", "started_on", "finished_on", "changed_by"])


def _finish(task: Task, until: date) -> None:
    """Done, every seventh task a day late, and never after the day."""
    task.state = Task.State.DONE
    task.started_on = min(task.starts_on, until)
    late = timedelta(days=1 if task.number % 7 == 0 else 0)
    task.finished_on = max(task.started_on, min(task.ends_on + late, until))


def _let_one_wait(project: Project, tasks: Sequence[Task]) -> None:
    """In some projects the work waits for the customer."""
    doing = next((task for task in tasks if task.state == Task.State.DOING), None)
    if doing is not None and project.pk % WAITS_EVERY == 0:
        doing.state = Task.State.WAITING
