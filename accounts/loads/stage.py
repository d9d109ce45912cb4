"""The rows of a file in temporary tables, where SQL checks and writes them set by set.

COPY into a table under row-level security is refused by PostgreSQL, so rows go to a temporary table
first; there they are checked against the tenant's facts, and the good ones are written with one
statement per step. Every statement carries the tenant as a literal.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.loads.reading import Column, Fault, Reason
from accounts.loads.reading.faults import SHOWN_VALUE
from accounts.loads.reading.values import Amount, Day, Flag, Moment, Quantity, ValueType, Whole

SQL_TYPES: Mapping[type[ValueType], str] = {
    Day: "date",
    Moment: "timestamptz",
    Amount: "numeric(18, 4)",
    Quantity: "numeric(18, 4)",
    Whole: "integer",
    Flag: "boolean",
}

TABLES = ("load_stage", "load_fault")


def sql_type(column: Column) -> str:
    """The type of a column's values in the stage."""
    return SQL_TYPES.get(type(column.type), "text")


def _no_progress(done: int, total: int) -> None:
    pass


@dataclass
class Stage:
    """What a kind works on: `load_stage` holds the good rows of the file, with its `line`, every
    column of the kind (typed; null where the file has none) and `extras` (JSON); `load_fault` the
    faults found in the database.

    `present`: the columns of the kind that the file has. `known_from`: the moment from which what
    is written counts as known. `check_all`: nothing will be written (a dry run, or bad rows that
    are not to be skipped), so a kind that checks while it writes checks beforehand.
    """

    tenant_id: int
    zone: str
    columns: Sequence[Column]
    present: frozenset[str]
    known_from: datetime
    load_id: int | None = None
    check_all: bool = False
    skip_bad: bool = False
    unread: int = 0
    progress: Callable[[int, int], None] = _no_progress
    # Rows counted on the way, by what became of them.
    tally: Counter[str] = field(default_factory=Counter)
    # Further things worth saying of the load, e.g. modules that were created.
    notes: dict[str, Any] = field(default_factory=dict)

    def open(self) -> None:
        """Make the temporary tables; they end with the transaction."""
        columns = ", ".join(f'"{column.name}" {sql_type(column)}' for column in self.columns)
        self.run("SET LOCAL jit = off")
        for table in TABLES:
            self.drop(table)
        self.run(
            f"CREATE TEMPORARY TABLE load_stage (line bigint NOT NULL, {columns}, extras jsonb) "
            "ON COMMIT DROP"
        )
        self.run(
            'CREATE TEMPORARY TABLE load_fault (line bigint NOT NULL, "column" text NOT NULL, '
            "value text, code text NOT NULL, params jsonb) ON COMMIT DROP"
        )

    def copy(self, names: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]]) -> None:
        """Fill `load_stage` with chunks of rows, each given column by column.

        One COPY takes all of them, so PostgreSQL works on a chunk while the next is read. Moments
        without a zone are read in the tenant's. Whatever the iterable raises is raised.
        """
        feed = _Feed(chunks)
        quoted = ", ".join(f'"{name}"' for name in names)
        self.run("SET LOCAL TIME ZONE %(zone)s", zone=self.zone)
        try:
            with connection.cursor() as cursor:
                cursor.copy_expert(f"COPY load_stage ({quoted}) FROM STDIN (FORMAT csv)", feed)
        except Exception as error:
            raise (feed.failure or error) from None
        self.run("SET LOCAL TIME ZONE 'UTC'")

    def analyze(self, table: str = "load_stage") -> None:
        """Tell the planner what a temporary table holds."""
        self.run(f"ANALYZE {table}")

    def run(self, sql: str, **parameters: Any) -> int:
        """Run one statement; `%(tenant)s`, `%(load)s` and `%(now)s` are always there. Returns the
        number of rows it touched."""
        with connection.cursor() as cursor:
            cursor.execute(sql, self._parameters(parameters))
            return int(cursor.rowcount)

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of one query."""
        with connection.cursor() as cursor:
            cursor.execute(sql, self._parameters(parameters))
            return list(cursor.fetchall())

    def value(self, sql: str, **parameters: Any) -> Any:
        """The first value of one query."""
        return self.rows(sql, **parameters)[0][0]

    def _parameters(self, further: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "tenant": self.tenant_id,
            "load": self.load_id,
            "now": self.known_from,
            **further,
        }

    def drop(self, table: str) -> None:
        """Forget a temporary table of an earlier load in the same transaction."""
        if self.value("SELECT to_regclass(%(name)s) IS NOT NULL", name=f"pg_temp.{table}"):
            self.run(f"DROP TABLE pg_temp.{table}")

    def make(self, table: str, query: str, *, analyze: bool = True, **parameters: Any) -> int:
        """A temporary table from a query; returns its number of rows."""
        self.drop(table)
        made = self.run(f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS {query}", **parameters)
        if analyze:
            self.analyze(table)
        return made

    def reject(self, column: str, code: str, query: str, **parameters: Any) -> int:
        """Record a fault for each `(line, value, params)` of a query; the rows leave the stage with
        :meth:`drop_rejected`."""
        return self.run(
            'INSERT INTO load_fault (line, "column", value, code, params) '
            "SELECT found.line, %(fault_column)s, found.value, %(fault_code)s, found.params "
            f"FROM ({query}) AS found (line, value, params)",
            fault_column=column,
            fault_code=code,
            **parameters,
        )

    def drop_rejected(self, table: str = "load_stage") -> int:
        """Take rows with faults out of the stage."""
        return self.run(
            f"DELETE FROM {table} s WHERE EXISTS (SELECT 1 FROM load_fault f WHERE f.line = s.line)"
        )

    def count(self, table: str = "load_stage", where: str = "true") -> int:
        """Rows of a temporary table."""
        return int(self.value(f"SELECT count(*) FROM {table} WHERE {where}"))

    def rejected(self) -> int:
        """Rows of the file that faults found in the database keep out."""
        return int(self.value("SELECT count(DISTINCT line) FROM load_fault"))

    def faults(self, limit: int) -> list[Fault]:
        """The first faults found in the database, by line; columns as the kind names them."""
        found = self.rows(
            "SELECT line, \"column\", coalesce(value, ''), code, params FROM load_fault "
            'ORDER BY line, "column" LIMIT %(limit)s',
            limit=limit,
        )
        return [
            Fault(line, column, value[:SHOWN_VALUE], Reason(code, as_object(params)))
            for line, column, value, code, params in found
        ]


class _Feed:
    """What COPY reads: CSV text, chunk by chunk, as large as the chunks come."""

    def __init__(self, chunks: Iterable[Sequence[Sequence[Any]]]) -> None:
        self._chunks = iter(chunks)
        self.failure: Exception | None = None

    def read(self, size: int = -1) -> str:
        try:
            for columns in self._chunks:
                buffer = io.StringIO()
                csv.writer(buffer, lineterminator="\n").writerows(zip(*columns, strict=True))
                if text := buffer.getvalue():
                    return text
        except Exception as error:
            self.failure = error
            raise
        return ""


def as_object(value: Any) -> dict[str, Any]:
    """JSON as psycopg2 hands it over, parsed or not."""
    if value is None:
        return {}
    return dict(json.loads(value) if isinstance(value, str) else value)
