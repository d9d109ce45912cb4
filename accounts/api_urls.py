"""Addresses below /api/: outside every tenant, since a token says whose it is. Apps above add their
resources to ``resources`` in ``AppConfig.ready()``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path
from drf_spectacular.views import SpectacularAPIView

from accounts.rest.problems import not_found
from accounts.rest.resources import patterns

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    *patterns("v1/"),
    re_path(r"^(?P<path>[\s\S]*)$", not_found, name="api_nothing"),
]
