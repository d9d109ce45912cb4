"""``given_up_requests --tenant SLUG [--retry | --discard] [ID …]``"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.management.tenant_command import TenantCommand
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.given_up_requests import discard_given_up, given_up, retry_given_up


class Command(TenantCommand):
    help = (
        "Requests of other programs that were given up after many tries: list them, without what "
        "they say; have them tried again, or delete them."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("ids", nargs="*", type=int, metavar="ID", help="default: all")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--retry", action="store_true", help="have them tried again")
        what.add_argument("--discard", action="store_true", help="delete those that are named")

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        if options["discard"] and not options["ids"]:
            raise CommandError("Name what is to be deleted by its ids.", returncode=2)
        with tenant_scope(tenant.id):
            rows = given_up().select_related("key").defer("body")
            if options["ids"]:
                rows = rows.filter(pk__in=options["ids"])
            found = list(rows)
            ids = [row.pk for row in found]
            if options["retry"]:
                self.stdout.write(json.dumps({"retried": retry_given_up(ids=ids, by=None)}))
                return
            if options["discard"]:
                self.stdout.write(json.dumps({"discarded": discard_given_up(ids=ids, by=None)}))
                return
        for row in found:
            told = {
                "id": row.pk,
                "key": row.key.name,
                "call": row.call,
                "received_at": row.received_at.isoformat(),
                "attempts": row.attempts,
                "error": row.error,
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False))
