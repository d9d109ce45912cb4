"""A running project with a plan of a few tasks on both sides, and everything that a week brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import Colleague, Contact, Membership, Tenant
from projects.models import Baseline, Phase, Project, Task, TaskBaseline
from tests.projects.change_world import ChangeWorld, change_world

# A Friday, and the Monday of its week.
FRIDAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 16)


@dataclass
class WeeklyWorld:
    tenant: Tenant
    changes: ChangeWorld
    phases: list[Phase]
    tasks: dict[str, Task]

    @property
    def project(self) -> Project:
        return self.changes.project

    @property
    def contact(self) -> Contact:
        return self.changes.contact

    @property
    def manager(self) -> Membership:
        return self.changes.author

    def at(self, day: date = FRIDAY, hour: int = 12) -> datetime:
        return datetime(day.year, day.month, day.day, hour, tzinfo=self.tenant.zone)


def weekly_world(tenant: Tenant, make_member: Callable[..., Membership]) -> WeeklyWorld:
    """Inside the tenant's scope."""
    changes = change_world(tenant, make_member)
    project = changes.project
    Project.objects.filter(pk=project.pk).update(
        starts_on=date(2026, 10, 5), due_on=date(2026, 12, 31)
    )
    project.refresh_from_db()
    phases = [
        Phase.objects.create(project=project, position=place, title=title)
        for place, title in enumerate(("Build", "Accept"), 1)
    ]
    colleague = Colleague.objects.get(membership=changes.author)
    world = WeeklyWorld(tenant, changes, phases, {})

    def task(key: str, phase: int, first: date, last: date, **fields: Any) -> None:
        side = fields.pop("side", "vendor")
        fields.setdefault("person" if side == "vendor" else "contact",
                          colleague if side == "vendor" else changes.contact)  # fmt: skip
        world.tasks[key] = Task.objects.create(
            project=project, phase=phases[phase], number=len(world.tasks) + 1, title=key,
            starts_on=first, ends_on=last, side=side, **fields,
        )  # fmt: skip

    monday, day = MONDAY, timedelta(days=1)
    task("Old work", 0, monday - 20 * day, monday - 10 * day, **done(monday - 10 * day))
    task("Work of the week", 0, monday - 4 * day, monday + day, **done(monday + day))
    task("Data of the customer", 0, monday, monday + 2 * day, side="customer",
         **done(monday + 2 * day))  # fmt: skip
    task("Configured", 0, monday + 2 * day, monday + 2 * day, is_milestone=True,
         **done(monday + 2 * day))  # fmt: skip
    task("Under way", 0, monday - day, monday + 2 * day, state="doing",
         started_on=monday - day)  # fmt: skip
    task("Customer is at it", 0, monday, FRIDAY + 7 * day, side="customer", state="doing",
         started_on=monday)  # fmt: skip
    task("Signed off", 0, monday - 3 * day, monday - 3 * day, is_milestone=True)
    task("Next of ours", 1, monday + 7 * day, monday + 9 * day)
    task("Next of theirs", 1, monday + 8 * day, monday + 9 * day, side="customer")
    task("Much later", 1, monday + 30 * day, monday + 31 * day)
    task("Accepted", 1, date(2026, 12, 18), date(2026, 12, 18), is_milestone=True)
    baseline = Baseline.objects.get(sow__project=project)
    TaskBaseline.objects.create(
        baseline=baseline, task=world.tasks["Accepted"], starts_on=date(2026, 12, 11),
        ends_on=date(2026, 12, 11), effort_days=0,
    )  # fmt: skip
    return world


def done(on: date) -> dict[str, Any]:
    return {"state": "done", "started_on": on, "finished_on": on}
