"""``write_figures [--check]``: write the user guide's page on figures from the catalogue."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.figures_doc import LANGUAGES, figures_page


class Command(BaseCommand):
    help = "Write docs/guide/figures*.md; with --check, refuse when they are out of date."
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        for language, name in LANGUAGES.items():
            path = settings.BASE_DIR / "docs" / "guide" / name
            page = figures_page(language)
            if not options["check"]:
                path.write_text(page, encoding="utf-8")
            elif not path.exists() or path.read_text(encoding="utf-8") != page:
                raise CommandError(f"{path.name} is out of date: run manage.py write_figures.")
