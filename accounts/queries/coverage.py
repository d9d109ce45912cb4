"""Whom of a customer's people one met lately, by what they are: decision makers, key users, end users.

Who holds a role on the day counts; touched: met on one of the last ninety days. Of several thousand
customers the counting is done by sets; a list reads the details of its page only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from accounts.models import (
    ContactRole,
    ContractLine,
    Customer,
    Membership,
    Responsibility,
    Tenant,
    Touchpoint,
    Visibility,
)
from accounts.queries.customer_page import current_role
from accounts.queries.service import within_reach

DAYS = 90
ROLES = tuple(ContactRole.Kind.values)


@dataclass(frozen=True)
class RoleCoverage:
    """Of one customer and role: how many contacts, how many touched, and the last touch of any."""

    role: str
    contacts: int = 0
    touched: int = 0
    last_on: date | None = None

    @property
    def label(self) -> str:
        return str(ContactRole.Kind(self.role).label)

    @property
    def state(self) -> str:
        """``nobody`` holds the role, ``untouched`` none of them, ``touched`` one at least."""
        if not self.contacts:
            return "nobody"
        return "touched" if self.touched else "untouched"


def coverage_of(
    customer_ids: Sequence[int], membership: Membership | None, day: date
) -> dict[int, list[RoleCoverage]]:
    """Customer → its coverage by role, in the order of roles; one statement."""
    met = within_reach(Touchpoint.objects.filter(happened_on__lte=day), membership)
    last = (
        met.filter(contact=OuterRef("contact"))
        .order_by()
        .values("contact")
        .annotate(last=Max("happened_on"))
        .values("last")
    )
    rows = (
        ContactRole.objects.filter(current_role(day), contact__customer__in=customer_ids)
        .order_by()
        .annotate(last=Subquery(last))
        .values_list("contact__customer_id", "role", "contact_id", "last")
        .distinct()
    )
    found: dict[tuple[int, str], list[date | None]] = {}
    for customer_id, role, _contact_id, touched_on in rows:
        found.setdefault((customer_id, role), []).append(touched_on)
    return {
        customer_id: [_covered(role, found.get((customer_id, role), []), day) for role in ROLES]
        for customer_id in customer_ids
    }


def _covered(role: str, lasts: list[date | None], day: date) -> RoleCoverage:
    known = [last for last in lasts if last is not None]
    return RoleCoverage(
        role,
        len(lasts),
        sum(last > day - timedelta(days=DAYS) for last in known),
        max(known, default=None),
    )


@dataclass(frozen=True)
class CoverageCounts:
    """Of the customers of a screen: how many name somebody in the role, and how many of these were
    touched."""

    customers: int
    named: int
    touched: int

    @property
    def untouched(self) -> int:
        return self.named - self.touched

    @property
    def nobody(self) -> int:
        return self.customers - self.named


@dataclass(frozen=True)
class CoverageQuestion:
    """What the list asks: of whose customers, in which role, in which state (see RoleCoverage;
    "": all), only those with a running contract or all.

    ``ids``: the customers, where they are not every one of the tenant; see :func:`ids_of`.
    """

    role: str
    state: str
    only_current: bool
    day: date
    ids: tuple[int, ...] | None = None


def ids_of(membership: Membership, width: str) -> tuple[int, ...] | None:
    """The customers of a width, asked of the database once: who somebody's customers are is a
    question to five tables, and a page asks it in every statement. None: all."""
    if width == Visibility.ALL:
        return None
    found = Customer.objects.within(membership, width).order_by()
    return tuple(found.values_list("pk", flat=True))


def customers_asked(question: CoverageQuestion) -> QuerySet:
    """The customers, whatever their state."""
    found: QuerySet = Customer.objects.all()
    if question.ids is not None:
        found = found.filter(pk__in=question.ids)
    if question.only_current:
        running = ContractLine.objects.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=question.day),
            starts_on__lte=question.day,
            is_trial=False,
            contract__customer=OuterRef("pk"),
        )
        found = found.filter(Exists(running))
    return found


def counted(membership: Membership | None, question: CoverageQuestion) -> CoverageCounts:
    """The figures above the list; one statement."""
    named, touched = _sets(membership, question)
    counts: dict[str, Any] = customers_asked(question).aggregate(
        customers=Count("pk"),
        named=Count("pk", filter=Q(pk__in=named)),
        touched=Count("pk", filter=Q(pk__in=touched)),
    )
    return CoverageCounts(**counts)


SECONDS = 300


def remembered(
    membership: Membership | None, question: CoverageQuestion, tenant: Tenant
) -> CoverageCounts:
    """The figures, of every customer of the tenant kept for five minutes or until somebody is met:
    reading everybody's last ninety days takes longer than a page may."""
    sees_all = membership is None or membership.sees("touchpoints") == Visibility.ALL
    if question.ids is not None or not sees_all:
        return counted(membership, question)
    latest = Touchpoint.objects.aggregate(latest=Max("pk"))["latest"]
    key = (
        f"coverage:{tenant.pk}:{tenant.created_at.timestamp()}:{question.role}:"
        f"{question.only_current}:{question.day.isoformat()}:{latest}"
    )
    found: CoverageCounts | None = cache.get(key)
    if found is None:
        found = counted(membership, question)
        cache.set(key, found, SECONDS)
    return found


def listed(membership: Membership | None, question: CoverageQuestion) -> QuerySet:
    """The customers in the state that was asked for, with the name of their face (``face``)."""
    found = customers_asked(question)
    named, touched = _sets(membership, question)
    states = {
        "nobody": ~Q(pk__in=named),
        "untouched": Q(pk__in=named) & ~Q(pk__in=touched),
        "touched": Q(pk__in=touched),
    }
    if question.state in states:
        found = found.filter(states[question.state])
    faces = Responsibility.objects.filter(customer=OuterRef("pk"), to_on__isnull=True)
    return found.annotate(face=Subquery(faces.values("colleague__name")[:1]))


def _sets(membership: Membership | None, question: CoverageQuestion) -> tuple[QuerySet, QuerySet]:
    """Ids of the customers that name somebody in the role, and of those of whom one was touched."""
    holders = ContactRole.objects.filter(current_role(question.day), role=question.role).order_by()
    if question.ids is not None:
        holders = holders.filter(contact__customer__in=question.ids)
    met = within_reach(
        Touchpoint.objects.filter(
            happened_on__gt=question.day - timedelta(days=DAYS),
            happened_on__lte=question.day,
            contact__isnull=False,
        ),
        membership,
    ).order_by()
    return (
        holders.values("contact__customer_id"),
        holders.filter(contact__in=met.values("contact_id")).values("contact__customer_id"),
    )


def widths(membership: Membership | None) -> list[str]:
    """How wide this member can look; without a team there is no team's. None: a program of the
    tenant's own, which has no customers of its own."""
    order = list(Visibility.values)
    if membership is None:
        return order[-1:]
    allowed = order[: order.index(membership.sees("customers")) + 1]
    has_team = membership.team_id is not None
    return [width for width in allowed if has_team or width != Visibility.TEAM]
