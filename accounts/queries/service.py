"""Touchpoints and cases as screens show them."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Case, Colleague, Customer, Membership, Touchpoint, Visibility
from accounts.models.reach import colleagues_of


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


def within_reach(found: QuerySet, membership: Membership | None) -> QuerySet:
    """Of these touchpoints those that the tenant lets this member see; None: a program of the
    tenant's own, which sees every one."""
    if membership is None:
        return found
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
