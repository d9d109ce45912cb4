"""Panels of the customer page on service: where one met."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.permissions import may
from accounts.queries.coverage import coverage_of
from accounts.queries.service import touchpoints_of
from accounts.requests import TenantRequest
from accounts.views.panel_tables import panel_table
from accounts.views.timeline import last_day
from ui.tables import Column

TOUCHPOINT_COLUMNS = (
    Column("happened", _("Happened on"), sort="happened_on"),
    Column("kind", _("Kind"), sort="kind"),
    Column("contact", _("Contact"), sort="contact__name"),
    Column("by", _("By whom"), sort="colleague__name"),
    Column("note", _("Note"), wide=True),
)


def touchpoints_panel(request: TenantRequest, customer: Customer) -> dict[str, Any] | None:
    """Whom one met lately by role, and the touchpoints that the person sees, the latest first, up to
    the day that the page shows; nothing where nobody was met and nobody has a role."""
    day = last_day(request)
    roles = coverage_of([customer.pk], request.membership, day)[customer.pk]
    found = touchpoints_of(customer, request.membership).filter(happened_on__lte=day)
    table, rows = panel_table(
        request, TOUCHPOINT_COLUMNS, found, default="-happened", prefix="touchpoints_"
    )
    if not table.total and all(role.state == "nobody" for role in roles):
        return None
    return {
        "customer": customer,
        "coverage": roles,
        "table": table,
        "rows": rows,
        "may_log": may(request.membership, "log_touchpoints"),
    }
