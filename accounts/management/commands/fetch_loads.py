"""``fetch_loads --tenant SLUG [--source NAME]``"""

from __future__ import annotations

import json
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from accounts.actions.load_source_files import ENDED
from accounts.actions.load_source_looks import work_on_source
from accounts.actions.load_source_turns import Run, holding
from accounts.actions.load_work import work_on_load
from accounts.load_source_labels import trouble_words
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import LoadSource, LoadSourceFile, Tenant
from accounts.queries.load_sources import FAILED, file_words
from accounts.tenancy import tenant_scope

State = LoadSourceFile.State
# Whatever lies there is loaded, unless it takes this long.
LONGEST = timedelta(hours=6)
# For a load that a worker has in hand, and for a worker that has the sources.
PAUSE = 0.5


class Command(TenantCommand):
    help = "Look at a tenant's load sources now and load what is new there, without a worker."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--source", default="", metavar="NAME", help="only this one")

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        chosen = _chosen(tenant, options["source"])
        troubles = []
        with holding(tenant.pk, budget=LONGEST.total_seconds()) as run:
            if run is None:
                if not chosen:
                    return
                raise Refused(_("A worker is looking at them right now. Try again in a moment."))
            run.has_limits = False
            for pk, name in chosen:
                if trouble := self._fetch(run, tenant, pk, name):
                    troubles.append(trouble)
        if troubles:
            raise Refused(" ".join(troubles))

    def _fetch(self, run: Run, tenant: Tenant, pk: int, name: str) -> str:
        """Look at one; returns why it failed, or how many files did."""
        self.stderr.write(_("Looking at %(name)s …") % {"name": name})
        before = len(run.settled)
        work_on_source(run, pk, now_too=True)
        while _waits_for_load(run, tenant, pk):
            work_on_source(run, pk)
        with tenant_scope(tenant.pk):
            source = LoadSource.objects.filter(pk=pk).first()
            rows = LoadSourceFile.objects.filter(pk__in=run.settled[before:])
            told = list(rows.select_related("load").order_by("settled_at", "pk"))
        for row in told:
            self.stdout.write(json.dumps(_line(name, row), ensure_ascii=False))
        if source is not None and source.failures:
            words = trouble_words(source.trouble, source.trouble_detail)
            return f"{name}: {words}"
        failed = sum(row.state in FAILED for row in told)
        words = _("Files refused or not taken: %(count)s.") % {"count": failed}
        return f"{name}: {words}" if failed else ""


def _chosen(tenant: Tenant, name: str) -> list[tuple[int, str]]:
    """
    Raises:
        Refused: there is none of this name, or it is off.
    """
    with tenant_scope(tenant.pk):
        if not name:
            return list(LoadSource.objects.filter(is_active=True).values_list("pk", "name"))
        found = LoadSource.objects.filter(name=name).first() if name.isprintable() else None
    if found is None:
        raise Refused(_("There is no load source “%(name)s”.") % {"name": ascii(name)[1:-1]})
    if not found.is_active:
        raise Refused(f"{found.name}: " + _("It is switched off."))
    return [(found.pk, found.name)]


def _waits_for_load(run: Run, tenant: Tenant, pk: int) -> bool:
    """Whether a file's load has not ended; it is worked on here, or waited for where a worker does."""
    with tenant_scope(tenant.pk):
        rows = LoadSourceFile.objects.filter(source=pk, state=State.TAKEN, load__isnull=False)
        row = rows.select_related("load").first()
    if row is None or row.load is None or monotonic() > run.until:
        return False
    if row.load.state not in ENDED:
        run.beat()
        if not work_on_load(tenant_id=tenant.pk, load_id=row.load.pk):
            sleep(PAUSE)
    return True


def _line(source: str, row: LoadSourceFile) -> dict[str, Any]:
    load = row.load
    counts = ("read", "created", "updated", "unchanged", "rejected")
    return {
        "source": source,
        "file": row.name,
        "size": row.size,
        "kind": row.kind,
        "state": row.state,
        "load": load.pk if load else None,
        **{name: getattr(load, name) if load else 0 for name in counts},
        "reason": file_words(row) if row.state in FAILED else "",
    }
