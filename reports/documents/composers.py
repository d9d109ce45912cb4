"""Which functions make the reports of a kind."""

from __future__ import annotations

from dataclasses import dataclass

from reports.compute.documents import ReportKind
from reports.compute.report_periods import ReportPeriod


@dataclass(frozen=True)
class Composer:
    """Dotted paths, so that registering imports nothing.

    figures: of a function that makes the figure sets of a period: of customers
        ``(*, period, night, known_at, customer_ids)``, else ``(*, period, known_at)``.
    gather: reads what the reports of some customers say besides their figures:
        ``(*, tenant, period, customer_ids, known_at)``; empty: nothing, the composer reads for itself.
    compose: makes one document. Of customers ``(*, tenant, period, figures, before, facts, template,
        language)``, and reads nothing; else ``(*, tenant, period, figures, before, year_before,
        template, language, known_at)``.
    template: gives what the tenant has set of how these reports look, once for a batch; empty: nothing.
    is_monthly: of quarters there is none.
    """

    compose: str
    figures: str = ""
    gather: str = ""
    template: str = ""
    is_monthly: bool = False


composers: dict[str, Composer] = {
    ReportKind.CUSTOMER: Composer(
        compose="reports.documents.customer.compose",
        figures="reports.actions.figures.make_customer_figures",
        gather="reports.queries.customer_facts.gather",
        template="reports.queries.report_templates.current_look",
    ),
    ReportKind.EXECUTIVE: Composer(
        compose="reports.documents.executive.compose",
        figures="reports.actions.executive_report.make_report_figures",
        template="reports.queries.report_templates.current_look",
    ),
    ReportKind.OPERATIONS: Composer(
        compose="reports.documents.operations.compose",
        figures="reports.actions.internal_figures.make_operations_figures",
        is_monthly=True,
    ),
    ReportKind.PRODUCT: Composer(
        compose="reports.documents.product.compose",
        figures="reports.actions.internal_figures.make_product_figures",
        is_monthly=True,
    ),
}
"""Kind of report → how it is made. A kind that is not here is not made."""


def kinds_of(period: ReportPeriod) -> list[str]:
    """The kinds of reports that there are of a period."""
    return [kind for kind, made in composers.items() if not (made.is_monthly and period.is_quarter)]
