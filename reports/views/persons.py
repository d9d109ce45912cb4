"""Retention of persons: apart from that of customers, because usage may be long."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from accounts.permissions import require
from accounts.requests import TenantRequest
from reports.changes import number_of
from reports.cohort_table import triangle
from reports.drawing import draw_triangle
from reports.links import Links
from reports.queries.retention import persons_of
from reports.views.retention import known_until
from segmentation.compute.persons import DAYS, PersonCohort, Returned, pooled
from segmentation.queries.scopes import widest_scope
from segmentation.queries.stored import latest_night
from segmentation.views.narrowing import narrowing_of

PERSON_COHORTS_SHOWN = 13


@require("view_retention")
@require_GET
def persons(request: TenantRequest) -> HttpResponse:
    """D1, D7 and D30 of persons, and persons there again month by month."""
    night = latest_night()
    until = known_until(request.tenant, night)
    narrowing = narrowing_of(request, night)
    links = Links(narrowing.group_id)
    scope = narrowing.within(widest_scope(request.membership))
    found = persons_of(scope, until, night, request.tenant)
    months = triangle(found.months, "customers", lambda cohort, k: "")
    context = {
        "until": until,
        "narrowing": narrowing,
        "back_url": links.to("retention"),
        "rows": [
            person_row(cohort, links) for cohort in reversed(found.cohorts[-PERSON_COHORTS_SHOWN:])
        ],
        "pooled": [day_cell(one) for one in (pooled(found.cohorts, k) for k in DAYS)],
        "persons": sum(cohort.size for cohort in found.cohorts),
        "triangle": months,
        "triangle_rows": draw_triangle(months, request.tenant.currency),
    }
    # The filter of the page itself asks for all of it.
    is_part = request.headers.get("HX-Request") and request.headers.get("HX-Target") != "main"
    part = "persons_part" if is_part else "persons"
    response = render(request, f"reports/retention/{part}.html", context)
    # The part alone and the whole page have one address.
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


def person_row(cohort: PersonCohort, links: Links) -> dict[str, Any]:
    return {
        "month": cohort.month,
        "size": cohort.size,
        "days": [day_cell(cohort.on(k)) for k in DAYS],
        "href": links.behind("persons", cohort.month),
    }


def day_cell(one: Returned) -> dict[str, Any]:
    return {"rate": number_of(one.rate), "one": one}
