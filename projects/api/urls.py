"""Addresses below /api/v1/ that this app answers."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.rest import keys as _keys  # noqa: F401 - the converter of keys
from projects.api.changes import Efforts
from projects.api.paper_urls import urlpatterns as papers
from projects.api.projects import OneProject, Projects, SowItems

urlpatterns: list[URLPattern] = [
    path("projects", Projects.as_view(), name="api_projects"),
    path("projects/<key:key>", OneProject.as_view(), name="api_project"),
    path("sow-items", SowItems.as_view(), name="api_sow_items"),
    path("effort", Efforts.as_view(), name="api_efforts"),
    *papers,
]
