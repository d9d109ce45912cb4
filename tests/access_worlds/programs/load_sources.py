"""Load sources."""

from __future__ import annotations

_CHANGE = ("PATCH /load-sources/{id}",)

API: dict[str, tuple[str, ...]] = {
    "load_sources": ("GET /load-sources",),
    "new_load_source": ("POST /load-sources",),
    "load_source": ("GET /load-sources/{id}", "GET /load-sources/{source}/files"),
    "edit_load_source": _CHANGE,
    "load_source_activations": _CHANGE,
    "load_source_deactivations": _CHANGE,
    "load_source_removal": ("DELETE /load-sources/{id}",),
    "load_source_looks": ("POST /load-sources/{id}/look",),
    "load_source_trial": ("GET /load-sources/{id}/trial",),
    "load_source_file_tries": ("POST /load-sources/{source}/files/{id}/try",),
}

SCREEN_ONLY: dict[str, str] = {}
