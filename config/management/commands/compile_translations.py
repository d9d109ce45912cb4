"""``compile_translations [--check]``: make the catalogues that Django reads."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.translations import LANGUAGES, catalogue_path, compile_catalogue, faults


class Command(BaseCommand):
    help = "Compile the message catalogues; with --check, also refuse missing translations."
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong: list[str] = []
        for language in LANGUAGES:
            if catalogue_path(settings.BASE_DIR, language).exists():
                compile_catalogue(settings.BASE_DIR, language)
            if options["check"]:
                wrong += faults(settings.BASE_DIR, language)
        if wrong:
            raise CommandError("\n".join([*wrong, f"{len(wrong)} texts to translate."]))
