"""Naming one person for the customers chosen in the portfolio."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.actions.assignments import assign_customers
from accounts.forms.assignments import ALL, AssignmentForm
from accounts.labels import field_label
from accounts.models import Customer
from accounts.permissions import require
from accounts.requests import TenantRequest
from segmentation.views.listing import read_listing
from ui.formats import number
from ui.tags.formats import language

MOST_QUERY = 4000


@require("edit_customers")
@require_POST
def assignments(request: TenantRequest) -> HttpResponse:
    """The rows checked, or all that the list's filters leave."""
    query = QueryDict(request.POST.get("query", "")[:MOST_QUERY])
    back = redirect(f"{reverse('portfolio')}?{query.urlencode()}")
    form = AssignmentForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say whom to name, and for what."))
        return back
    given = form.cleaned_data
    if given["which"] == ALL:
        customers = _all_that_match(request, query)
    else:
        customers = Customer.objects.visible_to(request.membership).filter(pk__in=given["customer"])
        if not given["customer"]:
            messages.error(request, _("No row is checked."))
            return back
    done = assign_customers(
        customers=customers, role=given["role"], colleague=given["colleague"], by=request.user
    )
    if done is None:
        messages.info(request, _("They all have this person already; nothing was changed."))
        return back
    count = done.data["customers"]
    words = {
        "shown": number(count, language()),
        "role": field_label(given["role"]),
        "name": given["colleague"].name if given["colleague"] else _("Nobody"),
    }
    told = ngettext(
        "%(role)s of %(shown)s customer: %(name)s.",
        "%(role)s of %(shown)s customers: %(name)s.",
        count,
    )
    undo = reverse("assignment_undoings", args=[done.pk])
    messages.success(request, told % words, extra_tags=undo)
    return back


def _all_that_match(request: TenantRequest, query: QueryDict) -> QuerySet[Customer]:
    listing = read_listing(request.tenant, request.membership, query, rows_per_page=1)
    if listing is None:
        return Customer.objects.none()
    ids = listing.rows.order_by().values("customer_id")
    found: QuerySet[Customer] = Customer.objects.visible_to(request.membership).filter(pk__in=ids)
    return found
