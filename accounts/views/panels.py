"""Panels of the customer page that this app contributes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.permissions import may
from accounts.queries.contracts import contracts_of, payments_of
from accounts.queries.customer_page import (
    companies_below,
    contact_view,
    contacts_of,
    face_history,
)
from accounts.queries.mail import unreachable_among
from accounts.requests import TenantRequest
from accounts.views.panel_tables import panel_table
from ui.tables import Column

PAYMENT_COLUMNS = (
    Column("paid", _("Paid on"), sort="paid_on"),
    Column("amount", _("Amount"), sort="amount", align="end"),
    Column("contract", _("Contract"), sort="contract__key", wide=True),
    Column("module", _("Module"), sort="module__name", wide=True),
    Column("key", _("Key"), sort="key"),
)
CONTACT_COLUMNS = (
    Column("name", _("Name"), sort="name"),
    Column("role", _("Roles today"), sort=("rank", "name")),
    Column("title", _("Title"), sort="title", wide=True),
    Column("email", _("E-mail"), sort="email", wide=True),
    Column("phone", _("Phone"), wide=True),
    Column("past", _("Other times"), wide=True),
)


def contacts_panel(request: TenantRequest, customer: Customer) -> dict[str, Any]:
    today = _today(request)
    table, found = panel_table(
        request,
        CONTACT_COLUMNS,
        contacts_of(customer, today),
        default="role",
        prefix="contacts_",
        total=customer.contacts.count(),
    )
    rows = list(found)
    return {
        "customer": customer,
        "table": table,
        "rows": [contact_view(contact, today) for contact in rows],
        "unreachable": unreachable_among(contact.email for contact in rows),
        "may_edit": may(request.membership, "edit_customers"),
    }


def contracts_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    if not may(request.membership, "view_money"):
        return None
    contracts = contracts_of(customer, _today(request))
    return {
        "customer": customer,
        "open_contracts": [view for view in contracts if view.state != "ended"],
        "ended_contracts": [view for view in contracts if view.state == "ended"],
        "arr": sum(view.arr for view in contracts),
        "overdue": sum(view.overdue for view in contracts),
    }


def payments_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    if not may(request.membership, "view_money"):
        return None
    found = payments_of(customer)
    table, rows = panel_table(request, PAYMENT_COLUMNS, found, default="-paid", prefix="payments_")
    return {"customer": customer, "table": table, "rows": rows}


def companies_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """The companies below, with the face of each; nothing where there is none."""
    found = companies_below(customer, request.membership)
    return {"plain": found} if found else None


def face_history_panel(request: TenantRequest, customer: Customer) -> dict[str, Any]:
    """Who was the face when, and why."""
    return {"history": face_history(customer)}


def _today(request: TenantRequest) -> date:
    return request.tenant.local_date(timezone.now())
