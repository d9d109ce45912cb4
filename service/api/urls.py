"""Addresses below /api/v1/ that this app answers."""

from __future__ import annotations

from django.urls import URLPattern, path

from service.api.cases import CaseDetail, CaseList, CaseSayings

urlpatterns: list[URLPattern] = [
    path("cases", CaseList.as_view(), name="api_cases"),
    path("cases/<str:key>", CaseDetail.as_view(), name="api_case"),
    path("cases/<str:key>/words", CaseSayings.as_view(), name="api_case_words"),
]
