"""Addresses below /api/v1/ that this app answers."""

from __future__ import annotations

from django.urls import URLPattern, path

from reports.api.figures import FigureSets, OneFigureSet
from reports.api.reports import (
    OneReport,
    ReportApprovals,
    ReportFiles,
    ReportReturns,
    ReportReviews,
    Reports,
    ReportSendings,
)

urlpatterns: list[URLPattern] = [
    path("reports", Reports.as_view(), name="api_reports"),
    path("reports/<int:pk>", OneReport.as_view(), name="api_report"),
    path("reports/<int:pk>/files/<str:name>", ReportFiles.as_view(), name="api_report_file"),
    path("reports/<int:pk>/review", ReportReviews.as_view(), name="api_report_review"),
    path("reports/<int:pk>/approve", ReportApprovals.as_view(), name="api_report_approve"),
    path("reports/<int:pk>/return", ReportReturns.as_view(), name="api_report_return"),
    path("reports/<int:pk>/send", ReportSendings.as_view(), name="api_report_send"),
    path("figure-sets", FigureSets.as_view(), name="api_figure_sets"),
    path("figure-sets/<int:pk>", OneFigureSet.as_view(), name="api_figure_set"),
]
