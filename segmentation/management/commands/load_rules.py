"""``load_rules FILE.json --tenant SLUG [--note TEXT]``"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.rules import RulesRefused, change_rules
from segmentation.rules.reading import RuleFileError, parse_rules


class Command(TenantCommand):
    help = (
        "Merge a rule file (JSON; - for standard input) into the tenant's rules and publish them as a "
        "new version, in force from the next night. `show_rules --schema` says what it may hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--note", default="", help="why, kept with the version")

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        file = options["file"]
        try:
            change = parse_rules(_read(file))
            with tenant_scope(tenant.id):
                changed = change_rules(change=change, note=options["note"], by=None)
        except RuleFileError as error:
            raise Refused(f"{file}: {error}") from error
        except RulesRefused as error:
            raise Refused(f"{file}: {_('refused, nothing was published.')}\n{error}") from error
        version = changed.rule_set.version
        self.stdout.write(
            json.dumps({"tenant": tenant.slug, "version": version, "published": changed.is_new})
        )
        if not changed.is_new:
            self.stderr.write(
                _("Nothing to change: version %(n)s says so already.") % {"n": version}
            )


def _read(file: str) -> str:
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}", returncode=2) from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleFileError(
            _("a rule file is UTF-8; byte %(n)s is not") % {"n": error.start}
        ) from error
