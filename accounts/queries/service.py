"""Touchpoints and cases as screens show them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case as Choose
from django.db.models import IntegerField, Q, QuerySet, Value, When

from accounts.models import Case, Colleague, Customer, Membership, Touchpoint, Visibility
from accounts.models.reach import colleagues_of

# The urgent first; a case of which nobody said how urgent it is, last.
URGENCY = ("urgent", "high", "medium", "low")


def touchpoints_of(customer: Customer, membership: Membership) -> QuerySet:
    """The customer's touchpoints that the tenant lets this member see."""
    found = Touchpoint.objects.filter(customer=customer).select_related("contact", "colleague")
    return within_reach(found, membership)


def touchpoint_for(membership: Membership, pk: int) -> Touchpoint | None:
    """The touchpoint, if the member may see it and its customer."""
    visible = Customer.objects.visible_to(membership).order_by()
    found: Touchpoint | None = (
        within_reach(Touchpoint.objects.filter(customer__in=visible.values("pk")), membership)
        .select_related("customer", "contact", "colleague")
        .filter(pk=pk)
        .first()
    )
    return found


def occasion_of(touchpoint: Touchpoint) -> list[Touchpoint]:
    """All rows of the meeting, the first one first, with what they were about."""
    rows = Touchpoint.objects.filter(pk=touchpoint.pk)
    if touchpoint.occasion:
        rows = Touchpoint.objects.filter(occasion=touchpoint.occasion)
    return list(
        rows.select_related("customer", "contact", "colleague")
        .prefetch_related("ties")
        .order_by("pk")
    )


def own_colleague(membership: Membership) -> Colleague | None:
    """The name by which facts know the member first."""
    found: Colleague | None = (
        Colleague.objects.filter(membership=membership.pk).order_by("pk").first()
    )
    return found


def within_reach(found: QuerySet, membership: Membership) -> QuerySet:
    """Of these touchpoints those that the tenant lets this member see."""
    reach = membership.sees("touchpoints")
    if reach != Visibility.ALL:
        found = found.filter(colleague__in=colleagues_of(membership, reach))
    return found


MOST_CASES = 50


def cases_to_choose(membership: Membership, customer: Customer) -> list[tuple[int, str]]:
    """(id, words) of the customer's cases that a touchpoint may be about: the open ones, the latest
    first. Who may see the customer sees its cases."""
    found = Case.objects.filter(customer=customer, closed_at__isnull=True)
    return [(case.pk, str(case)) for case in found.order_by("-opened_at", "-pk")[:MOST_CASES]]


def cases_told(membership: Membership, ids: list[int]) -> dict[int, tuple[str, str]]:
    visible = Customer.objects.visible_to(membership).order_by().values("pk")
    found = Case.objects.filter(pk__in=ids, customer__in=visible)
    return {case.pk: (str(case), "") for case in found}


def cases_of(customer: Customer, now: datetime) -> QuerySet:
    """The customer's cases with ``is_open`` and ``urgency``, to be sorted by."""
    still_open = Q(closed_at__isnull=True) | Q(closed_at__gt=now)
    return (
        Case.objects.filter(customer=customer)
        .select_related("contact", "colleague")
        .annotate(
            place=Choose(
                When(still_open, then=Value(0)), default=Value(1), output_field=IntegerField()
            ),
            urgency=Choose(
                *(
                    When(priority=priority, then=Value(place))
                    for place, priority in enumerate(URGENCY)
                ),
                default=Value(len(URGENCY)),
                output_field=IntegerField(),
            ),
        )
    )
