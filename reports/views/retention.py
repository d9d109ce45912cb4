"""Retention: movements of ARR, renewals of the due, cohorts, persons, lifetime value."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from accounts import first_steps
from accounts.models import Tenant
from accounts.permissions import require
from accounts.requests import TenantRequest
from reports.changes import number_of
from reports.charts import movements_chart, retention_chart
from reports.cohort_table import triangle
from reports.drawing import draw_triangle
from reports.links import MONTH, YEAR, Links
from reports.queries.retention import RetentionReview, retention_review
from segmentation.compute.buying import NO_FIT, NO_MEAN, TOO_FEW
from segmentation.compute.renewals import LOST, OPEN, RENEWED, DueRenewals
from segmentation.models import Night
from segmentation.queries.lifetime_value import HORIZON_DAYS, NO_FACTS, CustomerValue
from segmentation.queries.retention_figures import CONTRACTS, Renewing
from segmentation.queries.scopes import widest_scope
from segmentation.queries.stored import latest_night
from segmentation.views.narrowing import narrowing_of
from ui import formats
from ui.charts import Series, TimeChart
from ui.tags.formats import language

CONVERSIONS_SHOWN = 13
BY = ("customers", "unbroken", "amount")


@require("view_retention")
@require_GET
def retention(request: TenantRequest) -> HttpResponse:
    """What stays of customers and their money, with the customers behind every cell."""
    night = latest_night()
    until = known_until(request.tenant, night)
    narrowing = narrowing_of(request, night)
    links = Links(narrowing.group_id)
    scope = narrowing.within(widest_scope(request.membership))
    review = retention_review(scope, until, night, request.tenant)
    if not review.cohorts.basis:
        steps = first_steps.steps_for(request.membership)
        return render(request, "reports/retention/nothing.html", {"steps": steps})
    by = request.GET.get("by", "")
    by = by if by in BY else BY[0]
    span = request.GET.get("span", "")
    of_years = span == YEAR or (span != MONTH and review.cohorts.has_long_terms)
    shown = triangle(
        review.cohorts.cohorts,
        by,
        links.of_years if of_years else links.of_cohort,
        of_years=of_years,
    )
    context = {
        "until": until,
        "narrowing": narrowing,
        "persons_url": links.to("retention_persons"),
        "scope": scope,
        "review": review,
        "by_contract": review.cohorts.basis == CONTRACTS,
        "tiles": tiles(review, links),
        "by": by,
        "by_tabs": by_tabs(by, review.cohorts.basis, links, of_years=of_years),
        "of_years": of_years,
        "span_tabs": span_tabs(by, links, of_years=of_years),
        "triangle": shown,
        "triangle_rows": draw_triangle(shown, request.tenant.currency),
        "value": review.value,
        "worth": worth(review.value),
        "refusal": refusals().get(review.value.refusal, ""),
        "horizon": HORIZON_DAYS,
        "conversions": [
            {
                "cohort": cohort,
                "rate": number_of(cohort.rate),
                "days": number_of(cohort.median_days),
                "href": links.behind("conversion", cohort.month),
            }
            for cohort in reversed(review.conversions[-CONVERSIONS_SHOWN:])
        ],
        **charts(review, request.tenant.currency, links),
    }
    return render(request, "reports/retention/page.html", context)


def known_until(tenant: Tenant, night: Night | None) -> date:
    """The last day whose facts count: that of the latest night, or the last that has ended."""
    return night.as_of if night else tenant.last_ended_day()


def charts(review: RetentionReview, currency: str, links: Links) -> dict[str, TimeChart | None]:
    if review.review is None or review.renewing is None:
        return {"movements_chart": None, "retention_chart": None, "renewals_chart": None}
    return {
        "movements_chart": movements_chart(review.review.trend, currency),
        "retention_chart": retention_chart(review.review.yearly),
        "renewals_chart": renewals_chart(review.renewing, links),
    }


def renewals_chart(found: Renewing, links: Links) -> TimeChart:
    """Contracts that ended, by what became of them; each column opens them."""
    months = found.months
    parts = (
        (RENEWED, pgettext("contracts", "Renewed"), [m.contracts_renewed for m in months]),
        (
            LOST,
            pgettext("contracts", "Not renewed"),
            [m.contracts - m.contracts_renewed for m in months],
        ),
        (OPEN, pgettext("contracts", "Still open"), [m.open_contracts for m in months]),
    )
    tones = {RENEWED: "series-3", LOST: "series-2", OPEN: "series-6"}
    return TimeChart(
        title=_("Contracts that ended"),
        periods=[formats.month(month.last_day, language()) for month in months],
        series=[
            Series(
                label,
                values,
                tones[key],
                [links.behind("renewals", month.first_day, show=key) for month in months],
            )
            for key, label, values in parts
        ],
    )


def tiles(review: RetentionReview, links: Links) -> list[dict[str, Any]]:
    """The rates of the twelve months, with how they are made."""
    found: list[dict[str, Any]] = []
    lines = _("Contract lines, as known now")
    if review.review is not None:
        year = review.review.yearly[-1]
        span = _("twelve months up to %(month)s") % {
            "month": formats.month(year.last_day, language())
        }
        formulas = (
            (
                "NRR",
                year.nrr,
                _(
                    "(start + expansion − contraction − churned) ÷ start, "
                    "customer by customer; reactivation not in it. "
                    "The first day of the twelve months against the last."
                ),
            ),
            (
                "GRR",
                year.grr,
                _(
                    "(start − contraction − churned) ÷ start, customer by customer. "
                    "The first day of the twelve months against the last."
                ),
            ),
            (
                _("Logo churn"),
                year.logo_churn,
                _(
                    "Customers that had ARR at the start and have none at the end "
                    "÷ customers at the start."
                ),
            ),
        )
        found += [
            {
                "label": label,
                "value": number_of(rate),
                "note": span,
                "formula": formula,
                "as_of": year.last_day,
                "source": lines,
            }
            for label, rate, formula in formulas
        ]
    if review.renewing is not None:
        found += renewal_tiles(review.renewing.year, links, is_linked=review.renewing.is_linked)
    return found


def renewal_tiles(year: DueRenewals, links: Links, *, is_linked: bool) -> list[dict[str, Any]]:
    source = _("Contracts, as known now")
    formula = _(
        "Of the contracts that ended in the twelve months, the share renewed within 90 days. "
        "Those whose 90 days are not over stand apart."
    )
    note = (
        _("%(renewed)s of %(due)s customers")
        % {
            "renewed": formats.number(year.customers_renewed, language()),
            "due": formats.number(year.customers, language()),
        }
        if is_linked
        else _("No contract says which one it renews, so nobody can tell.")
    )
    href = links.behind("renewals", year.first_day, until=year.last_day)
    return [
        {
            "label": label,
            "value": number_of(rate) if is_linked else None,
            "note": note if place == 0 or not is_linked else _("of the ARR that ended"),
            "formula": formula,
            "as_of": year.last_day,
            "source": source,
            "href": href if is_linked else "",
        }
        for place, (label, rate) in enumerate(
            (
                (_("Renewal rate, customers"), year.customer_rate),
                (_("Renewal rate, ARR"), year.arr_rate),
            )
        )
    ]


def by_tabs(by: str, basis: str, links: Links, *, of_years: bool) -> list[dict[str, Any]]:
    money = _("ARR") if basis == CONTRACTS else pgettext("cohorts", "Paid")
    words = {
        "customers": _("Customers there"),
        "unbroken": _("Customers there all along"),
        "amount": money,
    }
    return [_tab(words[key], key, links, of_years=of_years, active=key == by) for key in BY]


def span_tabs(by: str, links: Links, *, of_years: bool) -> list[dict[str, Any]]:
    return [
        _tab(_("By month"), by, links, of_years=False, active=not of_years),
        _tab(_("By year"), by, links, of_years=True, active=of_years),
    ]


def _tab(label: str, by: str, links: Links, *, of_years: bool, active: bool) -> dict[str, Any]:
    url = links.to("retention", by=by, span=YEAR if of_years else MONTH)
    return {"label": label, "url": f"{url}#cohorts", "active": active, "count": None}


def worth(found: CustomerValue) -> dict[str, Decimal | None]:
    """Numbers of the contract-based value as templates take them; empty without one."""
    if found.contract is None:
        return {}
    return {
        "value": number_of(found.contract.value),
        "arpa": number_of(found.contract.monthly_arpa),
        "churn": number_of(found.contract.monthly_churn),
    }


def refusals() -> dict[str, str]:
    """Why there is no lifetime value."""
    return {
        NO_FACTS: _("There is neither a contract nor a payment."),
        TOO_FEW: _(
            "Fewer than 30 customers paid on more than one day: too few for a model of buying."
        ),
        NO_FIT: _("The payments fit no model of buying: its likelihood has no maximum."),
        NO_MEAN: _("Amounts differ so widely between customers that they have no expected mean."),
    }
