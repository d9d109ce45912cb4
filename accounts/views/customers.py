"""The customer page and its panels, and changing a customer by hand."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.actions.customers import Changes, change_customer
from accounts.forms.customers import (
    AttributeFormSet,
    CustomerForm,
    attribute_rows,
    attributes_given,
)
from accounts.labels import attribute_label, field_label
from accounts.models import Customer
from accounts.permissions import may, require
from accounts.queries.customer_page import Above, above_of, customer_for, face_of
from accounts.requests import TenantRequest
from ui.registry import Part, customer_badges, customer_figures, customer_panels


def visible_customer(request: TenantRequest, pk: int) -> Customer:
    """The customer, or a 404 for one that this member does not see."""
    found = customer_for(request.membership, pk)
    if found is None:
        raise Http404
    return found


@require("view_customers")
@require_GET
def customer(request: TenantRequest, pk: int) -> HttpResponse:
    """Who it is, who is its face, its key figures, and the panels of one part of the page.

    ``part``: which one, the first where it names none; ``as_of``: the night that is shown.
    """
    found = visible_customer(request, pk)
    part = customer_panels.part(request.GET.get("part", ""))
    roles = request.membership.roles
    context = {
        "customer": found,
        "part": part,
        "is_first_part": part is customer_panels.parts[0],
        "parts": _parts(request, part),
        "panels": customer_panels.for_request(request, found, roles, part.key),
    }
    if request.headers.get("HX-Target") == "part":
        response = render(request, "accounts/customers/part.html", context)
    else:
        response = render(
            request, "accounts/customers/customer.html", context | _head(request, found)
        )
    # The part alone and the whole page have one address.
    patch_vary_headers(response, ("HX-Target",))
    return response


def _head(request: TenantRequest, found: Customer) -> dict[str, Any]:
    above = above_of(found, request.membership)
    roles = request.membership.roles
    return {
        "face": face_of(found),
        "above": above,
        "breadcrumbs": _above(above),
        "attributes": sorted((attribute_label(k), v) for k, v in found.attributes.items()),
        "badges": customer_badges.for_request(request, found, roles),
        "figures": customer_figures.for_request(request, found, roles),
        "may_edit": may(request.membership, "edit_customers"),
        "may_log": may(request.membership, "log_touchpoints"),
    }


def _above(above: Above) -> list[tuple[str, str]]:
    """The company above; a link only for those who may open it."""
    if above.parent is None:
        return []
    url = reverse("customer", args=[above.parent.pk]) if above.is_visible else ""
    return [(above.parent.name, url)]


def _parts(request: TenantRequest, shown: Part) -> list[dict[str, Any]]:
    """Links to the parts of the page, of the night that is shown."""
    first, *_others = customer_panels.parts
    as_of = request.GET.get("as_of", "")
    parts = []
    for part in customer_panels.parts:
        asked = {"part": "" if part is first else part.key, "as_of": as_of}
        query = urlencode({name: value for name, value in asked.items() if value})
        url = f"{request.path}?{query}" if query else request.path
        parts.append(
            {
                "id": f"part-{part.key}",
                "label": part.label,
                "url": url,
                "active": part is shown,
                "count": None,
            }
        )
    return parts


@require("edit_customers")
@require_http_methods(["GET", "POST"])
def edit_customer(request: TenantRequest, pk: int) -> HttpResponse:
    """Names, parent, named people and attributes."""
    found = visible_customer(request, pk)
    form = CustomerForm(request.POST or None, customer=found, membership=request.membership)
    attributes = AttributeFormSet(
        request.POST or None, initial=attribute_rows(found.attributes), prefix="attributes"
    )
    if request.method == "POST" and form.is_valid() and attributes.is_valid():
        values = form.values() | {"attributes": attributes_given(attributes, found.attributes)}
        try:
            changes = change_customer(
                customer=found, values=values, by=request.user, seen=form.cleaned_data["seen"]
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _said(changes))
            return redirect("customer", pk)
    context = {
        "customer": found,
        "form": form,
        "attributes": attributes,
        "breadcrumbs": [(found.name, reverse("customer", args=[pk]))],
    }
    return render(request, "accounts/customers/edit.html", context)


def _said(changes: Changes) -> str:
    """What was saved, old → new."""
    if not changes:
        return _("Nothing was changed.")
    told = [
        field_label(field)
        if field == "attributes"
        else f"{field_label(field)}: {_word(old)} → {_word(new)}"
        for field, (old, new) in changes.items()
    ]
    return _("Saved. %(changes)s") % {"changes": " · ".join(told)}


def _word(value: Any) -> str:
    return "–" if value in (None, "") else str(value)
