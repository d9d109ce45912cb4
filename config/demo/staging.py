"""Frames in temporary tables: COPY is refused where row-level security holds, so facts go there
first and from there into the tenant's tables, one statement per table."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from django.db import connection
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_integer_dtype


def _sql_type(column: pd.Series[Any]) -> str:
    if is_bool_dtype(column):
        return "boolean"
    if is_integer_dtype(column):
        return "bigint"
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return "timestamptz"
    return "date" if is_datetime64_any_dtype(column) else "text"


def with_moments(frame: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """The frame with `known_from` for `known_on`, `first_known_from` for `first_known_on`.

    A fact counts as known from the last second of the day on which it happened.
    """
    moments = {}
    for day in frame.columns.intersection(["known_on", "first_known_on"]):
        ended = (frame[day] + pd.Timedelta(days=1)).dt.tz_localize(
            zone, ambiguous=True, nonexistent="shift_forward"
        ) - pd.Timedelta(seconds=1)
        moments[day.replace("_on", "_from")] = ended.dt.tz_convert("UTC")
    return frame.assign(**moments)


def stage(name: str, frame: pd.DataFrame, ids_of: str = "") -> None:
    """Put a frame into the new temporary table `name`; an empty text or date becomes null.

    With `ids_of`, each row gets the `id` that its row in that table will have, so that what points
    to it can be written without looking it up.
    """
    columns = [f'"{column}" {_sql_type(frame[column])}' for column in frame.columns]
    if ids_of:
        columns.append(
            f"id bigint NOT NULL DEFAULT nextval(pg_get_serial_sequence('{ids_of}', 'id'))"
        )
    names = ", ".join(f'"{column}"' for column in frame.columns)
    buffer = io.StringIO()
    frame.to_csv(buffer, index=False, header=False)
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({', '.join(columns)}) ON COMMIT DROP")
        cursor.copy_expert(f"COPY {name} ({names}) FROM STDIN (FORMAT csv)", buffer)
        cursor.execute(f"ANALYZE {name}")


def run(sql: str, parameters: Mapping[str, Any]) -> int:
    """Run one statement; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)
