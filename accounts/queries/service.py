"""Touchpoints and cases as screens show them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case as Choose
from django.db.models import IntegerField, Q, QuerySet, Value, When

from accounts.models import Case, Customer, Membership, Touchpoint, Visibility
from accounts.models.reach import colleagues_of

# The urgent first; a case of which nobody said how urgent it is, last.
URGENCY = ("urgent", "high", "medium", "low")


def touchpoints_of(customer: Customer, membership: Membership) -> QuerySet:
    """The customer's touchpoints that the tenant lets this member see."""
    found = Touchpoint.objects.filter(customer=customer).select_related("contact", "colleague")
    reach = membership.sees("touchpoints")
    if reach != Visibility.ALL:
        found = found.filter(colleague__in=colleagues_of(membership, reach))
    return found


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
