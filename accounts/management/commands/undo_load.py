"""``undo_load ID --tenant SLUG``"""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.actions.loads import NotPossible, undo_load
from accounts.loads.dependants import CannotUndo
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Load, Tenant
from accounts.tenancy import tenant_scope


class Command(TenantCommand):
    help = "Take one load back, or say what now depends on it."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("load", metavar="ID", type=int)

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        load_id = options["load"]
        with tenant_scope(tenant.id):
            load = Load.objects.filter(pk=load_id).first()
            if load is None:
                raise Refused(_("There is no load %(id)s.") % {"id": load_id})
            try:
                undone = undo_load(load=load, by=None)
            except NotPossible as error:
                raise Refused(
                    _("Load %(id)s is “%(state)s” and cannot be taken back.")
                    % {"id": load_id, "state": load.get_state_display()}
                ) from error
            except CannotUndo as error:
                raise Refused(
                    _("Load %(id)s cannot be taken back: %(why)s.") % {"id": load_id, "why": error}
                ) from error
        self.stdout.write(
            json.dumps({"load": load_id, "removed": undone.removed, "restored": undone.restored})
        )
