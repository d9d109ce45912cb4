"""URLs of what stands behind figures."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from reports.views import figures

urlpatterns: list[URLPattern | URLResolver] = [
    path("figures/<int:pk>/<str:key>/", figures.figure_page, name="figure"),
]
