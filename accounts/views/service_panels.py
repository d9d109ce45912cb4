"""Panels of the customer page on service: where one met, and what was brought as a problem."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Customer
from accounts.queries.service import cases_of, touchpoints_of
from accounts.requests import TenantRequest
from ui.tables import Column, Table

TOUCHPOINT_COLUMNS = (
    Column("happened", _("Happened on"), sort="happened_on"),
    Column("kind", _("Kind"), sort="kind"),
    Column("contact", _("Contact"), sort="contact__name"),
    Column("by", _("By"), sort="colleague__name"),
    Column("note", _("Note"), wide=True),
)
CASE_COLUMNS = (
    Column("opened", _("Opened at"), sort="opened_at"),
    Column("title", pgettext_lazy("heading", "Title"), sort="title"),
    Column("priority", _("Priority"), sort="urgency"),
    Column("state", _("State"), sort=("place", "opened_at")),
    Column("response", _("First response at"), sort="first_response_at", wide=True),
    Column("satisfaction", _("Satisfaction"), sort="satisfaction", align="end", wide=True),
    Column("contact", _("Contact"), sort="contact__name", wide=True),
)
ROWS = 12


def touchpoints_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """The customer's touchpoints that the person sees, the latest first; nothing without one."""
    found = touchpoints_of(customer, request.membership)
    table = Table.read(
        TOUCHPOINT_COLUMNS,
        request.GET.urlencode(),
        default="-happened",
        tie="pk",
        rows=ROWS,
        prefix="touchpoints_",
    ).counted(found.count())
    return _shown(table, found)


def cases_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """The customer's cases, the latest first; nothing without one."""
    found = cases_of(customer, timezone.now())
    table = Table.read(
        CASE_COLUMNS,
        request.GET.urlencode(),
        default="-opened",
        tie="pk",
        rows=ROWS,
        prefix="cases_",
    ).counted(found.count())
    return _shown(table, found)


def _shown(table: Table, found: Any) -> dict[str, Any] | None:
    if not table.total:
        return None
    return {"table": table, "rows": found.order_by(*table.order_by)[table.slice]}
