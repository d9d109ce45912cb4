"""What waits among the customers of a scope, as counts that a list can be filtered by."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, QuerySet, Sum, Value

from accounts.models import Colleague, Customer, Responsibility
from segmentation.models import MeasureRow, Night
from segmentation.queries.remembered import LISTED_SECONDS, of_night, remembered
from segmentation.queries.scopes import Scope

RENEWAL_DAYS = (30, 90, 180)
PAYMENT_DAYS = 30
SILENT_DAYS = 30


@dataclass(frozen=True)
class Waiting:
    """``renewals``: (days, customers, their ARR), nearest first; each span holds the one before.

    None: the night's measures are not kept.
    """

    customers: int
    overdue: int | None
    overdue_amount: Decimal
    payments: int | None
    renewals: list[tuple[int, int | None, Decimal]]
    onboarding: int
    silent: int | None


def waiting(rows: QuerySet[Any], scope: Scope, night: Night) -> Waiting:
    """Over the rows of ``queries.portfolio.portfolio``; one statement."""
    if scope.is_whole:
        return of_night("waiting", night, lambda: _waiting(rows))
    return _waiting(rows)


def _waiting(rows: QuerySet[Any]) -> Waiting:
    renewals: dict[str, Any] = {}
    for days in RENEWAL_DAYS:
        due = Q(days_to_renewal__lte=days)
        renewals[f"renewals_{days}"] = Count("pk", filter=due)
        renewals[f"renewals_{days}_arr"] = Sum("arr", filter=due)
    found = rows.order_by().aggregate(
        customers=Count("pk"),
        overdue=Count("pk", filter=Q(payment_overdue_days__gt=0)),
        overdue_sum=Sum("overdue_amount", filter=Q(payment_overdue_days__gt=0)),
        payments=Count("pk", filter=Q(days_to_payment__lte=PAYMENT_DAYS)),
        onboarding=Count("pk", filter=Q(stage="onboarding")),
        silent=Count("pk", filter=silent_condition()),
        **renewals,
    )
    if rows.model is not MeasureRow:
        nothing: list[tuple[int, int | None, Decimal]]
        nothing = [(days, None, Decimal(0)) for days in RENEWAL_DAYS]
        customers, onboarding = found["customers"], found["onboarding"]
        return Waiting(customers, None, Decimal(0), None, nothing, onboarding, None)
    return Waiting(
        customers=found["customers"],
        overdue=found["overdue"],
        overdue_amount=found["overdue_sum"] or Decimal(0),
        payments=found["payments"],
        renewals=[
            (days, found[f"renewals_{days}"], found[f"renewals_{days}_arr"] or Decimal(0))
            for days in RENEWAL_DAYS
        ],
        onboarding=found["onboarding"],
        silent=found["silent"],
    )


def silent_condition() -> Q:
    """Customers with a running contract whom nobody has used anything of for a month."""
    return Q(arr__gt=0) & Q(days_since_usage__gte=SILENT_DAYS)


@dataclass(frozen=True)
class Choices:
    """What the filters of a list offer. ``faces``: (id, name)."""

    industries: list[str]
    regions: list[str]
    faces: list[tuple[int, str]]


def choices(scope: Scope) -> Choices:
    if scope.is_whole:
        return remembered("choices", LISTED_SECONDS, lambda: _choices(scope))
    return _choices(scope)


def _choices(scope: Scope) -> Choices:
    customers = scope.narrow(Customer.objects.order_by(), "pk")

    words = customers.aggregate(
        **{
            field: ArrayAgg(field, distinct=True, filter=~Q(**{field: ""}), default=Value([]))
            for field in ("industry", "region")
        }
    )
    faces = scope.narrow(Responsibility.objects.filter(to_on__isnull=True, colleague__isnull=False))
    return Choices(
        industries=sorted(words["industry"]),
        regions=sorted(words["region"]),
        faces=list(
            Colleague.objects.filter(pk__in=faces.order_by().values("colleague_id"))
            .order_by("name")
            .values_list("pk", "name")
        ),
    )


def added_since(scope: Scope, night: Night) -> int:
    """Customers of the scope whom this night, the latest, did not know yet."""
    if scope.is_whole:
        name = f"added-{night.pk}-{night.digest[:16]}"
        return remembered(name, LISTED_SECONDS, lambda: _added_since(scope, night))
    return _added_since(scope, night)


def _added_since(scope: Scope, night: Night) -> int:
    if night.known_at is None:
        return 0
    later = scope.narrow(Customer.objects.filter(known_from__gt=night.known_at), "pk")
    return int(later.exclude(measure_rows__as_of=night.as_of).count())
