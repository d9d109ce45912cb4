"""A customer's report as it would read now with a look that is only tried. Nothing is kept."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from accounts.models import Customer, Membership, Tenant
from reports.compute.documents import as_json
from reports.compute.report_periods import period_of
from reports.compute.report_templates import Look
from reports.documents.customer import compose
from reports.models import FigureSet
from reports.queries.customer_facts import gather

MOST_OFFERED = 40


def previewed(membership: Membership) -> list[tuple[int, str]]:
    """(id of a figure set, customer and period) that previews can be made of: of customers that the
    member sees, the latest periods and who used most first; one statement."""
    sets = FigureSet.objects.filter(
        kind=FigureSet.Kind.CUSTOMER,
        customer__in=Customer.objects.visible_to(membership).values("pk"),
    )
    current = sets.order_by("customer", "period", "-version").distinct("customer", "period")
    rows = (
        FigureSet.objects.filter(pk__in=current.values("pk"))
        .order_by("-as_of", "-figures__events", "customer__name")
        .values_list("pk", "customer__name", "period")
    )
    return [(pk, f"{name} · {period}") for pk, name, period in rows[:MOST_OFFERED]]


def preview(
    tenant: Tenant, membership: Membership, pk: int, look: Look, language: str
) -> dict[str, Any] | None:
    """The document; None: there are no such figures, or the member does not see the customer."""
    figures = (
        FigureSet.objects.filter(
            pk=pk, kind=FigureSet.Kind.CUSTOMER,
            customer__in=Customer.objects.visible_to(membership).values("pk"),
        )
        .select_related("night")
        .first()
    )  # fmt: skip
    if figures is None or figures.customer_id is None:
        return None
    period = period_of(figures.period)
    before = (
        FigureSet.objects.filter(
            kind=FigureSet.Kind.CUSTOMER, customer=figures.customer_id, period=period.before.key
        )
        .order_by("-version")
        .first()
    )
    facts = gather(
        tenant=tenant, period=period, customer_ids=[figures.customer_id],
        known_at=figures.known_at,
    )  # fmt: skip
    with translation.override(language):
        document = compose(
            tenant=tenant, period=period, figures=figures, before=before, facts=facts,
            template=look, language=language,
        )  # fmt: skip
    return as_json(document)
