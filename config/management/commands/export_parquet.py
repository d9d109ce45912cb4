"""``export_parquet --tenant SLUG DIR [--since D] [--with-persons]``"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.management.arguments import day_of
from accounts.management.progress import CommandProgress
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Tenant
from config.bi.parquet import export_parquet
from config.moving.manifest import WrongExport


class Command(TenantCommand):
    help = "Write the views of BI tools as Parquet files, all of one moment, into a new folder."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folder", metavar="DIR", help="a new or empty folder")
        parser.add_argument(
            "--since", metavar="D", help="of facts that happen on a day only those from it on"
        )
        parser.add_argument(
            "--with-persons",
            action="store_true",
            help="with names, addresses and what people wrote; without it persons are pseudonyms",
        )

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        since = day_of(options["since"])
        try:
            with CommandProgress(self.stderr, {"writing": "Writing the files"}) as progress:
                told = export_parquet(
                    tenant,
                    Path(options["folder"]),
                    since=since,
                    with_persons=options["with_persons"],
                    progress=progress,
                )
        except WrongExport as error:
            raise Refused(error) from error
        self.stdout.write(json.dumps(told, ensure_ascii=False))
