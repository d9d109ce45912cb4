"""Gates as marks in the views of a plan: on the timeline, at a phase of the list, beside a task."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from projects.models import Gate, Project, Task
from projects.queries.gates import ran_ahead
from ui.charts import GanttRow
from ui.formats import short_date
from ui.tags.formats import language


def gates_by_phase(project: Project) -> dict[int, list[Gate]]:
    """Phase id → its gates, in one query."""
    found: dict[int, list[Gate]] = defaultdict(list)
    for gate in Gate.objects.filter(project=project).order_by("due_on", "pk"):
        found[gate.phase_id].append(gate)
    return found


def phase_marks(project: Project) -> dict[int, dict[str, Any]]:
    """Phase id → ``gates`` that it ends with, and ``ahead``: those before it that work in it did not
    wait for."""
    ahead = ran_ahead(project)
    gates = gates_by_phase(project)
    return {
        phase: {"gates": gates.get(phase, []), "ahead": ahead.get(phase, [])}
        for phase in {*gates, *ahead}
    }


def ahead_of(task: Task) -> list[Gate]:
    """The gates that a task did not wait for; none while it has not begun."""
    if task.started_on is None:
        return []
    return list(
        Gate.objects.filter(project=task.project_id, phase__position__lt=task.phase.position)
        .exclude(state=Gate.State.PASSED)
        .order_by("phase__position", "pk")
    )


def gate_bar(gate: Gate) -> GanttRow:
    """A gate on the timeline: a milestone that no key moves, since it has no version."""
    day = gate.passed_on or gate.due_on
    words = [
        _("Gate: %(title)s") % {"title": gate.title},
        short_date(day, language()),
        str(Gate.State(gate.state).label),
    ]
    return GanttRow(
        key=f"gate-{gate.pk}",
        label=words[0],
        first=day,
        last=day,
        words="; ".join(words),
        href=reverse("gate", args=[gate.project_id, gate.pk]),
        is_milestone=True,
        is_done=gate.state == Gate.State.PASSED,
    )
