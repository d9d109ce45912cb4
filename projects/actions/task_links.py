"""What a task waits for: reading it from numbers, writing it, and keeping to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.compute.working_days import WorkingCalendar
from projects.compute.schedule import Cycle, Span, earliest, in_order
from projects.models import Task, TaskLink
from ui.formats import short_date
from ui.tags.formats import language


def waited_for(
    task: Task, numbers: Collection[int], links: Mapping[int, Collection[int]]
) -> set[int] | None:
    """Ids of the tasks with these numbers; None: those it waits for already."""
    known = dict(
        Task.objects.filter(project=task.project_id, number__in=numbers).values_list("number", "pk")
    )
    if missing := sorted(set(numbers) - set(known)):
        raise ValidationError(
            {
                "after": _("There is no task %(numbers)s.")
                % {"numbers": ", ".join(map(str, missing))}
            }
        )
    wanted = set(known.values())
    return None if wanted == set(links.get(task.pk, ())) else wanted


def relink(
    task: Task, waits: set[int], links: dict[int, list[int]]
) -> dict[str, dict[str, list[int]]]:
    """Write what the task waits for, and put it into ``links``. Returns numbers before and after."""
    had = set(links.get(task.pk, ()))
    links[task.pk] = sorted(waits)
    try:
        in_order([task.pk, *links], links)
    except Cycle as cycle:
        raise ValidationError(
            {"after": _("These tasks would wait for each other: %(path)s.") % _named(cycle.path)}
        ) from cycle
    TaskLink.objects.filter(successor=task, predecessor__in=had - waits).delete()
    TaskLink.objects.bulk_create(
        TaskLink(project_id=task.project_id, predecessor_id=pk, successor=task)
        for pk in sorted(waits - had)
    )
    numbers = dict(Task.objects.filter(pk__in=had | waits).values_list("pk", "number"))
    return {
        "before": {"after": sorted(numbers[pk] for pk in had)},
        "after": {"after": sorted(numbers[pk] for pk in waits)},
    }


def _named(path: Collection[int | str]) -> dict[str, str]:
    rows = Task.objects.filter(pk__in=path).values_list("pk", "number", "title")
    names = {pk: f"{number} {title}" for pk, number, title in rows}
    return {"path": " → ".join(names[int(pk)] for pk in path)}


def check_start(
    task: Task, links: Mapping[int, Collection[int]], calendar: WorkingCalendar
) -> None:
    """Refuse a start before what it waits for has finished; what has happened, happened."""
    if task.finished_on is not None:
        return
    waits = list(Task.objects.filter(pk__in=links.get(task.pk, ())).values_list("ends_on", "title"))
    allowed = earliest(span_of(task), [end for end, _title in waits], calendar)
    if allowed is not None and task.starts_on < allowed:
        end, title = max(waits)
        raise ValidationError(
            {
                "starts_on": _("It waits for “%(title)s”, which ends on %(end)s.")
                % {"title": title, "end": short_date(end, language())}
            }
        )


def span_of(task: Task) -> Span[int]:
    return Span(task.pk, task.starts_on, task.ends_on, task.is_milestone, task.offset_days)
