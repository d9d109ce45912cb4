"""The columns of a portfolio: which there are, which are shown, what their numbers mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from segmentation import catalogue
from ui.tables import Column


@dataclass(frozen=True)
class Shown:
    """A column with the measure behind it (its heading explains it) and what an export writes.

    ``values``: names of the row, in the order of the export's cells; ``headings``: theirs, when
    there are several.
    """

    column: Column
    values: tuple[str, ...]
    is_default: bool = True
    headings: tuple[Any, ...] = ()

    @property
    def key(self) -> str:
        return self.column.key


def _measured(
    key: str, label: Any, measure: str, *further: str, default: bool = True, wide: bool = True
) -> Shown:
    return Shown(
        Column(key, label, sort=measure, align="end", wide=wide),
        (measure, *further),
        is_default=default,
        headings=tuple(catalogue.get(name).title for name in (measure, *further)),
    )


def _word(key: str, label: Any, *, default: bool = True, wide: bool = True) -> Shown:
    return Shown(
        Column(key, label, sort=(f"{key}_place", "-arr"), wide=wide), (key,), is_default=default
    )


def _text(key: str, label: Any) -> Shown:
    return Shown(Column(key, label, sort=(key, "name"), wide=True), (key,), is_default=False)


def all_columns() -> tuple[Shown, ...]:
    """In the order of the table. The customer is always shown."""
    return (
        Shown(
            Column("name", _("Customer"), sort="name"),
            ("key", "name", "parent_name"),
            headings=(_("Key"), _("Customer"), _("Parent company")),
        ),
        Shown(
            Column("face", _("The face"), sort=("face_name", "name"), wide=True),
            ("face_name", "face_capacity"),
            headings=(_("The face"), _("Role")),
        ),
        _word("stage", _("Stage")),
        _word("tier", _("Tier"), wide=False),
        _word("eleven", _("Segment (11)"), default=False),
        _word("class8", _("Segment (8)"), default=False),
        Shown(
            Column("trend", _("12 weeks"), sort="usage_trend", align="center", wide=True),
            ("usage_trend",),
            headings=(catalogue.get("usage_trend").title,),
        ),
        _measured("arr", _("ARR"), "arr", wide=False),
        _measured("seats", _("Seats used"), "seat_utilisation", "active_users_30", "seats"),
        _measured("coverage", _("Key users"), "key_user_coverage"),
        _measured("renewal", _("Renewal"), "days_to_renewal"),
        Shown(
            Column(
                "payment",
                _("Payment"),
                sort=("-payment_overdue_days", "days_to_payment"),
                align="end",
                wide=True,
            ),
            ("days_to_payment", "payment_overdue_days", "overdue_amount"),
            headings=tuple(
                catalogue.get(name).title
                for name in ("days_to_payment", "payment_overdue_days", "overdue_amount")
            ),
        ),
        _measured("usage", _("Last use"), "days_since_usage"),
        _measured("breadth", _("Breadth"), "breadth", "modules_used_30", "modules_owned", default=False),
        _measured("persons", _("Active persons"), "active_users_30", default=False),
        _measured("events", _("Events (30)"), "events_30", default=False),
        _measured("days", _("Active days (30)"), "active_days_30", default=False),
        _measured("tenure", _("Tenure"), "tenure_days", default=False),
        _measured("paid", _("Amount paid"), "monetary", default=False),
        _text("industry", _("Industry")),
        _text("region", _("Region")),
        _text("size", _("Size")),
    )


def chosen_columns(asked: QueryDict) -> list[Shown]:
    """Those that ``?columns=`` names (keys, comma-separated or repeated), or the usual ones."""
    keys = {key for text in asked.getlist("columns") for key in text.split(",") if key}
    columns = all_columns()
    if not keys & {shown.key for shown in columns}:
        return [shown for shown in columns if shown.is_default]
    return [shown for shown in columns if shown.key in keys or shown.key == "name"]


def explained(key: str) -> str:
    """The definition of a measure, for a heading."""
    return str(catalogue.get(key).definition)
