"""What was worked on tasks, beside what was planned for them."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from django.db.models import Sum

from projects.models import Effort, Task, TaskBaseline


def worked_on(tasks: Collection[Task]) -> dict[int, Decimal]:
    """Task id → person-days booked on it; tasks on which nothing was booked are left out."""
    booked = Effort.objects.filter(task__in=[task.pk for task in tasks]).order_by()
    return dict(booked.values_list("task").annotate(days=Sum("days")))


def effort_variance(
    task: Task, locked: TaskBaseline | None, worked: Decimal | None
) -> Decimal | None:
    """Person-days worked minus those locked with the baseline, else those planned.

    None where nothing was booked on the task, and while an open task has not used them up: what is
    missing then is still to come, not saved.
    """
    if worked is None:
        return None
    over = worked - (locked.effort_days if locked else task.effort_days)
    return over if task.state == Task.State.DONE or over > 0 else None
