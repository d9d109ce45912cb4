"""Addresses below /api/v1/ that this app answers."""

from __future__ import annotations

from django.urls import URLPattern

from projects.api.paper_urls import urlpatterns as papers
from projects.api.plan_urls import urlpatterns as plans

urlpatterns: list[URLPattern] = [*plans, *papers]
