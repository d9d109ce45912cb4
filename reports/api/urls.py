"""Addresses below /api/v1/ that this app answers."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.rest import keys as _keys  # noqa: F401 - the converter of keys
from reports.api.effects import CustomersOfEffects, Effects
from reports.api.figure_rows import RowsBehind
from reports.api.figures import FigureSets, OneFigureSet
from reports.api.goal_parts import CustomersOfGoal, PartsOfGoal
from reports.api.goals import GoalClosure, Goals, GoalVersions, OneGoal
from reports.api.months import Months
from reports.api.recipients import (
    OneRecipient,
    RecipientLetter,
    RecipientLink,
    RecipientRevocation,
    Recipients,
    ReportAnswers,
    ReportChosenSendings,
)
from reports.api.report_rules import (
    OneReportRule,
    OneReportRun,
    ReportFailures,
    ReportRunRetry,
    ReportRuns,
)
from reports.api.report_templates import (
    OneReportTemplate,
    ReportLogos,
    ReportTemplatePreviews,
    ReportTemplates,
)
from reports.api.report_verbs import OneReport, ReportCorrections, ReportRefreshes, ReportTexts
from reports.api.reports import (
    ReportApprovals,
    ReportFiles,
    ReportReturns,
    ReportReviews,
    Reports,
    ReportSendings,
)
from reports.api.retention_views import CustomersOfRetention, PersonRetentions, RetentionReviews
from reports.api.scorecards import ProjectsOfScorecards, Scorecards

urlpatterns: list[URLPattern] = [
    path("reports", Reports.as_view(), name="api_reports"),
    path("reports/<int:pk>", OneReport.as_view(), name="api_report"),
    path("reports/<int:pk>/files/<str:name>", ReportFiles.as_view(), name="api_report_file"),
    path("reports/<int:pk>/review", ReportReviews.as_view(), name="api_report_review"),
    path("reports/<int:pk>/approve", ReportApprovals.as_view(), name="api_report_approve"),
    path("reports/<int:pk>/return", ReportReturns.as_view(), name="api_report_return"),
    path("reports/<int:pk>/send", ReportSendings.as_view(), name="api_report_send"),
    path("reports/<int:pk>/send-to", ReportChosenSendings.as_view(), name="api_report_send_to"),
    path("reports/<int:pk>/texts", ReportTexts.as_view(), name="api_report_texts"),
    path("reports/<int:pk>/refresh", ReportRefreshes.as_view(), name="api_report_refresh"),
    path("reports/<int:pk>/correct", ReportCorrections.as_view(), name="api_report_correct"),
    path("reports/<int:report>/answers", ReportAnswers.as_view(), name="api_report_answers"),
    path("reports/<int:report>/recipients", Recipients.as_view(), name="api_recipients"),
    path("reports/<int:report>/recipients/<int:pk>", OneRecipient.as_view(), name="api_recipient"),
    path(
        "reports/<int:report>/recipients/<int:pk>/link",
        RecipientLink.as_view(),
        name="api_recipient_link",
    ),
    path(
        "reports/<int:report>/recipients/<int:pk>/revoke",
        RecipientRevocation.as_view(),
        name="api_recipient_revocation",
    ),
    path(
        "reports/<int:report>/recipients/<int:pk>/write-again",
        RecipientLetter.as_view(),
        name="api_recipient_letter",
    ),
    path("report-runs", ReportRuns.as_view(), name="api_report_runs"),
    path("report-runs/<int:pk>", OneReportRun.as_view(), name="api_report_run"),
    path("report-runs/<int:pk>/retry", ReportRunRetry.as_view(), name="api_report_run_retry"),
    path("report-runs/<int:pk>/failures", ReportFailures.as_view(), name="api_report_failures"),
    path("report-rules", OneReportRule.as_view(), name="api_report_rules"),
    path("report-templates", ReportTemplates.as_view(), name="api_report_templates"),
    path(
        "report-templates/preview",
        ReportTemplatePreviews.as_view(),
        name="api_report_template_preview",
    ),
    path("report-templates/<int:pk>", OneReportTemplate.as_view(), name="api_report_template"),
    path("report-logos/<str:digest>", ReportLogos.as_view(), name="api_report_logo"),
    path("figure-sets", FigureSets.as_view(), name="api_figure_sets"),
    path("figure-sets/<int:pk>", OneFigureSet.as_view(), name="api_figure_set"),
    path("figure-sets/<int:pk>/figures/<key:key>", RowsBehind.as_view(), name="api_figure_rows"),
    path("kpi-goals", Goals.as_view(), name="api_kpi_goals"),
    path("kpi-goals/<int:pk>", OneGoal.as_view(), name="api_kpi_goal"),
    path("kpi-goals/<int:pk>/close", GoalClosure.as_view(), name="api_kpi_goal_closure"),
    path("kpi-goals/<int:pk>/versions", GoalVersions.as_view(), name="api_kpi_goal_versions"),
    path("kpi-goals/<int:pk>/parts", PartsOfGoal.as_view(), name="api_kpi_goal_parts"),
    path("kpi-goals/<int:pk>/customers", CustomersOfGoal.as_view(), name="api_kpi_goal_customers"),
    path("retention/review", RetentionReviews.as_view(), name="api_retention_review"),
    path("retention/persons", PersonRetentions.as_view(), name="api_person_retention"),
    path("retention/customers", CustomersOfRetention.as_view(), name="api_retention_customers"),
    path("effects", Effects.as_view(), name="api_effects"),
    path("effects/customers", CustomersOfEffects.as_view(), name="api_effect_customers"),
    path("scorecards", Scorecards.as_view(), name="api_scorecards"),
    path("scorecards/projects", ProjectsOfScorecards.as_view(), name="api_scorecard_projects"),
    path("months/<str:month>", Months.as_view(), name="api_month"),
]
