"""What customers did with the product."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.bi.columns import Column, View, day, moment, text, who, whole


def _by(unit: str) -> tuple[str, tuple[Column, ...]]:
    """Usage summed by customer, module and days or months of the tenant's zone."""
    local = "(e.occurred_at AT TIME ZONE t.timezone)"
    first = f"{local}::date" if unit == "day" else f"date_trunc('month', {local})::date"
    # The customer's key is grouped by, so that a filter on it is applied before rows are summed.
    tables = (
        f"(SELECT c.key AS customer, e.module_id, {first} AS {unit}, sum(e.count) AS events, "
        "count(DISTINCT nullif(e.person, '')) AS persons "
        "FROM [usage_event] e JOIN [accounts_customer] c ON c.id = e.customer_id "
        "CROSS JOIN [tenant] t GROUP BY 1, 2, 3) u "
        "LEFT JOIN [accounts_module] m ON m.id = u.module_id"
    )
    columns = (
        text("customer", "u.customer"),
        text("module", "m.key"),
        day(unit, f"u.{unit}"),
        whole("events", "u.events"),
        whole("persons", "u.persons"),
    )
    return tables, columns


_DAYS, _DAY_COLUMNS = _by("day")
_MONTHS, _MONTH_COLUMNS = _by("month")

VIEWS = (
    View(
        "usage_events",
        _("Usage"),
        (
            text("customer", "c.key"),
            moment("occurred_at", "e.occurred_at"),
            text("event", "e.event"),
            who("person", "e.person"),
            text("contract", "k.key"),
            text("module", "m.key"),
            text("message_id", "e.message_id"),
            whole("count", "e.count"),
            moment("received_at", "e.received_at"),
        ),
        "[usage_event] e JOIN [accounts_customer] c ON c.id = e.customer_id "
        "LEFT JOIN [accounts_contract] k ON k.id = e.contract_id "
        "LEFT JOIN [accounts_module] m ON m.id = e.module_id",
        note="One row per message. Ask for a customer or a span of `occurred_at`: both use indexes.",
        moment="occurred_at",
    ),
    View(
        "usage_by_day",
        pgettext_lazy("BI", "Usage by day"),
        _DAY_COLUMNS,
        _DAYS,
        note="Days of the tenant’s zone. Summed when it is asked: name a customer, or give it time.",
        order="day, customer, module",
        moment="day",
    ),
    View(
        "usage_by_month",
        pgettext_lazy("BI", "Usage by month"),
        _MONTH_COLUMNS,
        _MONTHS,
        note="`month`: its first day. `persons` counts each once a month, so days do not add up to it.",
        order="month, customer, module",
        moment="month",
    ),
)
