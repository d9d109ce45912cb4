"""``import_tenant DIR [--as SLUG]``"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.management.progress import CommandProgress
from accounts.management.tenant_command import Refused, refuse_older_database
from config.moving.importing import import_tenant
from config.moving.manifest import WrongExport

PHASES = {"checking": "Checking the files", "writing": "Writing the tables"}


class Command(BaseCommand):
    help = "Make the tenant that export_tenant wrote, here; all of it or nothing."
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", help="what export_tenant wrote")
        parser.add_argument("--as", dest="slug", default="", metavar="SLUG", help="another slug")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_older_database()
        try:
            with CommandProgress(self.stderr, PHASES) as progress:
                told = import_tenant(
                    Path(options["folder"]), slug=options["slug"], progress=progress
                )
        except WrongExport as error:
            raise Refused(error) from error
        self.stdout.write(json.dumps(told, ensure_ascii=False))
