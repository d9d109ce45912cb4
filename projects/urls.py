"""URLs of this app inside a tenant."""

from django.urls import URLPattern, URLResolver, path

from projects import gate_urls, handover_urls, weekly_urls
from projects.views import (
    burn,
    change_requests,
    effort,
    payments,
    plan_making,
    plans,
    portfolio,
    requirements,
    risks,
    signing,
    tasks,
    template_parts,
    templates,
    trained,
    training,
)

urlpatterns: list[URLPattern | URLResolver] = [
    *gate_urls.urlpatterns,
    *weekly_urls.urlpatterns,
    *handover_urls.urlpatterns,
    path("projects/", portfolio.projects, name="projects"),
    path("projects/new/", plan_making.new_project, name="new_project"),
    path("projects/templates/", templates.templates, name="plan_templates"),
    path("projects/templates/new/", templates.new_template, name="new_plan_template"),
    path("projects/templates/<slug:key>/", templates.template, name="plan_template"),
    path(
        "projects/templates/<slug:key>/versions/<int:number>/",
        templates.template_version,
        name="template_version",
    ),
    path(
        "projects/templates/<slug:key>/phases/new/",
        template_parts.template_phase,
        name="new_template_phase",
    ),
    path(
        "projects/templates/<slug:key>/phases/<slug:part>/",
        template_parts.template_phase,
        name="template_phase",
    ),
    path(
        "projects/templates/<slug:key>/tasks/new/",
        template_parts.template_task,
        name="new_template_task",
    ),
    path(
        "projects/templates/<slug:key>/tasks/<slug:part>/",
        template_parts.template_task,
        name="template_task",
    ),
    path(
        "projects/templates/<slug:key>/orders/",
        template_parts.template_orders,
        name="template_orders",
    ),
    path(
        "projects/templates/<slug:key>/publications/",
        templates.template_publications,
        name="template_publications",
    ),
    path(
        "projects/templates/<slug:key>/resets/", templates.template_resets, name="template_resets"
    ),
    path("projects/<int:pk>/", plans.project, name="project"),
    path("projects/<int:pk>/board/", plans.board, name="project_board"),
    path("projects/<int:pk>/timeline/", plans.timeline, name="project_timeline"),
    path("projects/<int:pk>/effort/", burn.project_effort, name="project_effort"),
    path("projects/<int:pk>/effort/rows/", burn.project_effort_rows, name="project_effort_rows"),
    path("week/", effort.my_week, name="my_week"),
    path("week/cells/", effort.week_cells, name="week_cells"),
    path("weeks/", effort.weeks, name="weeks"),
    path("projects/<int:pk>/plans/", plan_making.project_plans, name="project_plans"),
    path("projects/<int:pk>/date-locks/", plan_making.date_locks, name="date_locks"),
    path("projects/<int:pk>/tasks/new/", tasks.new_task, name="new_task"),
    path("projects/<int:pk>/tasks/<int:task_pk>/", tasks.task, name="task"),
    path("projects/<int:pk>/tasks/<int:task_pk>/row/", tasks.task_row, name="task_row"),
    path("projects/<int:pk>/tasks/<int:task_pk>/line/", tasks.task_line, name="task_line"),
    path("projects/<int:pk>/tasks/<int:task_pk>/moves/", tasks.task_moves, name="task_moves"),
    path("projects/<int:pk>/tasks/<int:task_pk>/states/", tasks.task_states, name="task_states"),
    path("projects/<int:pk>/tasks/<int:task_pk>/removal/", tasks.task_removal, name="task_removal"),
    path(
        "projects/<int:pk>/moves/<int:record_pk>/undoings/",
        tasks.move_undoings,
        name="move_undoings",
    ),
    path("projects/<int:pk>/risks/", risks.project_risks, name="project_risks"),
    path("projects/<int:pk>/risks/new/", risks.new_risk, name="new_risk"),
    path("projects/<int:pk>/risks/<int:risk_pk>/", risks.risk, name="risk"),
    path("projects/<int:pk>/risks/<int:risk_pk>/states/", risks.risk_states, name="risk_states"),
    path("projects/<int:pk>/payments/", payments.project_payments, name="project_payments"),
    path(
        "projects/<int:pk>/payments/<int:instalment_pk>/ties/",
        payments.payment_ties,
        name="payment_ties",
    ),
    path("projects/<int:pk>/training/", trained.project_training, name="project_training"),
    path("customers/<int:pk>/training/new/", training.new_session, name="new_session"),
    path(
        "customers/<int:pk>/training/<int:session_pk>/",
        training.training_session,
        name="training_session",
    ),
    path(
        "customers/<int:pk>/training/<int:session_pk>/edit/",
        training.edit_session,
        name="edit_session",
    ),
    path(
        "customers/<int:pk>/training/<int:session_pk>/attendance/",
        training.session_attendance,
        name="session_attendance",
    ),
    path(
        "customers/<int:pk>/training/<int:session_pk>/people/",
        training.session_people,
        name="session_people",
    ),
    path(
        "customers/<int:pk>/training/<int:session_pk>/removal/",
        training.session_removal,
        name="session_removal",
    ),
    path("projects/<int:pk>/scope/", requirements.project_scope, name="project_scope"),
    path(
        "projects/<int:pk>/requirements/new/", requirements.new_requirement, name="new_requirement"
    ),
    path(
        "projects/<int:pk>/requirements/<int:requirement_pk>/",
        requirements.requirement,
        name="requirement",
    ),
    path(
        "projects/<int:pk>/requirements/<int:requirement_pk>/classifications/",
        requirements.classifications,
        name="requirement_classifications",
    ),
    path(
        "projects/<int:pk>/requirements/<int:requirement_pk>/change-requests/new/",
        change_requests.new_change_request,
        name="new_change_request",
    ),
    path(
        "projects/<int:pk>/change-requests/<int:change_pk>/",
        change_requests.change_request,
        name="change_request",
    ),
    path(
        "projects/<int:pk>/change-requests/<int:change_pk>/edit/",
        change_requests.edit_change_request,
        name="edit_change_request",
    ),
    path(
        "projects/<int:pk>/change-requests/<int:change_pk>/approvals/",
        change_requests.change_request_approvals,
        name="change_request_approvals",
    ),
    path(
        "projects/<int:pk>/change-requests/<int:change_pk>/withdrawals/",
        change_requests.change_request_withdrawals,
        name="change_request_withdrawals",
    ),
    path(
        "projects/<int:pk>/change-requests/<int:change_pk>/signing-links/",
        signing.signing_links,
        name="signing_links",
    ),
    path(
        "projects/<int:pk>/change-requests/<int:change_pk>/signing-links/<int:link_pk>/revocations/",
        signing.signing_link_revocations,
        name="signing_link_revocations",
    ),
    path(
        "projects/<int:pk>/change-requests/<int:change_pk>/questions/<int:question_pk>/answers/",
        signing.question_answers,
        name="question_answers",
    ),
    path(
        "projects/<int:pk>/change-requests/<int:change_pk>/scans/",
        signing.signed_scans,
        name="signed_scans",
    ),
    path(
        "projects/<int:pk>/change-requests/<int:change_pk>/document/",
        signing.signed_document,
        name="signed_document",
    ),
    path(
        "projects/<int:pk>/change-requests/<int:change_pk>/document/text/",
        signing.signed_document_text,
        name="signed_document_text",
    ),
    path(
        "projects/<int:pk>/change-requests/<int:change_pk>/document/scan/",
        signing.signed_scan,
        name="signed_scan",
    ),
]
