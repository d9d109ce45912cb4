"""Nights: where every customer stands, why, and since when."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.bi.columns import Column, View, day, moment, money, share, text, told, whole
from config.bi.views_customers import CUSTOMER

_WHOLE = (
    "recency_days", "frequency", "tenure_days", "days_to_renewal", "days_to_payment",
    "payment_overdue_days", "active_days_30", "active_days_90", "active_users_30", "events_30",
    "events_previous_30", "modules_used_30", "modules_owned", "renewals", "seats",
    "days_since_usage",
)  # fmt: skip
_MONEY = ("monetary", "arr", "overdue_amount")
_SHARES = ("usage_trend", "breadth", "seat_utilisation", "dau_rate", "key_user_coverage")
# Where rules bind R, F and M to nothing else; as segmentation.rules.basis has it.
_BOUND = {
    "recency": ("days_since_usage", "recency_days"),
    "frequency": ("active_days_90", "frequency"),
    "monetary": ("arr", "monetary"),
}


def _slot(name: str, slot: str) -> Column:
    """The value of the measure that the night's rules bind to R, F or M."""
    engagement, payments = _BOUND[slot]
    kept = " ".join(
        f"WHEN '{measure}' THEN m.{measure}::numeric" for measure in (*_WHOLE, *_MONEY, *_SHARES)
    )
    asked = f"nullif(coalesce(s.rules #>> '{{rfm,{slot},measure}}', 'auto'), 'auto')"
    basis = "s.rules #>> '{rfm,basis}'"
    usual = f"CASE {basis} WHEN 'engagement' THEN '{engagement}' ELSE '{payments}' END"
    measure = f"coalesce({asked}, {usual})"
    return Column(
        name, "numeric(26,6)", f"CASE {measure} {kept} ELSE (m.further ->> {measure})::numeric END"
    )


# The latest night, and those of the last days of months: of these everything is kept.
_KEPT = (
    "n.digest <> '' AND (n.as_of = (SELECT max(as_of) FROM [segmentation_night] l WHERE l.digest <> '') "
    "OR extract(day FROM n.as_of + 1) = 1)"
)
_HELD = ("activity", "contribution", "value", "need", "stage", "tier", "reason")

VIEWS = (
    View(
        "nights",
        _("Nights"),
        (
            day("as_of", "n.as_of"),
            moment("known_at", "n.known_at"),
            text("zone", "n.zone"),
            whole("rules", "s.version"),
            whole("customers", "n.customers"),
            whole("scored", "n.scored"),
            whole("moves", "n.moves_count"),
            share("seconds", "n.seconds"),
            text("digest", "n.digest"),
            moment("finished_at", "n.finished_at"),
            moment("restated_at", "n.restated_at"),
            told("restated_because", "n.restated_because"),
        ),
        "[segmentation_night] n LEFT JOIN [segmentation_ruleset] s ON s.id = n.rule_set_id "
        "WHERE n.digest <> ''",
        note="Nights that are stored. Equal digests mean equal standings and moves.",
        moment="as_of",
        order="as_of",
    ),
    View(
        "standings",
        pgettext_lazy("BI", "Where customers stand"),
        (
            day("as_of", "n.as_of"),
            text("customer", "c.key"),
            _slot("recency_days", "recency"),
            _slot("frequency", "frequency"),
            _slot("monetary", "monetary"),
            whole("r", "m.r"),
            whole("f", "m.f"),
            whole("m", "m.m"),
            text(
                "segment",
                "CASE WHEN coalesce(s.rules #>> '{rfm,map}', 'eleven') = 'eleven' "
                "THEN m.eleven ELSE m.class8 END",
            ),
            text("class8", "m.class8"),
            *(text(name, f"a.{name}") for name in _HELD),
        ),
        "[segmentation_night] n LEFT JOIN [segmentation_ruleset] s ON s.id = n.rule_set_id "
        "JOIN [segmentation_assignment] a ON a.valid_from <= n.as_of "
        "AND (a.valid_to IS NULL OR a.valid_to > n.as_of) "
        "JOIN [accounts_customer] c ON c.id = a.customer_id "
        "LEFT JOIN [segmentation_measurerow] m ON m.as_of = n.as_of AND m.customer_id = a.customer_id "
        "WHERE " + _KEPT,
        note="The columns of the command `tiers`, of the latest night and of the last day of each month. "
        "`recency_days`, `frequency` and `monetary` hold the measures that the rules bind to R, F and M.",
        moment="as_of",
        order="as_of, customer",
    ),
    View(
        "standing_history",
        pgettext_lazy("BI", "How standings changed"),
        (
            text("customer", "c.key"),
            day("valid_from", "a.valid_from"),
            day("valid_to", "a.valid_to"),
            *(text(name, f"a.{name}") for name in _HELD),
            text("raw_stage", "a.raw_stage"),
            *(text(f"tier_{scheme}", f"a.tier_{scheme}") for scheme in "abc"),
        ),
        "[segmentation_assignment] a " + CUSTOMER.format("a"),
        note="A row for as long as nothing changed: nights from `valid_from` until before `valid_to` "
        "(empty: up to the latest). For any day D: `valid_from <= D AND (valid_to > D OR valid_to IS "
        "NULL)`.",
        order="customer, valid_from",
    ),
    View(
        "moves",
        _("Moves"),
        (
            text("customer", "c.key"),
            day("night", "v.as_of"),
            text("kind", "v.kind"),
            text("from", "v.from_value"),
            text("to", "v.to_value"),
            text("cause", "v.cause"),
            Column("reason", "jsonb", "v.reason"),
        ),
        "[segmentation_move] v " + CUSTOMER.format("v"),
        note="`reason` as the program keeps it; the command `moves` prints it as a text. `from` and `to` "
        "are words of SQL: write them in double quotes.",
        moment="night",
        order="night, customer, kind",
    ),
    View(
        "measures",
        _("Measures"),
        (
            day("as_of", "m.as_of"),
            text("customer", "c.key"),
            *(whole(name, f"m.{name}") for name in _WHOLE),
            *(money(name, f"m.{name}") for name in _MONEY),
            *(share(name, f"m.{name}") for name in _SHARES),
            Column("further", "jsonb", "m.further"),
        ),
        "[segmentation_measurerow] m " + CUSTOMER.format("m"),
        note="Of the latest night and of the last day of each month; units are those of the screen "
        "Rules. `further`: measures by their keys. Empty: unknown, never zero.",
        moment="as_of",
        order="as_of, customer",
    ),
)
