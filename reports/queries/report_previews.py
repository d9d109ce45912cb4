"""A customer's report as it would read now with a look that is only tried. Nothing is kept."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from accounts.models import Customer, Membership, Tenant
from reports.compute.report_periods import period_of
from reports.compute.report_templates import Look
from reports.compute.stored_documents import as_json
from reports.documents.customer import compose
from reports.models import FigureSet, Report
from reports.queries.customer_facts import gather

MOST_READ, MOST_OFFERED = 200, 20


def previewed(membership: Membership) -> list[tuple[int, str]]:
    """(id of a figure set, customer and period) that previews can be made of: of the latest month and
    quarter that reports were made of, some customers that the member sees, those first that used
    most; four statements, however many reports there are."""
    found = []
    made = Report.objects.filter(kind=Report.Kind.CUSTOMER, figure_set__isnull=False)
    for of_length in (made.exclude(period__contains="Q"), made.filter(period__contains="Q")):
        period = of_length.order_by("-last_day").values_list("period", flat=True).first()
        if period is None:
            continue
        rows = (
            made.filter(
                period=period, customer__in=Customer.objects.visible_to(membership).values("pk")
            )
            .order_by("customer")
            .values_list("figure_set", "customer__name", "figure_set__figures__events")
        )
        most = sorted(set(rows[:MOST_READ]), key=lambda row: (-(row[2] or 0), row[1]))
        found += [(pk, f"{name} · {period}") for pk, name, _events in most[:MOST_OFFERED]]
    return found


def preview(
    tenant: Tenant, membership: Membership | None, pk: int, look: Look, language: str
) -> dict[str, Any] | None:
    """The document; None: there are no such figures, or the member does not see the customer. Without
    a member every customer is seen, by the tenant's own programs."""
    seen = Customer.objects.all() if membership is None else Customer.objects.visible_to(membership)
    figures = (
        FigureSet.objects.filter(
            pk=pk, kind=FigureSet.Kind.CUSTOMER, customer__in=seen.order_by().values("pk")
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
