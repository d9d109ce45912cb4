"""Customer groups: who may see which, who is in them, how large they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from accounts.models import Customer, Membership, Role
from accounts.models.reach import CustomerQuerySet
from accounts.tenancy import current_tenant_id
from segmentation.compute.conditions import Group
from segmentation.models import (
    CustomerGroup,
    CustomerGroupMember,
    CustomerGroupNight,
    Night,
)
from segmentation.queries.conditions import Rows, matching
from segmentation.queries.scopes import Scope

FIRST = 10


def groups_for(membership: Membership) -> QuerySet[CustomerGroup]:
    """The groups that a member may see: their own, what is for everybody, an administrator all."""
    groups: QuerySet[CustomerGroup] = CustomerGroup.objects.select_related("owner__user")
    if membership.has_role(Role.ADMIN):
        return groups
    return groups.filter(Q(owner=membership.pk) | Q(is_shared=True))


def group_names(membership: Membership) -> dict[int, str]:
    """Id → name of the groups in use that a member may see, by name: what filters offer."""
    groups = groups_for(membership).filter(archived_at__isnull=True).select_related(None)
    return dict(groups.values_list("pk", "name"))


def groups_of(membership: Membership, customer_id: int, on: date | None) -> dict[int, str]:
    """Id → name of the groups, of those a member may see, that a customer was in on the night of a
    day; None: is in now."""
    held = CustomerGroupMember.held_on(on)
    spans = CustomerGroupMember.objects.filter(held, customer=customer_id)
    groups = groups_for(membership).filter(archived_at__isnull=True).select_related(None)
    inside = groups.filter(pk__in=spans.order_by().values("group_id"))
    return dict(inside.values_list("pk", "name"))


def group_asked(asked: str, groups: Mapping[int, str]) -> int | None:
    """The group that an address asks for, of those a member may see."""
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 19 else None
    return number if number in groups else None


def may_change(membership: Membership, group: CustomerGroup) -> bool:
    """The owner may, and an administrator."""
    return membership.has_role(Role.ADMIN) or group.owner_id == membership.pk


def in_group(group_id: int, on: date | None = None) -> QuerySet[CustomerGroupMember]:
    """Spans of the group that held on the night of a day; None: that hold now."""
    spans: QuerySet[CustomerGroupMember] = CustomerGroupMember.objects.filter(group=group_id)
    return spans.filter(CustomerGroupMember.held_on(on))


def members_of(group: CustomerGroup | int, on: date | None = None) -> CustomerQuerySet:
    """The customers that were in a group on the night of a day; None: that are now.

    A query, never a list. What a member may see of them: `.visible_to(membership)`.
    """
    group_id = group if isinstance(group, int) else group.pk
    customers: CustomerQuerySet = Customer.objects.filter(
        pk__in=in_group(group_id, on).order_by().values("customer_id")
    )
    return customers


def was_computed(group_id: int, night: Night) -> bool:
    """Whether a night evaluated a group."""
    nights = CustomerGroupNight.objects.filter(group=group_id, as_of=night.as_of)
    return bool(nights.exists())


def nights_computed(group_id: int, days: Sequence[date]) -> int:
    """Of the nights of these days how many evaluated a group."""
    nights = CustomerGroupNight.objects.filter(group=group_id, as_of__in=days)
    return int(nights.count())


def passed(group_id: int, day: date, *, has_entered: bool) -> QuerySet[Any]:
    """Ids of the customers that entered a group on the night of a day, or left it."""
    side = "valid_from" if has_entered else "valid_to"
    spans = CustomerGroupMember.objects.filter(group=group_id, **{side: day})
    return spans.order_by().values("customer_id")


@dataclass(frozen=True)
class Preview:
    """Who would be in a group: how many, and the first by ARR as (id, key, name, arr)."""

    total: int
    first: list[tuple[int, str, str, Decimal | None]]


def preview(condition: Group, night: Night, scope: Scope, *, is_newest: bool) -> Preview:
    """Who of the scope's customers meets a condition on a stored night; one statement."""
    sql, parameters = matching(
        condition, Rows(night.as_of, is_newest=is_newest), columns="m.customer_id, m.arr"
    )
    if not scope.is_whole:
        sql += " AND m.customer_id = ANY(%s)"
        parameters = [*parameters, scope.ids]
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH met AS MATERIALIZED ({sql}), first AS ("
            "SELECT * FROM met ORDER BY arr DESC NULLS LAST, customer_id LIMIT %s) "
            "SELECT (SELECT count(*) FROM met), c.id, c.key, c.name, first.arr "
            f"FROM first JOIN {Customer._meta.db_table} c "
            "ON c.tenant_id = %s AND c.id = first.customer_id "
            "ORDER BY first.arr DESC NULLS LAST, first.customer_id",
            [*parameters, FIRST, current_tenant_id()],
        )
        rows = cursor.fetchall()
    return Preview(rows[0][0] if rows else 0, [row[1:] for row in rows])


def sizes(
    group_ids: Sequence[int], days: Sequence[date], scope: Scope
) -> dict[int, dict[date, int | None]]:
    """Group → night → how many of the scope's customers were in it; None: its condition could not
    be read. Nights that did not evaluate it are missing. One or two statements."""
    found: dict[int, dict[date, int | None]] = {group_id: {} for group_id in group_ids}
    nights = CustomerGroupNight.objects.filter(group__in=group_ids, as_of__in=days).order_by(
        "as_of"
    )
    for group_id, day, members in nights.values_list("group_id", "as_of", "members"):
        found[group_id][day] = members
    if scope.is_whole or not group_ids:
        return found
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.group_id, night, count(*) FROM unnest(%s::date[]) night "
            f"JOIN {CustomerGroupMember._meta.db_table} s ON s.valid_from <= night "
            "AND coalesce(s.valid_to > night, true) WHERE s.tenant_id = %s "
            "AND s.group_id = ANY(%s) AND s.customer_id = ANY(%s) GROUP BY 1, 2",
            [list(days), current_tenant_id(), list(group_ids), scope.ids],
        )
        counted = {(group_id, day): number for group_id, day, number in cursor.fetchall()}
    for group_id, nights_of in found.items():
        for day, members in nights_of.items():
            if members is not None:
                nights_of[day] = counted.get((group_id, day), 0)
    return found


@dataclass
class Passage:
    """Who entered and who left a group on a night: how many by each cause."""

    group_id: int
    day: date
    entered: dict[str, int] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    @property
    def entered_total(self) -> int:
        return sum(self.entered.values())

    @property
    def left_total(self) -> int:
        return sum(self.left.values())


def passages(
    group_ids: Sequence[int], first: date, last: date, scope: Scope
) -> dict[tuple[int, date], Passage]:
    """By group and night, of the nights from the first to the last day; two statements."""
    found: dict[tuple[int, date], Passage] = {}
    for side, day, cause in (
        ("entered", "valid_from", "entered_by"),
        ("left", "valid_to", "left_by"),
    ):
        spans: QuerySet[Any] = CustomerGroupMember.objects.filter(
            group__in=group_ids, **{f"{day}__gte": first, f"{day}__lte": last}
        )
        counted = (
            scope.narrow(spans)
            .order_by()
            .values("group_id", when=F(day), cause=F(cause))
            .annotate(number=Count("pk"))
        )
        for row in counted:
            key = row["group_id"], row["when"]
            passage = found.setdefault(key, Passage(*key))
            getattr(passage, side)[row["cause"]] = row["number"]
    return found
