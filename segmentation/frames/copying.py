"""COPY between temporary tables and DataFrames: the quickest way, in little memory."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pandas as pd
from django.db import connection

TEXT = "str"


def copy_out(
    query: str, dtypes: Mapping[str, str], parameters: Mapping[str, Any] | None = None
) -> pd.DataFrame:
    """The rows of a query whose columns are those of `dtypes`, in that order.

    dtypes: column → pandas dtype; in a TEXT column an empty text stays one, elsewhere nothing is NA.
    Texts are taken as they are: a key `NA` or `007` is one.
    """
    buffer = io.StringIO()
    with connection.cursor() as cursor:
        bound = cursor.mogrify(query, parameters or {}).decode()
        with connection.wrap_database_errors:
            cursor.copy_expert(f"COPY ({bound}) TO STDOUT (FORMAT csv)", buffer)
    buffer.seek(0)
    return pd.read_csv(
        buffer,
        names=list(dtypes),
        dtype=dict(dtypes),
        header=None,
        index_col=False,
        keep_default_na=False,
        na_values={name: [""] for name, dtype in dtypes.items() if dtype != TEXT},
        true_values=["t"],
        false_values=["f"],
    )


def copy_in(table: str, columns: Mapping[str, str], frame: pd.DataFrame) -> None:
    """A temporary table with these columns (name → SQL type) and the rows of `frame`.

    Missing values become NULL; an empty text stays one. The table ends with the transaction.
    """
    definition = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
    buffer = io.StringIO()
    frame.to_csv(
        buffer,
        columns=list(columns),
        header=False,
        index=False,
        na_rep=_NOTHING,
        lineterminator="\n",
    )
    buffer.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{table}")
        cursor.execute(f"CREATE TEMPORARY TABLE {table} ({definition}) ON COMMIT DROP")
        with connection.wrap_database_errors:
            cursor.copy_expert(f"COPY {table} FROM STDIN (FORMAT csv, NULL '{_NOTHING}')", buffer)
        cursor.execute(f"ANALYZE {table} (customer_id)")


# No text of ours looks like this, and CSV quotes none of it.
_NOTHING = "\\N"
