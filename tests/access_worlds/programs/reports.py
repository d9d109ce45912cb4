from __future__ import annotations

_RECIPIENT = "/reports/{report}/recipients/{id}"

API: dict[str, tuple[str, ...]] = {
    "month": ("GET /months/{month}", "GET /figure-sets", "GET /night-comparison"),
    "retention": ("GET /retention", "GET /retention/review"),
    "retention_persons": ("GET /retention/persons",),
    "retention_customers": ("GET /retention/customers",),
    "scorecard": ("GET /scorecards",),
    "scorecard_projects": ("GET /scorecards/projects",),
    "scorecards": ("GET /scorecards",),
    "effects": ("GET /effects",),
    "effects_customers": ("GET /effects/customers",),
    "reports": ("GET /reports",),
    "product_report": ("GET /reports",),
    "report_changes": (
        "POST /reports/{id}/review",
        "POST /reports/{id}/approve",
        "POST /reports/{id}/return",
        "POST /reports/{id}/send",
    ),
    "report_change_undoings": ("POST /reports/{id}/return",),
    "report_runs": ("GET /report-runs",),
    "report_run": ("GET /report-runs/{id}", "GET /report-runs/{id}/failures"),
    "report_run_retries": ("POST /report-runs/{id}/retry",),
    "report": (
        "GET /reports/{id}",
        "GET /reports/{id}/texts",
        "PATCH /reports/{id}/texts",
        "GET /reports/{report}/answers",
        "GET /reports/{report}/recipients",
    ),
    "report_refreshes": ("POST /reports/{id}/refresh",),
    "report_corrections": ("POST /reports/{id}/correct",),
    "report_removal": ("DELETE /reports/{id}",),
    "report_download": ("GET /reports/{id}/files/{name}",),
    "report_recipients": ("POST /reports/{id}/send-to", "GET /reports/{report}/recipients"),
    "report_recipient_links": (f"POST {_RECIPIENT}/link",),
    "report_recipient_letters": (f"POST {_RECIPIENT}/write-again",),
    "report_recipient_revocations": (f"POST {_RECIPIENT}/revoke",),
    "figure": ("GET /figure-sets/{id}", "GET /figure-sets/{id}/figures/{key}"),
    "goals": ("GET /kpi-goals",),
    "new_goal": ("POST /kpi-goals",),
    "goal": (
        "GET /kpi-goals/{id}",
        "GET /kpi-goals/{id}/versions",
        "GET /kpi-goals/{id}/parts",
    ),
    "goal_changes": ("PATCH /kpi-goals/{id}",),
    "goal_closures": ("POST /kpi-goals/{id}/close",),
    "goal_customers": ("GET /kpi-goals/{id}/customers",),
    "report_logo": ("GET /report-logos/{digest}",),
    "report_templates": (
        "GET /report-templates",
        "POST /report-templates",
        "POST /report-templates/preview",
    ),
    "report_rules": ("GET /report-rules", "PATCH /report-rules"),
}

SCREEN_ONLY: dict[str, str] = {}
