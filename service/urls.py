"""URLs of service inside a tenant; each noun has its own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("service.account_file_urls")),
    path("", include("service.cases_urls")),
    path("", include("service.plays_urls")),
    path("", include("service.renewals_urls")),
    path("", include("service.surveys_urls")),
    path("", include("service.requests_urls")),
    path("", include("service.work_urls")),
]
