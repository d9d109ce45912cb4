"""Notes that the platform writes in a demo, by code; imported at start, so that every process that
shows one has its words."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ui.notes import register_note

SHOWS_EVERY_SCHEME = register_note("shows_every_scheme", _("The demo shows every tier scheme."))
