"""Addresses of reports that stay inside, by their month."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.requests import TenantRequest
from reports.compute.report_periods import period_of
from reports.models import Report
from reports.queries.reports import visible_reports


@require("view_product_digest")
@require_GET
def product_report(request: TenantRequest, month: str) -> HttpResponse:
    """The product digest of a month; where it is not made yet, the month of requests."""
    try:
        period = period_of(month)
    except ValueError as error:
        raise Http404 from error
    if period.is_quarter:
        raise Http404
    found = visible_reports(request.membership).filter(kind=Report.Kind.PRODUCT, period=period.key)
    report = found.order_by("-version", "pk").first()
    if report is not None:
        return redirect("report", report.pk)
    return redirect("request_digest", month=period.key)
