"""Measures that other apps register with a query of their own, beside those of this app."""

from __future__ import annotations

from collections.abc import Mapping

from segmentation import catalogue
from segmentation.catalogue import Measure, Number

SQL_TYPES: Mapping[Number, str] = {
    Number.WHOLE: "bigint",
    Number.AMOUNT: "numeric(20, 4)",
    Number.RATIO: "double precision",
}
# PostgreSQL takes no more arguments than a hundred.
_AT_ONCE = 50


def registered() -> list[Measure]:
    """Those that have a query, in the order of registration."""
    return [measure for measure in catalogue.all_measures() if measure.sql]


def steps() -> Mapping[str, str]:
    """Step → query with a row per customer: customer_id, value."""
    return {
        step: f"SELECT customer_id, value FROM ({measure.sql}) AS own (customer_id, value)"
        for step, measure in _named().items()
    }


def columns() -> Mapping[str, str]:
    """Measure → expression over its step."""
    found = {}
    for step, measure in _named().items():
        value = f"{step}.value"
        if measure.zero_when_absent:
            value = f"CASE WHEN EXISTS (SELECT 1 FROM {step}) THEN coalesce({value}, 0) END"
        found[measure.key] = f"({value})::{SQL_TYPES[measure.number]}"
    return found


def as_json() -> str:
    """The expression of all of them as one JSON object, without those that are unknown."""
    pairs = [f"'{key}', {value}" for key, value in columns().items()]
    objects = [
        f"jsonb_build_object({', '.join(pairs[first : first + _AT_ONCE])})"
        for first in range(0, len(pairs), _AT_ONCE)
    ]
    return f"jsonb_strip_nulls({' || '.join(objects)})" if objects else "'{}'::jsonb"


def kept() -> Mapping[str, str]:
    """Measure → expression over ``MeasureRow.further``."""
    return {
        measure.key: f"(further ->> '{measure.key}')::{SQL_TYPES[measure.number]}"
        for measure in registered()
    }


def _named() -> dict[str, Measure]:
    return {f"further_{number}": measure for number, measure in enumerate(registered())}
