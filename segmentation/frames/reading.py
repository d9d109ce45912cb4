"""What was gathered, as DataFrames; and what an earlier night held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from accounts.planning import planning
from accounts.tenancy import current_tenant_id
from segmentation import catalogue
from segmentation.compute.exact import MONEY_PLACES
from segmentation.compute.measures import MeasureTable
from segmentation.compute.stages import StageFacts
from segmentation.compute.trends import TREND, WorkedDays, trend_by
from segmentation.frames import further
from segmentation.frames.asof import AsOf
from segmentation.frames.copying import TEXT, copy_out
from segmentation.frames.gathering import CHANGES, KINDS, MEASURES, STAGE_FACTS, discard, gather
from segmentation.models import Assignment, MeasureRow

_DTYPES = {"integer": "Int64", "bigint": "Int64", "double precision": "Float64"}
_MONEY = "numeric(20, 4)"
# The stage reads these measures too.
_STAGE_MEASURES = ("days_since_usage", "usage_trend", "events_previous_30")
# Shown on screens and in reports; no score reads it.
_UNSCORED = ("weekly_events",)


@dataclass(frozen=True)
class NightFacts:
    """Everything that a night is computed from; the frames share one index, the customers' ids.

    keys: customer keys. changes: `<facts>_changed` and `<facts>_late` since the earlier night.
    kinds: of which kinds the tenant has facts at all (KINDS).
    """

    keys: pd.Series
    table: MeasureTable
    stage_facts: StageFacts
    changes: pd.DataFrame
    kinds: Mapping[str, bool]

    def counted_by(self, days: WorkedDays) -> NightFacts:
        """The same facts, the trend of usage counted by other working days."""
        trend = trend_by(self.table, days)
        table = replace(self.table, frame=self.table.frame.assign(**{TREND: trend}))
        stages = self.stage_facts.frame.assign(**{TREND: trend})
        return replace(self, table=table, stage_facts=replace(self.stage_facts, frame=stages))


@dataclass(frozen=True)
class EarlierResult:
    """What an earlier stored night held, by customer id.

    frame: stage, worse_nights, tier and the dimensions, missing as None. measures: None when the
    night's measures are not kept any more.
    """

    frame: pd.DataFrame
    measures: MeasureTable | None


def gather_facts(
    asof: AsOf, *, carries: bool = False, kinds: Mapping[str, bool] | None = None
) -> NightFacts:
    """Gather a night's facts; ``night_measures`` stays, for saving what was measured. ``carries``: by
    the tenant's states of usage, which then are those of this night. ``kinds``: of which kinds the
    tenant has facts; None: as gathered."""
    gather(asof, carries=carries, kinds=kinds)
    measures = _gathered_columns()
    columns = {
        "customer_id": ("customer_id", "int64"),
        "key": ("key", TEXT),
        **measures,
        **{name: (name, "Int64" if name.endswith("_days") else "boolean") for name in STAGE_FACTS},
        **{name: (name, "boolean") for name in CHANGES},
        **{f"has_{kind}": (f"has_{kind}", "boolean") for kind in KINDS},
    }
    frame = _read(columns, 'night_measures ORDER BY key COLLATE "C"')
    kinds = {kind: bool(len(frame) and frame[f"has_{kind}"].iloc[0]) for kind in KINDS}
    facts = frame[list(STAGE_FACTS)].astype(
        {name: "bool" for name in STAGE_FACTS if not name.endswith("_days")}
    )
    return NightFacts(
        keys=frame["key"],
        table=MeasureTable(frame[list(measures)], _places()),
        stage_facts=StageFacts(facts.join(frame[list(_STAGE_MEASURES)]), kinds["usage"]),
        changes=frame[list(CHANGES)].astype("bool"),
        kinds=kinds,
    )


def recompute_measures(asof: AsOf) -> MeasureTable:
    """The measures of a day as known then, for a night whose measures are not kept."""
    facts = gather_facts(asof)
    discard()
    return facts.table


def kept_measures(day: date, customer_ids: Sequence[int] | None = None) -> MeasureTable | None:
    """The measures kept of a night (of some customers); None when there are none."""
    only = "" if customer_ids is None else "AND customer_id = ANY(%(customers)s)"
    frame = _read(
        {"customer_id": ("customer_id", "int64"), **_kept_columns()},
        f"{MeasureRow._meta.db_table} WHERE tenant_id = %(tenant)s AND as_of = %(day)s {only}",
        day=day,
        customers=list(customer_ids or ()),
    )
    return MeasureTable(frame, _places()) if len(frame) else None


@dataclass(frozen=True)
class KeptNight:
    """The newest stored night as the next one will find it; the frames share one index.

    held: what it assigned: stage, worse_nights and the other words, missing as None.
    """

    table: MeasureTable
    stage_facts: StageFacts
    held: pd.DataFrame


HELD_WORDS = (
    *("stage", "tier", "tier_a", "tier_b", "tier_c", "facet_value"),
    *("activity", "contribution", "value", "need", "branch", "reason"),
)
SEGMENTS = ("eleven", "class8")


def kept_night(day: date, *, usage_known: bool) -> KeptNight | None:
    """Everything that the newest stored night was computed from and assigned, without gathering.

    None when nothing is kept of it, or when it was stored before what stages are read from was.
    """
    with planning():
        frame = _kept_rows(day)
    if frame.empty or frame["contract_signed"].isna().any():
        return None
    facts = frame[[*STAGE_FACTS, *_STAGE_MEASURES]].astype(
        {name: "bool" for name in STAGE_FACTS if not name.endswith("_days")}
    )
    words = (*HELD_WORDS, *SEGMENTS)
    held = frame[[f"held_{name}" for name in words]].set_axis(list(words), axis=1)
    return KeptNight(
        table=MeasureTable(frame[list(_kept_columns())], _places()),
        stage_facts=StageFacts(facts, usage_known),
        held=held.assign(worse_nights=frame["worse_nights"]),
    )


def _kept_rows(day: date) -> pd.DataFrame:
    return _read(
        {
            "customer_id": ("measured.customer_id", "int64"),
            **_kept_columns(),
            **{
                name: (name, "Int64" if name.endswith("_days") else "boolean")
                for name in STAGE_FACTS
            },
            **{f"held_{name}": (f"coalesce(held.{name}, '')", "category") for name in HELD_WORDS},
            **{f"held_{name}": (f"measured.{name}", "category") for name in SEGMENTS},
            "worse_nights": ("coalesce(held.worse_nights, 0)", "int64"),
        },
        f"{MeasureRow._meta.db_table} AS measured LEFT JOIN {Assignment._meta.db_table} AS held "
        "ON held.tenant_id = measured.tenant_id AND held.customer_id = measured.customer_id "
        "AND held.valid_to IS NULL "
        "WHERE measured.tenant_id = %(tenant)s AND measured.as_of = %(day)s",
        day=day,
    )


def earlier_result(day: date) -> EarlierResult:
    """What the stored night of a day held."""
    words = ("stage", "tier", "activity", "contribution", "value", "need")
    frame = _read(
        {
            "customer_id": ("customer_id", "int64"),
            "worse_nights": ("worse_nights", "int64"),
            **{name: (name, TEXT) for name in words},
        },
        f"{Assignment._meta.db_table} WHERE tenant_id = %(tenant)s "
        "AND valid_from <= %(day)s AND coalesce(valid_to > %(day)s, true)",
        day=day,
    )
    for name in words:
        column = frame[name].astype(object)
        frame[name] = column.where(column != "", None)
    return EarlierResult(frame, kept_measures(day))


def _read(columns: Mapping[str, tuple[str, str]], source: str, **parameters: Any) -> pd.DataFrame:
    """column → (expression, dtype), indexed by customer."""
    selected = ", ".join(f'{expression} AS "{name}"' for name, (expression, _) in columns.items())
    return copy_out(
        f"SELECT {selected} FROM {source}",
        {name: dtype for name, (_, dtype) in columns.items()},
        {"tenant": current_tenant_id(), **parameters},
    ).set_index("customer_id")


def _gathered_columns() -> dict[str, tuple[str, str]]:
    """measure → (expression over ``night_measures``, dtype)."""
    return _measure_columns({name: f'"{name}"' for name in further.columns()})


def _kept_columns() -> dict[str, tuple[str, str]]:
    """measure → (expression over ``MeasureRow``, dtype)."""
    return _measure_columns(further.kept())


def _measure_columns(furthers: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """measure → (expression, dtype); money as whole numbers of its smallest unit."""
    columns = {
        name: (name, sql_type) for name, (sql_type, _) in MEASURES.items() if name not in _UNSCORED
    }
    for name, value in furthers.items():
        columns[name] = (value, further.SQL_TYPES[catalogue.get(name).number])
    return {
        name: (f"({value} * {10**MONEY_PLACES})::bigint", "Int64")
        if sql_type == _MONEY
        else (value, _DTYPES[sql_type])
        for name, (value, sql_type) in columns.items()
    }


def _places() -> dict[str, int]:
    names = (*(name for name in MEASURES if name not in _UNSCORED), *further.kept())
    return {name: places for name in names if (places := catalogue.get(name).places)}
