"""How fast customers were answered, beside whether they stayed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.permissions import may, require
from accounts.requests import TenantRequest
from segmentation.compute.effects import LEAST
from segmentation.queries.effects import pairs_of
from segmentation.queries.scopes import widest_scope
from segmentation.queries.stored import parse_day, stored_nights
from service.compute.case_bands import (
    BANDS,
    KEPT,
    MISSED,
    NO_CASE,
    PROMISES,
    SLOWEST,
    UNANSWERED,
    BandRow,
    by_band,
    by_promise,
)
from service.frames.case_responses import WINDOW, Pair, behind, counted
from ui.tables import Column, Table

AFTER = (3, 6, 12)
USUAL_AFTER = 6
BEHIND = (
    Column("customer", gettext_lazy("Customer")),
    Column("cases", gettext_lazy("Cases"), align="end"),
    Column("hours", gettext_lazy("Mean hours to the first response"), align="end"),
    Column("promise", gettext_lazy("Times promised")),
    Column("then", gettext_lazy("ARR at first"), align="end"),
    Column("now", gettext_lazy("ARR later"), align="end"),
)


@require("view_case_responses")
@require_GET
def case_responses(request: TenantRequest) -> HttpResponse:
    """Customers by how fast they were answered, and the share that left within some months."""
    after = next((n for n in AFTER if str(n) == request.GET.get("after")), USUAL_AFTER)
    nights = list(stored_nights().values_list("as_of", flat=True))
    pairs = [Pair(*pair) for pair in pairs_of(nights, after)]
    asked = parse_day(request.GET.get("from", ""))
    pair = next((one for one in pairs if one.start == asked), pairs[-1] if pairs else None)
    context: dict[str, Any] = {
        "after": after,
        "afters": AFTER,
        "pairs": pairs[::-1],
        "pair": pair,
        "least": LEAST,
        "window": WINDOW.days,
        "breadcrumbs": [(_("Cases"), reverse("cases"))],
    }
    if pair is not None:
        found = counted(pair, request.tenant, _customers(request))
        context |= {
            "total": sum(one.customers for one in found),
            "bands": _rows(by_band(found), pair, after),
            "promises": _rows(by_promise(found), pair, after),
        }
    return render(request, "service/cases/responses.html", context)


@require("view_case_responses")
@require_GET
def case_response_customers(request: TenantRequest) -> HttpResponse:
    """The customers that a figure is made of."""
    start, end = parse_day(request.GET.get("from", "")), parse_day(request.GET.get("to", ""))
    of, only_left = request.GET.get("of", ""), request.GET.get("show") == "left"
    if start is None or end is None or (of not in BANDS and of not in PROMISES):
        # An address that names no figure leads back to them.
        return redirect("case_responses")
    table = Table.read(BEHIND, request.GET.urlencode())
    pair, customers = Pair(start, end), _customers(request)
    total, rows = behind(
        pair, request.tenant, customers, of=of, only_left=only_left, rows=table.slice
    )
    table = table.counted(total)
    context = {
        "table": table,
        "rows": [(row, promise_words()[row.promise]) for row in rows],
        "title": _title(of, only_left=only_left),
        "pair": pair,
        "may_see_money": may(request.membership, "view_money"),
        "breadcrumbs": [
            (_("Cases"), reverse("cases")),
            (_("Answers and staying"), reverse("case_responses")),
        ],
    }
    return render(request, "service/cases/response_customers.html", context)


def band_words() -> dict[str, str]:
    return {
        "2": _("up to 2 hours"),
        "8": _("2 to 8 hours"),
        "24": _("8 to 24 hours"),
        "72": _("1 to 3 days"),
        SLOWEST: _("more than 3 days"),
        UNANSWERED: _("no case answered"),
        NO_CASE: _("no case"),
    }


def promise_words() -> dict[str, str]:
    return {
        KEPT: _("All times promised kept"),
        MISSED: _("A time promised missed"),
        NO_CASE: _("no case"),
    }


def _customers(request: TenantRequest) -> list[int] | None:
    """Whom the member may see; None for every one."""
    scope = widest_scope(request.membership)
    return None if scope.is_whole else scope.ids


def _rows(found: list[BandRow], pair: Pair, after: int) -> list[dict[str, Any]]:
    words = band_words() | promise_words()
    rows = []
    for row in found:
        asked = {"from": pair.start, "to": pair.end, "of": row.key, "after": after}
        url = reverse("case_response_customers")
        rows.append(
            {
                "label": words[row.key],
                "share": row.left,
                "interval": row.left.interval,
                "url": f"{url}?{urlencode(asked)}",
                "left_url": f"{url}?{urlencode(asked | {'show': 'left'})}",
            }
        )
    return rows


def _title(of: str, *, only_left: bool) -> str:
    label = (band_words() | promise_words())[of]
    return _("Left: %(band)s") % {"band": label} if only_left else label
