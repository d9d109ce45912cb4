"""``seed_demo --tenant SLUG [--customers N] [--months M] [--seed S] [--until D]``"""

from __future__ import annotations

import json
import time
from argparse import ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from accounts.management.progress import CommandProgress
from accounts.management.tenant_command import Refused, TenantCommand
from accounts.models import Tenant
from config.demo.seeding import TenantNotEmpty, seed
from config.demo.vendor import FULL_USAGE_CUSTOMERS, Vendor

CUSTOMERS, MONTHS, SEED = 200, 18, 2
MOST_CUSTOMERS, MOST_MONTHS = 1_000_000, 120
PHASES = {"customers": "Writing customers", "usage": "Writing usage"}


def _whole_number(least: int, most: int) -> Any:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            raise ArgumentTypeError(f"“{text}” is not a whole number.") from None
        if not least <= number <= most:
            raise ArgumentTypeError(f"{number} is not between {least} and {most}.")
        return number

    return parse


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not a date such as 2026-11-21.") from None


class Command(TenantCommand):
    help = (
        "Fill an empty tenant with the facts of a lifelike HR software vendor, and its people. "
        f"Usage per customer thins out beyond {FULL_USAGE_CUSTOMERS} customers."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--customers", type=_whole_number(1, MOST_CUSTOMERS), default=CUSTOMERS, metavar="N"
        )
        parser.add_argument(
            "--months",
            type=_whole_number(1, MOST_MONTHS),
            default=MONTHS,
            metavar="M",
            help="months of usage; a quarter before them is added, so that the first looks back",
        )
        parser.add_argument(
            "--seed", type=_whole_number(0, 2**62), default=SEED, metavar="S", help="which vendor"
        )
        parser.add_argument(
            "--until", type=_day, metavar="D", help="the last day of facts (default: yesterday)"
        )

    def handle_tenant(self, tenant: Tenant, **options: Any) -> None:
        vendor = Vendor(
            seed=options["seed"],
            until=options["until"] or tenant.last_ended_day(),
            customers=options["customers"],
            months=options["months"],
            timezone=tenant.timezone,
            currency=tenant.currency,
            domain=f"{tenant.slug}.example",
        )
        began = time.monotonic()
        try:
            with CommandProgress(self.stderr, PHASES) as progress:
                counts = seed(tenant, vendor, progress)
        except TenantNotEmpty:
            raise Refused(
                f"Tenant “{tenant.slug}” already has customers. A demo goes into an empty "
                "tenant: make one with create_tenant."
            ) from None
        result = {
            "tenant": tenant.slug,
            "seed": vendor.seed,
            "until": vendor.until.isoformat(),
            "months": vendor.months,
            **counts,
            "seconds": round(time.monotonic() - began, 2),
        }
        self.stdout.write(json.dumps(result))
