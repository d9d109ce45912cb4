"""Words for what the audit records of plans."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.labels import FIELDS, VALUES, VERBS, WORDINGS
from projects.models import Risk, Side, Task, TrainingSession

VERBS.update(
    {
        "change_request.approved": _("Change request approved internally"),
        "change_request.changed": _("Change request altered"),
        "change_request.declined": _("Change request declined by the customer"),
        "change_request.drafted": _("Change request drafted"),
        "change_request.question_answered": _("Question of a signatory answered"),
        "change_request.question_asked": _("Question of a signatory"),
        "change_request.sent": _("Change request sent for signature"),
        "change_request.signed": _("Change request signed by the customer"),
        "change_request.withdrawn": _("Change request withdrawn"),
        "effort.booked": _("Effort booked"),
        "effort.changed": _("Effort changed"),
        "effort.removed": _("Effort taken away"),
        "payment.tied": _("Instalment tied to a milestone"),
        "payment.untied": _("Instalment untied from its milestone"),
        "plan.dates_locked": _("Dates of the plan locked"),
        "plan.made": _("Plan made"),
        "plan_template.changed": _("Template changed"),
        "plan_template.made": _("Template made"),
        "plan_template.published": _("Template published"),
        "plan_template.reset": _("Changes of the template dropped"),
        "project.made": _("Project made"),
        "requirement.captured": _("Requirement captured"),
        "requirement.classified": _("Requirement classified"),
        "risk.changed": _("Risk or issue changed"),
        "risk.happened": _("Risk has happened"),
        "risk.raised": _("Risk or issue raised"),
        "risk.settled": _("State of a risk or an issue told"),
        "signing_link.revoked": _("Link for signing revoked"),
        "task.added": _("Task added"),
        "task.changed": _("Task changed"),
        "task.moved": _("Task moved"),
        "task.move_undone": _("Move of tasks undone"),
        "task.removed": _("Task taken away"),
        "training.attended": _("Attendance taken"),
        "training.changed": _("Training session changed"),
        "training.held": _("Training session kept"),
        "training.removed": _("Training session taken away"),
    }
)

FIELDS.update(
    {
        "absent": _("Absent"),
        "after": _("Waits for"),
        "answer": _("Answer"),
        "baseline": _("Baseline"),
        "change_request": _("Change request"),
        "classification": _("Classification"),
        "contract": _("Contract"),
        "document_hash": _("SHA-256 of the document"),
        "due_on": _("Due on"),
        "effort": _("Effort"),
        "effort_days": _("Person-days"),
        "ends_on": _("Ends on"),
        "excused": _("Excused"),
        "finished_on": _("Finished on"),
        "held_on": _("Held on"),
        "impact": _("Impact"),
        "issue": _("Issue"),
        "item": _("Item"),
        "manager": _("Project manager"),
        "mitigation": _("Countermeasure"),
        "milestone": _("Milestone"),
        "minutes": _("Minutes"),
        "modules": _("Modules"),
        "moved": _("Moved"),
        "on": _("Booked on"),
        "offset_days": _("Days of waiting"),
        "payment": _("Payment"),
        "person": _("Person"),
        "place": _("Place"),
        "plan": _("Plan"),
        "plan_template": _("Template"),
        "present": _("Present"),
        "probability": _("Probability"),
        "project": _("Project"),
        "question": _("Question"),
        "reason": _("Reason"),
        "requirement": _("Requirement"),
        "risk": _("Risk or issue"),
        "role": _("Role"),
        "scan_sha256": _("SHA-256 of the scan"),
        "signing_link": _("Link for signing"),
        "signatory": _("Signatory"),
        "side": _("Who does it"),
        "started_on": _("Started on"),
        "starts_on": _("Starts on"),
        "state": _("State"),
        "step": _("Step"),
        "task": _("Task"),
        "tasks": _("Tasks"),
        "text": _("Details"),
        "template": _("Template"),
        "trainer": _("Trainer"),
        "training": _("Training session"),
        "unsaid": _("Not said any more"),
        "worked_on": _("Worked on"),
        "until": _("Until"),
        "why": _("Why"),
    }
)
VALUES.update({("state", state.value): state.label for state in Task.State})
VALUES.update({("state", state.value): state.label for state in Risk.State})
VALUES.update({("kind", kind.value): kind.label for kind in Risk.Kind})
VALUES.update({("kind", kind.value): kind.label for kind in TrainingSession.Kind})
VALUES.update({("side", side.value): side.label for side in Side})
WORDINGS["moved"] = "projects.labels.moved_words"


def moved_words(moved: list[dict[str, Any]]) -> str:
    """How many tasks a change moved; each stands in the record."""
    return ngettext("%(count)s task", "%(count)s tasks", len(moved)) % {"count": len(moved)}
