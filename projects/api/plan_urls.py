"""Addresses of projects, their plans, effort, risks, training and templates."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.rest import keys as _keys  # noqa: F401 - the converter of keys
from projects.api import (
    customer_pages,
    decisions,
    effort,
    figures,
    instalments,
    page_links,
    phases,
    plan_moves,
    planning,
    projects,
    requirements,
    risks,
    standings,
    tasks,
    templates,
    training,
)

TASK = "tasks/<key:project>/<int:number>"
REQUIREMENT = "requirements/<key:project>/<int:number>"
RISK = "risks/<key:project>/<int:number>"
SESSION = "training-sessions/<key:key>"
TEMPLATE = "plan-templates/<key:key>"
LINK = "page-links/<int:pk>"

urlpatterns: list[URLPattern] = [
    path("projects", projects.Projects.as_view(), name="api_projects"),
    path("projects/<key:key>", projects.OneProject.as_view(), name="api_project"),
    path("projects/<key:key>/plan", planning.ProjectPlanning.as_view(), name="api_project_plan"),
    path(
        "projects/<key:key>/lock-dates",
        planning.ProjectLocking.as_view(),
        name="api_project_date_lock",
    ),
    path("projects/<key:key>/figures", figures.OneFigures.as_view(), name="api_project_figures"),
    path(
        "projects/<key:key>/customer-page",
        customer_pages.OneCustomerPage.as_view(),
        name="api_customer_page",
    ),
    path(
        "projects/<key:key>/instalments",
        instalments.ProjectInstalments.as_view(),
        name="api_project_instalments",
    ),
    path(
        "projects/<key:key>/instalments/<int:pk>",
        instalments.OneProjectInstalment.as_view(),
        name="api_project_instalment",
    ),
    path("project-standings", standings.Standings.as_view(), name="api_project_standings"),
    path(
        "project-standings/<key:key>", standings.OneStanding.as_view(), name="api_project_standing"
    ),
    path("project-decisions", decisions.Decisions.as_view(), name="api_project_decisions"),
    path("sow-items", projects.SowItems.as_view(), name="api_sow_items"),
    path("phases", phases.Phases.as_view(), name="api_phases"),
    path("tasks", tasks.Tasks.as_view(), name="api_tasks"),
    path(TASK, tasks.OneTask.as_view(), name="api_task"),
    path(f"{TASK}/move", tasks.TaskMoving.as_view(), name="api_task_move"),
    path("plan-moves", plan_moves.PlanMoves.as_view(), name="api_plan_moves"),
    path("plan-moves/<int:pk>", plan_moves.OnePlanMove.as_view(), name="api_plan_move"),
    path(
        "plan-moves/<int:pk>/undo",
        plan_moves.PlanMoveUndoing.as_view(),
        name="api_plan_move_undoing",
    ),
    path("effort", effort.Efforts.as_view(), name="api_efforts"),
    path("effort/<key:key>", effort.OneEffort.as_view(), name="api_effort"),
    path("bookable-projects", effort.BookableProjects.as_view(), name="api_bookable_projects"),
    path("requirements", requirements.Requirements.as_view(), name="api_requirements"),
    path(REQUIREMENT, requirements.OneRequirement.as_view(), name="api_requirement"),
    path(
        f"{REQUIREMENT}/classify",
        requirements.RequirementClassifying.as_view(),
        name="api_requirement_classifying",
    ),
    path("risks", risks.Risks.as_view(), name="api_risks"),
    path(RISK, risks.OneRisk.as_view(), name="api_risk"),
    path(f"{RISK}/settle", risks.RiskSettling.as_view(), name="api_risk_settling"),
    path(f"{RISK}/happen", risks.RiskHappening.as_view(), name="api_risk_happening"),
    path("training-sessions", training.Sessions.as_view(), name="api_training_sessions"),
    path(SESSION, training.OneSession.as_view(), name="api_training_session"),
    path(f"{SESSION}/attend", training.SessionAttending.as_view(), name="api_session_attending"),
    path(f"{SESSION}/add-person", training.SessionJoining.as_view(), name="api_session_joining"),
    path("plan-templates", templates.Templates.as_view(), name="api_plan_templates"),
    path(TEMPLATE, templates.OneTemplate.as_view(), name="api_plan_template"),
    path(
        f"{TEMPLATE}/publish",
        templates.TemplatePublishing.as_view(),
        name="api_plan_template_publishing",
    ),
    path(
        f"{TEMPLATE}/reset",
        templates.TemplateResetting.as_view(),
        name="api_plan_template_resetting",
    ),
    path(
        f"{TEMPLATE}/versions/<int:version>",
        templates.OneTemplateVersion.as_view(),
        name="api_plan_template_version",
    ),
    path("page-links", page_links.PageLinks.as_view(), name="api_page_links"),
    path(LINK, page_links.OnePageLink.as_view(), name="api_page_link"),
    path(f"{LINK}/renew", page_links.PageLinkRenewing.as_view(), name="api_page_link_renewing"),
    path(f"{LINK}/revoke", page_links.PageLinkRevoking.as_view(), name="api_page_link_revoking"),
]
