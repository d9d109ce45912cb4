"""URLs of how reports look and who gets them."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reports.views import report_logos

urlpatterns: list[URLPattern | URLResolver] = [
    path("reports/logos/<slug:digest>/", report_logos.report_logo, name="report_logo"),
]
