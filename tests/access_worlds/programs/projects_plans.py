"""Projects, their plans, effort, risks, training, templates, links and payments."""

from __future__ import annotations

_TASK = "/tasks/{project}/{number}"
_TEMPLATE = "/plan-templates/{key}"
_SESSION = "/training-sessions/{key}"
_READ_TASKS = ("GET /tasks", "GET /phases")

API: dict[str, tuple[str, ...]] = {
    "projects": ("GET /project-standings", "GET /projects", "GET /project-decisions"),
    "new_project": ("POST /projects",),
    "project": (*_READ_TASKS, "GET /project-standings/{key}"),
    "project_board": _READ_TASKS,
    "project_timeline": (*_READ_TASKS, "GET /projects/{key}/figures"),
    "project_plans": ("POST /projects/{key}/plan",),
    "date_locks": ("POST /projects/{key}/lock-dates",),
    "new_task": ("POST /tasks",),
    "task": (f"GET {_TASK}", f"PATCH {_TASK}"),
    "task_row": (f"PATCH {_TASK}",),
    "task_moves": (f"POST {_TASK}/move",),
    "task_states": (f"PATCH {_TASK}",),
    "task_removal": (f"DELETE {_TASK}",),
    "move_undoings": ("GET /plan-moves", "POST /plan-moves/{id}/undo"),
    "project_effort": ("GET /projects/{key}/figures",),
    "project_effort_rows": ("GET /effort",),
    "my_week": ("GET /effort", "GET /bookable-projects", "POST /effort", "PATCH /effort/{key}"),
    "week_cells": ("POST /effort", "PATCH /effort/{key}", "DELETE /effort/{key}"),
    "weeks": ("GET /effort",),
    "project_scope": ("GET /requirements", "GET /change-requests", "GET /projects/{key}/figures"),
    "new_requirement": ("POST /requirements",),
    "requirement": ("GET /requirements/{project}/{number}",),
    "requirement_classifications": ("POST /requirements/{project}/{number}/classify",),
    "project_risks": ("GET /risks",),
    "new_risk": ("POST /risks",),
    "risk": ("GET /risks/{project}/{number}", "PATCH /risks/{project}/{number}"),
    "risk_states": (
        "POST /risks/{project}/{number}/settle",
        "POST /risks/{project}/{number}/happen",
    ),
    "project_training": ("GET /training-sessions", "GET /projects/{key}/figures", "GET /cases"),
    "new_session": ("POST /training-sessions",),
    "training_session": (f"GET {_SESSION}", "GET /contacts"),
    "edit_session": (f"PATCH {_SESSION}",),
    "session_attendance": (f"POST {_SESSION}/attend",),
    "session_people": (f"POST {_SESSION}/add-person",),
    "session_removal": (f"DELETE {_SESSION}",),
    "plan_templates": ("GET /plan-templates",),
    "new_plan_template": ("POST /plan-templates",),
    "plan_template": (f"GET {_TEMPLATE}",),
    "template_version": (f"GET {_TEMPLATE}/versions/{{version}}",),
    "new_template_phase": (f"PATCH {_TEMPLATE}",),
    "template_phase": (f"PATCH {_TEMPLATE}",),
    "new_template_task": (f"PATCH {_TEMPLATE}",),
    "template_task": (f"PATCH {_TEMPLATE}",),
    "template_gate": (f"PATCH {_TEMPLATE}",),
    "template_orders": (f"PATCH {_TEMPLATE}",),
    "template_publications": (f"POST {_TEMPLATE}/publish",),
    "template_resets": (f"POST {_TEMPLATE}/reset",),
    "project_payments": ("GET /projects/{key}/instalments", "GET /project-standings/{key}"),
    "payment_ties": ("PATCH /projects/{key}/instalments/{id}",),
    "project_shared": ("GET /page-links", "GET /weekly-reports"),
    "project_page_preview": ("GET /projects/{key}/customer-page",),
    "new_page_link": ("POST /page-links",),
    "page_link_renewals": ("POST /page-links/{id}/renew",),
    "page_link_revocations": ("POST /page-links/{id}/revoke",),
}

SCREEN_ONLY: dict[str, str] = {
    "task_line": "Gives back the row as it was when its form in the list is left.",
}
