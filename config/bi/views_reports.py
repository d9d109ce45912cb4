"""Figures of months and quarters as reports stood on them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.bi.columns import Column, View, day, moment, money, text, whole

_LATEST = (
    "(SELECT DISTINCT ON (kind, customer_id, period) * FROM [reports_figureset] f "
    "ORDER BY kind, customer_id, period, version DESC)"
)
_AMOUNTS = ("start_arr", "new", "expansion", "contraction", "churned", "reactivated", "end_arr")
_RATES = ("grr", "nrr", "logo_churn")


def _figure(key: str) -> str:
    is_number = f"jsonb_typeof(s.figures -> '{key}') = 'number'"
    return f"CASE WHEN {is_number} THEN (s.figures ->> '{key}')::numeric END"


def _rate(name: str) -> Column:
    return Column(name, "numeric(24,10)", _figure(name))


VIEWS = (
    View(
        "figures",
        pgettext_lazy("BI", "Figures of reports"),
        (
            text("kind", "s.kind"),
            text("period", "s.period"),
            text("customer", "c.key"),
            whole("version", "s.version"),
            day("as_of", "s.as_of"),
            text("key", "g.key"),
            Column(
                "value",
                "numeric(30,10)",
                "CASE WHEN jsonb_typeof(g.value) = 'number' THEN (g.value #>> '{}')::numeric END",
            ),
            text(
                "value_text", "CASE WHEN jsonb_typeof(g.value) = 'string' THEN g.value #>> '{}' END"
            ),
            text("reason", "s.reasons ->> g.key"),
            moment("known_at", "s.known_at"),
        ),
        _LATEST + " s LEFT JOIN [accounts_customer] c ON c.id = s.customer_id "
        "CROSS JOIN LATERAL jsonb_each(s.figures) g",
        note="A row per figure, of the latest version of each period; keys as in "
        "[Figures](figures.md). A day stands in `value_text`; where there is no "
        "figure, `reason` says why.",
        moment="as_of",
        order="period, kind, customer, key",
    ),
    View(
        "retention",
        _("Retention"),
        (
            text("month", "s.period"),
            *(money(name, _figure(name)) for name in _AMOUNTS),
            *(_rate(name) for name in _RATES),
            day("as_of", "s.as_of"),
        ),
        _LATEST + " s WHERE s.kind = 'executive' AND s.period ~ '^[0-9]{4}-[0-9]{2}$'",
        note="Of months for which the executives’ figures were made; the command `retention` computes "
        "any month.",
        moment="as_of",
        order="month",
    ),
    View(
        "reports",
        _("Reports"),
        (
            whole("report", "r.id"),
            text("kind", "r.kind"),
            text("period", "r.period"),
            text("customer", "c.key"),
            text("language", "r.language"),
            whole("version", "r.version"),
            text("status", "r.state"),
            moment("made_at", "r.made_at"),
            moment("approved_at", "r.approved_at"),
            moment("sent_at", "r.sent_at"),
        ),
        "[reports_report] r LEFT JOIN [accounts_customer] c ON c.id = r.customer_id",
        order="report",
    ),
)
