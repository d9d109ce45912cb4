"""The columns of a portfolio: which there are, which are shown, what their numbers mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from segmentation import catalogue
from segmentation.labels import DIMENSIONS, SCHEMES
from segmentation.measure_words import heading_why
from segmentation.views import cells
from ui.tables import Column


@dataclass(frozen=True)
class Shown:
    """A column, how its cells are drawn, and what an export writes of it.

    ``values``: names of the row, in the order of the export's cells; ``headings``: theirs, when
    they are not the column's own.
    """

    column: Column
    cell: cells.Cell
    values: tuple[str, ...]
    is_default: bool = True
    headings: tuple[Any, ...] = ()

    @property
    def key(self) -> str:
        return self.column.key

    @property
    def titles(self) -> tuple[Any, ...]:
        """A heading for each of ``values``."""
        return self.headings or (self.column.label,)


def all_columns(schemes: Sequence[str] = ()) -> tuple[Shown, ...]:
    """In the order of the table. The customer is always shown.

    ``schemes``: those that are shown, the one that gives the tier first.
    """
    return (
        Shown(
            Column("name", _("Customer"), sort="name"),
            cells.name,
            ("key", "name", "parent_name"),
            headings=(_("Key"), _("Customer"), _("Parent company")),
        ),
        Shown(
            Column("face", _("The face"), sort=("face_name", "name"), wide=True),
            cells.face,
            ("face_name", "face_capacity"),
            headings=(_("The face"), _("Role")),
        ),
        _word("stage", _("Stage"), cells.stage_mark, wide=True),
        _word("tier", _("Tier"), cells.tier_mark),
        *(shown for name in schemes for shown in _scheme(name, is_own=name == schemes[0])),
        _word("eleven", _("Segment (11)"), cells.eleven, default=False, wide=True),
        _word("class8", _("Segment (8)"), cells.class8, default=False, wide=True),
        Shown(
            Column(
                "trend",
                _("12 weeks"),
                sort="usage_trend",
                align="center",
                wide=True,
                why=_("Events of each of the twelve weeks up to the night. Sorted by usage trend."),
            ),
            cells.trend,
            ("usage_trend",),
            headings=(catalogue.get("usage_trend").title,),
        ),
        _money("arr", _("ARR"), "arr", wide=False),
        _measured(
            "seats",
            _("Seats used"),
            cells.seats,
            "seat_utilisation",
            "active_users_30",
            "seats",
        ),
        _plain("coverage", _("Key users"), "key_user_coverage", cells.percent),
        _measured("renewal", _("Renewal"), cells.renewal, "days_to_renewal"),
        Shown(
            Column(
                "payment",
                _("Payment"),
                # Descending first: the longest overdue, then what falls due next.
                sort=("payment_overdue_days", "-days_to_payment"),
                align="end",
                wide=True,
                why=_(
                    "Days to the next instalment; when one is overdue, the amount and since when."
                ),
            ),
            cells.payment,
            ("days_to_payment", "payment_overdue_days", "overdue_amount"),
            headings=_titles("days_to_payment", "payment_overdue_days", "overdue_amount"),
        ),
        _measured("usage", _("Last use"), cells.last_use, "days_since_usage"),
        _measured(
            "breadth",
            _("Breadth"),
            cells.breadth,
            "breadth",
            "modules_used_30",
            "modules_owned",
            default=False,
        ),
        _plain("persons", _("Active persons"), "active_users_30", cells.number, default=False),
        _plain("events", _("Events (30)"), "events_30", cells.number, default=False),
        _plain("days", _("Active days (30)"), "active_days_30", cells.number, default=False),
        _plain("tenure", _("Tenure"), "tenure_days", cells.days, default=False),
        _money("paid", _("Amount paid"), "monetary", default=False),
        _text("industry", _("Industry")),
        _text("region", _("Region")),
        _text("size", _("Size")),
    )


def chosen_columns(asked: QueryDict, schemes: Sequence[str] = ()) -> list[Shown]:
    """Those that ``?columns=`` names (keys, comma-separated or repeated), or the usual ones."""
    keys = {key for text in asked.getlist("columns") for key in text.split(",") if key}
    columns = all_columns(schemes)
    if not keys & {shown.key for shown in columns}:
        return [shown for shown in columns if shown.is_default]
    return [shown for shown in columns if shown.key in keys or shown.key == "name"]


def _titles(*measures: str) -> tuple[Any, ...]:
    return tuple(catalogue.get(name).title for name in measures)


def _measured(
    key: str,
    label: Any,
    cell: cells.Cell,
    measure: str,
    *further: str,
    default: bool = True,
    wide: bool = True,
) -> Shown:
    """A number, sorted by its first measure, which also explains the heading."""
    return Shown(
        Column(
            key,
            label,
            sort=measure,
            align="end",
            wide=wide,
            why=heading_why(measure),
        ),
        cell,
        (measure, *further),
        is_default=default,
        headings=_titles(measure, *further),
    )


def _plain(
    key: str, label: Any, measure: str, cell: Callable[..., str], *, default: bool = True
) -> Shown:
    return _measured(key, label, partial(cell, measure=measure), measure, default=default)


def _money(key: str, label: Any, measure: str, *, default: bool = True, wide: bool = True) -> Shown:
    cell = partial(cells.money, measure=measure)
    return _measured(key, label, cell, measure, default=default, wide=wide)


def _word(
    key: str, label: Any, cell: cells.Cell, *, default: bool = True, wide: bool = False
) -> Shown:
    column = Column(key, label, sort=(f"{key}_place", "-arr"), wide=wide)
    return Shown(column, cell, (key,), is_default=default)


def _scheme(name: str, *, is_own: bool) -> tuple[Shown, ...]:
    """The tier in a scheme that is shown beside the one that gives the tier, and what stands beside
    the tier of scheme b."""
    cell = partial(cells.scheme_mark, scheme=name)
    tier = () if is_own else (_word(f"tier_{name}", SCHEMES[name], cell, default=False, wide=True),)
    return (*tier, *_facets()) if name == "b" else tier


def _facets() -> tuple[Shown, ...]:
    """The value and the need beside the tier of scheme b."""
    return (
        Shown(
            Column(
                "beside_value",
                _("Value (B)"),
                wide=True,
                why=_("Consumption, interaction and loyalty, averaged."),
            ),
            partial(cells.level_mark, word="beside_value"),
            ("beside_value",),
            is_default=False,
        ),
        Shown(
            Column(
                "beside_need",
                DIMENSIONS["need"],
                wide=True,
                why=_(
                    "How demanding its needs are: breadth of use and what goes beyond the standard."
                ),
            ),
            partial(cells.level_mark, word="beside_need"),
            ("beside_need",),
            is_default=False,
        ),
    )


def _text(key: str, label: Any) -> Shown:
    column = Column(key, label, sort=(key, "name"), wide=True)
    return Shown(column, partial(cells.text, field=key), (key,), is_default=False)
