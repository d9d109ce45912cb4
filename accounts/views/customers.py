"""The customer page and its panels, and changing a customer by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
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
from accounts.queries.customer_page import Group, customer_for, face_history, group_of
from accounts.requests import TenantRequest
from ui.registry import RenderedBlock, customer_badges, customer_panels


def visible_customer(request: TenantRequest, pk: int) -> Customer:
    """The customer, or a 404 for one that this member does not see."""
    found = customer_for(request.membership, pk)
    if found is None:
        raise Http404
    return found


@require("view_customers")
@require_GET
def customer(request: TenantRequest, pk: int) -> HttpResponse:
    """Who it is, who is its face, and the panels of all apps."""
    found = visible_customer(request, pk)
    history = face_history(found)
    group = group_of(found, request.membership)
    roles = request.membership.roles
    panels = customer_panels.for_request(request, found, roles)
    context = {
        "customer": found,
        "face": history[0] if history and history[0].to_on is None else None,
        "history": history,
        "group": group,
        "breadcrumbs": _above(group),
        "attributes": sorted((attribute_label(k), v) for k, v in found.attributes.items()),
        "badges": customer_badges.for_request(request, found, roles),
        "panels": panels,
        "sections": _sections(panels, group),
        "lists_group": _lists_group(panels, group),
        "may_edit": may(request.membership, "edit_customers"),
        "may_log": may(request.membership, "log_touchpoints"),
    }
    return render(request, "accounts/customers/customer.html", context)


def _above(group: Group) -> list[tuple[str, str]]:
    """The company above; a link only for those who may open it."""
    if group.parent is None:
        return []
    url = reverse("customer", args=[group.parent.pk]) if group.parent_visible else ""
    return [(group.parent.name, url)]


def _lists_group(panels: list[RenderedBlock], group: Group) -> bool:
    """The page lists the companies below by itself where no panel says more of them."""
    return bool(group.subsidiaries) and not any(panel.key == "group" for panel in panels)


def _sections(panels: list[RenderedBlock], group: Group) -> list[dict[str, Any]]:
    """Links to the parts of the page."""
    named = [(panel.key, panel.title) for panel in panels if panel.title]
    if _lists_group(panels, group):
        named.append(("group", _("Companies below")))
    named.append(("faces", _("Faces until today")))
    return [
        {"label": title, "url": f"#{key}", "active": False, "count": None} for key, title in named
    ]


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
