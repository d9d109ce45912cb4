"""The rows of `tiers` and `moves`, as they are printed and as the digest reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
from django.db.models import QuerySet

from accounts.models import Customer, Tenant
from accounts.planning import planning
from accounts.queries.calendars import working_calendar
from accounts.tenancy import current_tenant_id
from segmentation.compute.digest import MOVES_COLUMNS, TIERS_COLUMNS, tiers_rows
from segmentation.compute.dimensions import LEVELS
from segmentation.compute.formats import format_cell, format_column
from segmentation.compute.measures import MeasureTable
from segmentation.compute.moves import reason_text
from segmentation.compute.schemes import Scheme
from segmentation.compute.scores import SLOTS
from segmentation.compute.tiers import assign, known_measures
from segmentation.frames.asof import AsOf
from segmentation.frames.copying import TEXT, copy_out
from segmentation.frames.reading import kept_measures, recompute_measures
from segmentation.models import Assignment, Move, Night, Scored
from segmentation.queries.rules import document_of, segment_map
from segmentation.rules.basis import measures_of_slots, settle_basis

__all__ = [
    "MOVES_COLUMNS",
    "TIERS_COLUMNS",
    "moves_of_night",
    "moves_printed",
    "printed_cells",
    "tiers_printed",
]

_SCORES = ("r", "f", "m")
_MEASURED = TIERS_COLUMNS[1:4]
_ASSIGNED = TIERS_COLUMNS[TIERS_COLUMNS.index("activity") :]


def tiers_printed(
    tenant: Tenant,
    night: Night,
    scheme: str | None = None,
    *,
    measured: MeasureTable | None = None,
) -> list[tuple[str, ...]]:
    """The rows of a stored night, cells of TIERS_COLUMNS, sorted by customer key in byte order.

    Measures that are not kept any more are computed again from the facts as they were known then.
    ``scheme``: tier and reason of this one (a, b, c) instead of the one that the rules picked.
    ``measured``: the night's measures, when they are at hand.
    """
    columns = {
        **{name: f"s.{name}" for name in (*_SCORES, "class8")},
        "segment": f"s.{segment_map(night)}",
        **{name: f"a.{name}" for name in _ASSIGNED},
    }
    with planning():
        frame = copy_out(
            f"SELECT c.id, c.key, {', '.join(columns.values())} "  # noqa: S608
            f"FROM {Assignment._meta.db_table} a JOIN {Customer._meta.db_table} c "
            "ON c.tenant_id = a.tenant_id AND c.id = a.customer_id "
            f"LEFT JOIN {Scored._meta.db_table} s ON s.tenant_id = a.tenant_id "
            "AND s.as_of = %(day)s AND s.customer_id = a.customer_id "
            "WHERE a.tenant_id = %(tenant)s AND a.valid_from <= %(day)s "
            "AND coalesce(a.valid_to > %(day)s, true)",
            {
                "id": "int64",
                "key": TEXT,
                **{name: "Int64" if name in _SCORES else TEXT for name in columns},
            },
            {"tenant": current_tenant_id(), "day": night.as_of},
        ).set_index("id")
    measured = measured or kept_measures(night.as_of) or recompute_measures(_asof(tenant, night))
    if scheme is not None:
        frame = _in_scheme(frame, measured, night, scheme)
    slots = _slots(night)
    columns = dict(zip(SLOTS, TIERS_COLUMNS[1:4], strict=True))
    values = pd.DataFrame(
        {columns[slot]: measured.column(measure) for slot, measure in slots.items()}
    ).reindex(frame.index)
    places = {columns[slot]: measured.places_of(measure) for slot, measure in slots.items()}
    return tiers_rows(frame["key"], values, places, frame)


def printed_cells(night: Night, customer_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Customer id → cells of TIERS_COLUMNS from `recency_days` to `class8`, of some customers of a
    stored night. Measures that are not kept any more are empty: computing them again takes as long for
    one customer as for all. Three statements."""
    found = {
        pk: dict.fromkeys((*_MEASURED, *_SCORES, "segment", "class8"), "") for pk in customer_ids
    }
    scored = Scored.objects.filter(as_of=night.as_of, customer__in=customer_ids)
    names = (*_SCORES, segment_map(night), "class8")
    for pk, *values in scored.values_list("customer_id", *names):
        told = [format_cell(value) for value in values]
        found[pk].update(zip((*_SCORES, "segment", "class8"), told, strict=True))
    measured = kept_measures(night.as_of, customer_ids) if customer_ids else None
    if measured is None:
        return found
    slots = _slots(night)
    for name, slot in zip(_MEASURED, SLOTS, strict=True):
        values = measured.column(slots[slot])
        cells = format_column(values, measured.places_of(slots[slot]))
        for pk, cell in zip(values.index, cells, strict=True):
            found[pk][name] = cell
    return found


def _in_scheme(
    frame: pd.DataFrame, measured: MeasureTable, night: Night, name: str
) -> pd.DataFrame:
    """The frame with another scheme's tier and reason, from the stage and levels of the night."""
    scheme = Scheme.from_rules(document_of(night.rule_set), name)
    levels = frame[list(LEVELS)].astype(object)
    table = MeasureTable(measured.frame.reindex(frame.index), measured.places)
    assigned = assign(
        scheme,
        frame["stage"].astype(object),
        levels,
        table,
        [word for word in LEVELS if levels[word].isin(LEVELS[word]).any()],
        known_measures([scheme], table),
    )
    scores = [";".join(["", *str(reason).split(";")[1:]]) for reason in frame["reason"]]
    return frame.assign(
        tier=assigned["tier"].astype(object).where(assigned["tier"].notna(), None),
        reason=[reason + rest for reason, rest in zip(assigned["reason"], scores, strict=True)],
    )


def moves_printed(since: date) -> list[tuple[str, ...]]:
    """The moves of the nights from ``since`` on, cells of MOVES_COLUMNS: by night, then by customer
    key in byte order, the stage before the tier."""
    return _moves_printed(Move.objects.filter(as_of__gte=since))


def moves_of_night(night: Night) -> list[tuple[str, ...]]:
    """The moves of one stored night, as :func:`moves_printed` gives them."""
    return _moves_printed(Move.objects.filter(night=night))


def _moves_printed(found: QuerySet[Move]) -> list[tuple[str, ...]]:
    moves = found.values_list(
        "customer__key", "as_of", "kind", "from_value", "to_value", "cause", "reason"
    )
    rows = [
        (key, day.isoformat(), kind, old, new, cause, reason_text(kind, detail))
        for key, day, kind, old, new, cause, detail in moves.order_by().iterator()
    ]
    return sorted(rows, key=lambda row: (row[1], row[0].encode(), row[2]))


def _slots(night: Night) -> dict[str, str]:
    rules = document_of(night.rule_set)
    return measures_of_slots(settle_basis(rules, has_contracts=False))


def _asof(tenant: Tenant, night: Night) -> AsOf:
    assert night.known_at is not None, "a stored night says as of when it was known"
    rules = document_of(night.rule_set)
    return AsOf(
        tenant.id,
        night.as_of,
        night.known_at,
        night.zone_in(tenant),
        rules["window_days"],
        calendar=working_calendar(night.known_at),
    )
