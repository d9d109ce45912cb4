"""How far a member sees: their own customers, their team's, or all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models.members import Colleague, Membership, Visibility
from accounts.tenancy import TenantManager, TenantQuerySet

# From colleagues to the ids of the customers that they have to do with, beyond those in whose row
# they are named. Each is a query, never a list. Apps add theirs in ``AppConfig.ready()``.
Involvement = Callable[[models.QuerySet], models.QuerySet]
involvements: dict[str, Involvement] = {}


@dataclass(frozen=True)
class RecordKind:
    """A kind of record of which a tenant says per role how much it sees.

    ``mine`` says what of it is a person's own. Apps add theirs to :data:`record_kinds`, and filter
    by ``membership.sees(key)`` wherever they show one.
    """

    key: str
    label: str | Promise
    mine: str | Promise


record_kinds: dict[str, RecordKind] = {
    "customers": RecordKind(
        "customers",
        _("Customers"),
        _("the customers whose face a person is, or for whom they are named"),
    )
}


def colleagues_of(membership: Membership, visibility: str) -> models.QuerySet:
    """Ids of the member's own colleague rows, or of those of everybody in the member's team."""
    mine = models.Q(membership=membership.pk)
    if visibility == Visibility.TEAM and membership.team_id is not None:
        mine |= models.Q(membership__team=membership.team_id, membership__is_active=True)
    return Colleague.objects.filter(mine).order_by().values("pk")


class CustomerQuerySet(TenantQuerySet):
    """Customers, as narrow as a member is allowed or asks to see them."""

    def visible_to(self, membership: Membership) -> Self:
        """The customers that the tenant lets this member see; every screen starts here.

        Several roles: the widest wins. Costs one query for the rules, once per membership object.
        """
        return self.within(membership, membership.sees("customers"))

    def within(self, membership: Membership, visibility: str) -> Self:
        """``mine``: the member is the face today, named for the customer, or otherwise at work for
        it (see :data:`involvements`); ``team``: a member of the same team is; ``all``: every one.
        """
        if visibility == Visibility.ALL:
            return self.all()
        return self.filter(pk__in=self.ids_within(membership, visibility))

    def ids_within(self, membership: Membership, visibility: str) -> models.QuerySet:
        """The ids of :meth:`within`, of ``mine`` and ``team``: each involvement by its own index,
        where one condition for all of them would look at every customer."""
        colleagues = colleagues_of(membership, visibility)
        everybody = self.model._default_manager.order_by()
        named = [
            everybody.filter(**{f"{role}__in": colleagues}).values("pk")
            for role in ("salesperson", "service_manager", "project_manager")
        ]
        ids: models.QuerySet = named[0].union(
            *named[1:], *(involved(colleagues) for involved in involvements.values())
        )
        return ids


class CustomerManager(TenantManager.from_queryset(CustomerQuerySet)):  # type: ignore[misc]
    """Scoped like every tenant manager, with the reads of :class:`CustomerQuerySet`."""
