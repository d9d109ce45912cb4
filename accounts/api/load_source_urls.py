"""Addresses of load sources below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.api.load_sources import (
    LoadSourceFiles,
    LoadSources,
    LoadSourceTrials,
    LookAtLoadSource,
    OneLoadSource,
    TryLoadSourceFile,
)

_ONE = "load-sources/<int:pk>"
_FILES = "load-sources/<int:source>/files"

urlpatterns: list[URLPattern] = [
    path("load-sources", LoadSources.as_view(), name="api_load_sources"),
    path(_ONE, OneLoadSource.as_view(), name="api_load_source"),
    path(f"{_ONE}/look", LookAtLoadSource.as_view(), name="api_load_source_look"),
    path(f"{_ONE}/trial", LoadSourceTrials.as_view(), name="api_load_source_trial"),
    path(_FILES, LoadSourceFiles.as_view(), name="api_load_source_files"),
    path(f"{_FILES}/<int:pk>/try", TryLoadSourceFile.as_view(), name="api_load_source_file_try"),
]
