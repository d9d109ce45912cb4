"""``export_tenant SLUG DIR``"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts.management.progress import CommandProgress
from accounts.management.tenant_command import Refused, find_tenant
from config.moving.exporting import export_tenant
from config.moving.manifest import WrongExport


class Command(BaseCommand):
    help = "Write everything that a tenant owns into a new folder, for import_tenant or to keep."
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="SLUG", help="the tenant")
        parser.add_argument("folder", metavar="DIR", help="a new or empty folder")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = find_tenant(options["slug"])
        try:
            with CommandProgress(self.stderr, {"writing": "Writing the files"}) as progress:
                told = export_tenant(tenant, Path(options["folder"]), progress=progress)
        except WrongExport as error:
            raise Refused(error) from error
        self.stdout.write(json.dumps(told, ensure_ascii=False))
