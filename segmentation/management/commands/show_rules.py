"""``show_rules --tenant SLUG [--version N]``, ``show_rules --schema``"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.management.tenant_command import Refused, find_tenant
from accounts.tenancy import tenant_scope
from segmentation.models import RuleSet
from segmentation.queries.rules import current_rules, document_of
from segmentation.rules.printing import print_rules
from segmentation.rules.schema import SCHEMA


class Command(BaseCommand):
    help = (
        "Print the tenant's rules in force, whole, as JSON that `load_rules` takes; with --schema the "
        "JSON Schema that says what each key means."
    )
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="SLUG", help="the tenant")
        parser.add_argument("--version-number", type=int, metavar="N", help="an earlier version")
        parser.add_argument("--schema", action="store_true", help="print the JSON Schema instead")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["schema"]:
            self.stdout.write(json.dumps(SCHEMA, indent=2, ensure_ascii=False))
            return
        if options["tenant"] is None:
            raise CommandError(_("Say which tenant: --tenant SLUG."), returncode=2)
        with tenant_scope(find_tenant(options["tenant"]).id):
            self.stdout.write(print_rules(_rules(options["version_number"])))


def _rules(version: int | None) -> dict[str, Any]:
    if version is None:
        return current_rules()
    rule_set = RuleSet.objects.filter(version=version).first()
    if rule_set is None:
        raise Refused(_("There is no version %(number)s of the rules.") % {"number": version})
    return document_of(rule_set)
