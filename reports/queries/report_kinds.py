"""Which kinds of reports a member may see, and whom those about the tenant go to."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from accounts.models import Membership, Role, Visibility
from accounts.permissions import may
from reports.compute.documents import ReportKind


def kinds_seen(membership: Membership) -> list[str]:
    """Customers' reports as far as the customers are seen; of those about the tenant the executives'
    for who sees its month, operations also for who leads a team, the product's for product
    management. The executives' names the riskiest customers of all: who does not see all reads it only
    where it is the member's own."""
    found = [ReportKind.CUSTOMER]
    sees_all = membership.sees("customers") == Visibility.ALL
    if may(membership, "view_month") and (sees_all or may(membership, "approve_executive_reports")):
        found.append(ReportKind.EXECUTIVE)
    if may(membership, "view_operations") or membership.leads_team:
        found.append(ReportKind.OPERATIONS)
    if may(membership, "view_product_digest"):
        found.append(ReportKind.PRODUCT)
    return [str(kind) for kind in found]


def members_for(kind: str) -> list[Membership]:
    """The members that a report about the tenant is sent to, unless somebody chooses others."""
    executives = Q(roles__contains=[Role.EXECUTIVE])
    wanted = {
        ReportKind.OPERATIONS: executives | Q(roles__contains=[Role.ADMIN]) | Q(leads_team=True),
        ReportKind.PRODUCT: executives | Q(roles__contains=[Role.PRODUCT_MANAGER]),
    }.get(ReportKind(kind), executives)
    found: Sequence[Membership] = (
        Membership.objects.filter(wanted, is_active=True).select_related("user").order_by("pk")
    )
    return list(found)
