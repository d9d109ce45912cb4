"""``update_translations``: bring the catalogues in line with the sources."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from config.translations import LANGUAGES, update


class Command(BaseCommand):
    help = "Add new texts to the message catalogues and drop those no longer used."
    requires_system_checks: Any = []

    def handle(self, *args: Any, **options: Any) -> None:
        for language in LANGUAGES:
            added, dropped = update(settings.BASE_DIR, language)
            self.stdout.write(f"{language}: {added} added, {dropped} dropped")
