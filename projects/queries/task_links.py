"""The network of a plan: its tasks as the schedule takes them, and what each waits for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from projects.compute.schedule import Span
from projects.models import Task, TaskLink


def spans_of(project_id: int) -> dict[int, Span[int]]:
    """Every task of a plan as the schedule takes it, by id."""
    rows = Task.objects.filter(project=project_id).order_by("pk")
    return {
        pk: Span(pk, first, last, is_milestone, offset, finished is not None)
        for pk, first, last, is_milestone, offset, finished in rows.values_list(
            "pk", "starts_on", "ends_on", "is_milestone", "offset_days", "finished_on"
        )
    }


def links_of(
    project_id: int, tasks: Iterable[Task] | None = None, *, by_number: bool = False
) -> dict[int, list[int]]:
    """Task id → ids of the tasks that it waits for, in ascending order.

    Args:
        tasks: only what these wait for; None: the whole plan.
        by_number: their numbers in the plan instead of their ids.
    """
    named = "predecessor__number" if by_number else "predecessor_id"
    rows = TaskLink.objects.filter(project=project_id)
    if tasks is not None:
        rows = rows.filter(successor__in=[task.pk for task in tasks])
    links: dict[int, list[int]] = defaultdict(list)
    for successor, waited_for in rows.order_by("successor", named).values_list(
        "successor_id", named
    ):
        links[successor].append(waited_for)
    return links


def numbers_before(tasks: Iterable[Task]) -> dict[int, list[int]]:
    """Task id → numbers of the tasks that it waits for, ascending; of tasks of whatever plans."""
    rows = TaskLink.objects.filter(successor__in=[task.pk for task in tasks])
    links: dict[int, list[int]] = defaultdict(list)
    for successor, number in rows.order_by("successor", "predecessor__number").values_list(
        "successor_id", "predecessor__number"
    ):
        links[successor].append(number)
    return links
