"""What customers' reports say besides their figures, read for many customers at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from accounts.models import Customer, Tenant, Touchpoint
from reports.compute.report_periods import ReportPeriod


@dataclass(frozen=True)
class Happened:
    """An occasion of the period on which we met. ``kind``: of `accounts.touchpoint_kinds`, or in the
    vendor's words. Notes of it are the vendor's own and are not read."""

    on: date
    kind: str


@dataclass(frozen=True)
class CustomerFacts:
    """By customer id. What happened stands newest first."""

    names: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    happened: Mapping[int, list[Happened]] = field(default_factory=dict)


def gather(
    *, tenant: Tenant, period: ReportPeriod, customer_ids: Collection[int], known_at: datetime
) -> CustomerFacts:
    """A fixed number of statements, however many customers."""
    customers = Customer.objects.filter(pk__in=customer_ids)
    touchpoints = (
        Touchpoint.objects.filter(
            customer__in=customer_ids,
            happened_on__range=(period.first, period.last),
            known_from__lte=known_at,
        )
        .order_by("-happened_on", "kind")
        # An occasion with several contacts is a row for each.
        .values_list("customer_id", "happened_on", "kind")
        .distinct()
    )
    happened: dict[int, list[Happened]] = defaultdict(list)
    for customer, on, kind in touchpoints:
        happened[customer].append(Happened(on, kind))
    return CustomerFacts(
        names={pk: (key, name) for pk, key, name in customers.values_list("pk", "key", "name")},
        happened=happened,
    )
