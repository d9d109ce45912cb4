"""``run_night --tenant SLUG | --all [--as-of D] [--known-at ISO8601] [--restate REASON]``"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.management.arguments import day_of, moment_of
from accounts.management.progress import CommandProgress
from accounts.management.tenant_command import Refused, find_tenant
from accounts.models import Tenant
from segmentation.actions.nights import NightRefused, run_night
from segmentation.actions.results import STEPS

PHASES = {
    "facts": _("Gathering facts"),
    "scores": _("Scoring"),
    "moves": _("Comparing with the night before"),
    "storing": _("Storing"),
}


class Command(BaseCommand):
    help = "Compute a night here and now: measures, scores, segments, stages, tiers and moves."
    requires_system_checks: Any = []

    def add_arguments(self, parser: CommandParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--tenant", metavar="SLUG", help="the tenant")
        whose.add_argument("--all", action="store_true", help="every tenant, one after the other")
        parser.add_argument(
            "--as-of", metavar="D", help="default: yesterday in the tenant's time zone"
        )
        parser.add_argument(
            "--known-at", metavar="ISO8601", help="facts known later are not seen; default: now"
        )
        parser.add_argument(
            "--restate", metavar="REASON", default="", help="replace a stored night that differs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        day = day_of(options["as_of"])
        tenants = (
            list(Tenant.objects.order_by("slug"))
            if options["all"]
            else [find_tenant(options["tenant"])]
        )
        refused = []
        for tenant in tenants:
            moment = moment_of(options["known_at"], tenant)
            try:
                self._run(tenant, day, moment, options["restate"])
            except NightRefused as refusal:
                if not options["all"]:
                    raise Refused(refusal) from refusal
                # One tenant's refusal keeps no other from its night.
                refused.append(tenant.slug)
                self.stderr.write(f"{tenant.slug}: {refusal}")
        if refused:
            raise Refused(gettext("Refused for: %(tenants)s.") % {"tenants": ", ".join(refused)})

    def _run(
        self, tenant: Tenant, day: date | None, known_at: datetime | None, restate: str
    ) -> None:
        with CommandProgress(self.stderr, PHASES) as progress:
            outcome = run_night(
                tenant=tenant,
                as_of=day,
                known_at=known_at,
                restate=restate,
                progress=lambda step: progress(step, STEPS.index(step), len(STEPS)),
            )
        self.stdout.write(json.dumps(outcome.as_json(), ensure_ascii=False))
