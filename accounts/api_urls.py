"""Addresses below /api/: outside every tenant, since a token says whose it is. Apps above add their
resources to ``resources`` in ``AppConfig.ready()``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path, re_path

from accounts.rest.problems import not_found
from accounts.rest.resources import patterns
from accounts.views.api_docs import api_docs, api_schema

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", api_schema, name="api_schema"),
    path("docs/", api_docs, name="api_docs"),
    *patterns("v1/"),
    re_path(r"^(?P<path>[\s\S]*)$", not_found, name="api_nothing"),
]
