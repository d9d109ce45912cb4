"""Sets of figures as they were made, and what was restated since."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from accounts.models import Customer, Membership
from reports.models import FigureSet, Restatement
from reports.queries.report_kinds import kinds_seen

EXECUTIVE, CUSTOMER = FigureSet.Kind.EXECUTIVE, FigureSet.Kind.CUSTOMER


def executive_sets(periods: Sequence[str]) -> dict[str, FigureSet]:
    """Key of a period → its latest set over the whole tenant; one statement."""
    rows = FigureSet.objects.filter(kind=EXECUTIVE, period__in=periods).select_related("night")
    return {one.period: one for one in rows.order_by("period", "version")}


def customer_sets(period: str, customer_ids: Collection[int] | None = None) -> dict[int, FigureSet]:
    """Customer → its latest set of the period; one statement. ``customer_ids``: only theirs."""
    rows = FigureSet.objects.filter(kind=CUSTOMER, period=period)
    if customer_ids is not None:
        rows = rows.filter(customer__in=list(customer_ids))
    latest = rows.order_by("customer", "-version").distinct("customer")
    return {one.customer_id: one for one in latest.select_related("night")}


def visible_set(membership: Membership, pk: int) -> FigureSet | None:
    """A set that the member may look into: of a customer that it sees, or of a report about the tenant
    that it may read."""
    found = FigureSet.objects.filter(pk=pk).select_related("customer", "night").first()
    if found is None:
        return None
    if found.kind != CUSTOMER:
        return found if found.kind in kinds_seen(membership) else None
    seen = Customer.objects.visible_to(membership).filter(pk=found.customer_id)
    return found if seen.exists() else None


def restatements(periods: Collection[str]) -> QuerySet[Restatement]:
    """What was restated of the whole tenant's figures of these periods, the latest first."""
    return (
        Restatement.objects.filter(period__in=list(periods), figure_set__kind=EXECUTIVE)
        .select_related("figure_set", "night")
        .order_by("-noticed_at", "-pk")
    )


def later_versions(figure_set: FigureSet) -> QuerySet[FigureSet]:
    """The sets that took the place of one, the earliest first."""
    return FigureSet.objects.filter(
        kind=figure_set.kind,
        customer=figure_set.customer_id,
        period=figure_set.period,
        version__gt=figure_set.version,
    ).order_by("version")


def restated_since(figure_set: FigureSet) -> QuerySet[Restatement]:
    """What came out otherwise in later versions than a set says, the earliest first: of the set of a
    sent report, what its reader would read differently today."""
    later = later_versions(figure_set).order_by().values("pk")
    found: QuerySet[Restatement] = Restatement.objects.filter(figure_set__in=later)
    return found.select_related("figure_set", "night").order_by("noticed_at", "pk")
