"""URLs of plays inside a tenant."""

from __future__ import annotations

from django.urls import path

from service.views import plays, plays_dry_run, plays_editor, plays_switches

urlpatterns = [
    path("plays/", plays.plays, name="plays"),
    path("plays/new/", plays_editor.new, name="new_play"),
    path("plays/<int:pk>/", plays.play, name="play"),
    path("plays/<int:pk>/edit/", plays_editor.edit, name="edit_play"),
    path("plays/<int:pk>/dry-run/", plays_dry_run.dry_runs, name="play_dry_run"),
    path("plays/<int:pk>/switch-ons/", plays_switches.switch_ons, name="play_switch_ons"),
    path("plays/<int:pk>/switch-offs/", plays_switches.switch_offs, name="play_switch_offs"),
    path("plays/<int:pk>/archivals/", plays_switches.archivals, name="play_archivals"),
    path("plays/<int:pk>/restorals/", plays_switches.restorals, name="play_restorals"),
    path("plays/<int:pk>/releases/", plays_switches.releases, name="play_releases"),
]
