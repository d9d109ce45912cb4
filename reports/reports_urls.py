"""URLs of reports."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reports.views import internal_reports, report_page, report_recipients, report_runs, reports

REPORT = "reports/<int:pk>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/", reports.reports, name="reports"),
    path("reports/product/<str:month>/", internal_reports.product_report, name="product_report"),
    path("reports/changes/", reports.report_changes, name="report_changes"),
    path(
        "reports/undoings/<int:pk>/", reports.report_change_undoings, name="report_change_undoings"
    ),
    path("reports/runs/", report_runs.report_runs, name="report_runs"),
    path("reports/runs/<int:pk>/", report_runs.report_run, name="report_run"),
    path(
        "reports/runs/<int:pk>/retries/", report_runs.report_run_retries, name="report_run_retries"
    ),
    path(REPORT, report_page.report, name="report"),
    path(f"{REPORT}refreshes/", report_page.report_refreshes, name="report_refreshes"),
    path(f"{REPORT}corrections/", report_page.report_corrections, name="report_corrections"),
    path(f"{REPORT}removal/", report_page.report_removal, name="report_removal"),
    path(f"{REPORT}files/<str:format_>/", report_page.report_download, name="report_download"),
    path(f"{REPORT}recipients/", report_recipients.report_recipients, name="report_recipients"),
    path(
        f"{REPORT}recipients/<int:recipient_pk>/links/",
        report_recipients.report_recipient_links,
        name="report_recipient_links",
    ),
    path(
        f"{REPORT}recipients/<int:recipient_pk>/letters/",
        report_recipients.report_recipient_letters,
        name="report_recipient_letters",
    ),
    path(
        f"{REPORT}recipients/<int:recipient_pk>/revocations/",
        report_recipients.report_recipient_revocations,
        name="report_recipient_revocations",
    ),
]
