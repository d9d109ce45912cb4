"""URLs of how reports look and who gets them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reports.views import report_logos, report_templates

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/logos/<slug:digest>/", report_logos.report_logo, name="report_logo"),
    path("settings/reports/", report_templates.report_templates, name="report_templates"),
    path("settings/reports/rules/", report_templates.report_rules, name="report_rules"),
]
