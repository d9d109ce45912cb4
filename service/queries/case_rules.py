"""What the tenant promises about cases, and the hours that it is counted in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.compute.working_hours import WorkingHours
from accounts.models import Tenant
from accounts.queries.calendars import working_calendar
from segmentation.models import Assignment
from service.compute.case_clocks import Clock
from service.compute.case_rules import SHIPPED, CasePromise, Target, read_rules
from service.models import CaseRules, CaseWork
from service.models.cases import CaseClock


@dataclass(frozen=True)
class Promises:
    """What is promised now, and the tenant's working hours."""

    promise: CasePromise
    hours: WorkingHours

    def target(self, tier: str, priority: str) -> Target:
        return self.promise.target(tier, priority)


def latest_rules() -> CaseRules | None:
    """The version in force; None while what ships is."""
    return CaseRules.objects.order_by("-version").first()


def document_of(version: CaseRules | None) -> dict[str, Any]:
    return version.document if version else SHIPPED


def promises(tenant: Tenant) -> Promises:
    """What is promised now, in the open scope; two statements."""
    version = latest_rules()
    promise = read_rules(
        document_of(version), zone=tenant.timezone, version=version.version if version else 0
    )
    return Promises(promise, WorkingHours(working_calendar(), promise.office))


def tiers_of(customer_ids: Collection[int]) -> dict[int, str]:
    """Customer id → its tier of the last night; those without one are left out."""
    found = Assignment.objects.filter(customer__in=customer_ids, valid_to=None).exclude(tier="")
    return dict(found.values_list("customer_id", "tier"))


def clock_of(row: CaseClock) -> Clock:
    """The clock that a row keeps."""
    return Clock(
        started_at=row.started_at,
        response_minutes=row.response_minutes,
        resolution_minutes=row.resolution_minutes,
        response_due_at=row.response_due_at,
        resolution_due_at=row.resolution_due_at,
        responded_at=row.responded_at,
        solved_at=row.solved_at,
        waiting_since=row.waiting_since if isinstance(row, CaseWork) else None,
        waited=timedelta(seconds=row.waited_seconds),
        response_breached_at=row.response_breached_at,
        resolution_breached_at=row.resolution_breached_at,
    )


def keep_clock(row: CaseClock, clock: Clock) -> None:
    """Put a clock into a row, which is not saved."""
    for name in (
        "started_at", "response_minutes", "resolution_minutes", "response_due_at",
        "resolution_due_at", "responded_at", "solved_at", "response_breached_at",
        "resolution_breached_at",
    ):  # fmt: skip
        setattr(row, name, getattr(clock, name))
    row.waited_seconds = int(clock.waited.total_seconds())
    if isinstance(row, CaseWork):
        row.waiting_since, row.due_at = clock.waiting_since, clock.due_at


def left_of(moment: datetime | None, now: datetime, hours: WorkingHours) -> timedelta | None:
    """Working time until a moment; negative once it has passed."""
    return None if moment is None else hours.between(now, moment)
