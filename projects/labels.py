"""Words for what the audit records of plans."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.labels import FIELDS, VERBS, WORDINGS

VERBS.update(
    {
        "plan.dates_locked": _("Dates of the plan locked"),
        "plan.made": _("Plan made"),
        "plan_template.changed": _("Template changed"),
        "plan_template.made": _("Template made"),
        "plan_template.published": _("Template published"),
        "plan_template.reset": _("Changes of the template dropped"),
        "project.made": _("Project made"),
        "task.added": _("Task added"),
        "task.changed": _("Task changed"),
        "task.moved": _("Task moved"),
        "task.move_undone": _("Move of tasks undone"),
        "task.removed": _("Task taken away"),
    }
)

FIELDS.update(
    {
        "after": _("Waits for"),
        "baseline": _("Baseline"),
        "effort_days": _("Person-days"),
        "ends_on": _("Ends on"),
        "finished_on": _("Finished on"),
        "manager": _("Project manager"),
        "moved": _("Moved"),
        "offset_days": _("Days of waiting"),
        "person": _("Person"),
        "plan": _("Plan"),
        "plan_template": _("Template"),
        "project": _("Project"),
        "role": _("Role"),
        "side": _("Who does it"),
        "started_on": _("Started on"),
        "starts_on": _("Starts on"),
        "state": _("State"),
        "step": _("Step"),
        "task": _("Task"),
        "tasks": _("Tasks"),
        "template": _("Template"),
    }
)
WORDINGS["moved"] = "projects.labels.moved_words"


def moved_words(moved: list[dict[str, Any]]) -> str:
    """How many tasks a change moved; each stands in the record."""
    return ngettext("%(count)s task", "%(count)s tasks", len(moved)) % {"count": len(moved)}
