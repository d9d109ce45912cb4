"""Whose customers a screen shows: mine, my team's or all, as far as the tenant allows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, cast

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Customer, Membership, Role, Visibility
from accounts.models.reach import CustomerQuerySet
from accounts.requests import TenantRequest
from segmentation.models import CustomerGroupMember

_WIDTH = [Visibility.MINE, Visibility.TEAM, Visibility.ALL]
# Who works with customers of their own; they start with these.
_OWN_CUSTOMERS = (Role.SERVICE_MANAGER, Role.PROJECT_MANAGER)


@dataclass(frozen=True)
class Scope:
    """A member's view on the customers.

    ``visibility`` is what is shown, ``allowed`` what could be, narrowest first. ``group_id``: only
    who is in a customer group, on the night of the day ``group_on``; None: now.
    """

    membership: Membership
    visibility: str
    allowed: tuple[str, ...]
    group_id: int | None = None
    group_on: date | None = None

    @property
    def customers(self) -> CustomerQuerySet:
        customers: CustomerQuerySet = Customer.objects.within(self.membership, self.visibility)
        return customers if self.group_id is None else customers.filter(pk__in=self.in_group)

    @property
    def in_group(self) -> QuerySet[CustomerGroupMember]:
        """Ids of the customers in the group."""
        held = CustomerGroupMember.held_on(self.group_on)
        spans = CustomerGroupMember.objects.filter(held, group=self.group_id)
        return spans.order_by().values("customer_id")

    @cached_property
    def ids(self) -> list[int]:
        """Their ids, asked of the database once: who somebody's customers are is a question to
        five tables, and a page asks it in every statement."""
        if self.visibility == Visibility.ALL or self.group_id is not None:
            return list(self.customers.order_by().values_list("pk", flat=True))
        ids = Customer.objects.ids_within(self.membership, self.visibility)
        return sorted(row["pk"] for row in ids)

    def narrow(self, rows: QuerySet[Any], customer: str = "customer") -> QuerySet[Any]:
        """Of these rows those of the scope's customers; ``customer``: the path to theirs."""
        if self.visibility != Visibility.ALL:
            return rows.filter(**{f"{customer}__in": self.ids})
        return rows if self.is_whole else rows.filter(**{f"{customer}__in": self.in_group})

    def narrow_nights(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Of these rows of several nights (``as_of``) those of the scope's customers; a group's are
        those who were in it on the night of each row, whatever ``group_on`` is."""
        rows = self.within(None).narrow(rows)
        if self.group_id is None:
            return rows
        held = Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("as_of"))
        spans = CustomerGroupMember.objects.filter(
            held,
            group=self.group_id,
            customer=OuterRef("customer"),
            valid_from__lte=OuterRef("as_of"),
        )
        return rows.filter(Exists(spans))

    @property
    def is_whole(self) -> bool:
        """Every customer of the tenant: what is shown depends on nobody's role or team."""
        return self.visibility == Visibility.ALL and self.group_id is None

    def within(self, group_id: int | None, on: date | None = None) -> Scope:
        """Of its customers those in a group on the night of a day (None: now); no group: all."""
        if (group_id, on) == (self.group_id, self.group_on):
            # With the ids that were asked for.
            return self
        return replace(self, group_id=group_id, group_on=on)


def scope_of(membership: Membership, asked: str = "") -> Scope:
    """What the member asked for if it is allowed, else where the member starts.

    Service and project managers start with their own customers, a lead with the team's, everybody
    else as wide as they may look.
    """
    widest = membership.sees("customers")
    allowed = tuple(
        width
        for width in _WIDTH
        if _WIDTH.index(width) <= _WIDTH.index(Visibility(widest))
        and (width != Visibility.TEAM or membership.team_id is not None)
    )
    if asked in allowed:
        visibility = asked
    elif membership.leads_team and Visibility.TEAM in allowed:
        visibility = Visibility.TEAM
    elif membership.has_role(*_OWN_CUSTOMERS):
        visibility = Visibility.MINE
    else:
        visibility = allowed[-1]
    return Scope(membership, str(visibility), tuple(str(width) for width in allowed))


def page_scope(request: TenantRequest, asked: str = "") -> Scope:
    """As :func:`scope_of`, and the same object for whatever a page shows, so that its ids are asked of
    the database once."""
    scope = scope_of(request.membership, asked)
    kept: dict[str, Scope] = request.__dict__.setdefault("shown_scopes", {})
    return kept.setdefault(scope.visibility, scope)


def widest_scope(membership: Membership) -> Scope:
    """As far as the member may look: for figures that ignore whose customers they are."""
    return scope_of(membership, membership.sees("customers"))


def everybody() -> Scope:
    """Every customer, for programs of the tenant's own; nothing asks whose scope it is."""
    return Scope(cast(Membership, None), str(Visibility.ALL), (str(Visibility.ALL),))
