"""URLs of work."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from service.views import ctas, work, work_settings

urlpatterns: list[URLPattern | URLResolver] = [
    path("work/", work.work, name="work"),
    path("work/changes/", ctas.work_changes, name="work_changes"),
    path("work/undoings/<int:pk>/", ctas.work_undoings, name="work_undoings"),
    path("work/ranks/", work_settings.rank_weights, name="rank_weights"),
    path("work/reasons/", work_settings.reasons, name="close_reasons"),
    path("work/<int:pk>/", ctas.cta, name="cta"),
    path("work/<int:pk>/steps/<int:step_pk>/", ctas.cta_steps, name="cta_steps"),
    path("customers/<int:pk>/work/new/", ctas.new_work, name="new_work"),
]
