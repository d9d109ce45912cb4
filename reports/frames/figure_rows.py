"""Rows behind a figure: what a listing is, and reading a page of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection

from accounts.models import Customer
from accounts.tenancy import current_tenant_id

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Text

VALUE = "value"
"""The column that sums up to the figure, of figures that are sums."""


@dataclass(frozen=True)
class RowColumn:
    """unit: ``text``, ``date``, ``yes``, ``status`` (of a request) or as of a figure."""

    name: str
    label: Text
    unit: str = "text"


@dataclass(frozen=True)
class RowListing:
    """A query for rows with ``customer_id``, the columns and, where they sum up, ``value``.

    steps: the queries that it reads, by name. names_customers: the rows are of several customers.
    order: of the rows, by columns; who has most comes first unless it says otherwise.
    """

    columns: tuple[RowColumn, ...]
    query: str
    steps: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    names_customers: bool = False
    order: str = ""


@dataclass(frozen=True)
class RowPage:
    """``total``: how many rows there are; ``value``: what they sum up to. Rows: customer's id and
    name, then the cells."""

    total: int
    value: Decimal | None
    rows: list[tuple[Any, ...]]


def read_rows(
    listing: RowListing, part: slice | None, only: Collection[int] | None = None
) -> RowPage:
    """A page of the rows, None: all; two statements. ``only``: of these customers."""
    steps = ", ".join(f"{name} AS MATERIALIZED ({query})" for name, query in listing.steps.items())
    narrowed = "" if only is None else "WHERE listed.customer_id = ANY(%(only)s)"
    parameters = {
        **listing.parameters,
        "tenant": current_tenant_id(),
        "only": list(only or ()),
        "most": None if part is None else part.stop - part.start,
        "skip": 0 if part is None else part.start,
    }
    begin = f"WITH {steps}{', ' if steps else ''}listed AS ({listing.query})"
    cells = ", ".join(f"listed.{column.name}" for column in listing.columns)
    order = listing.order or "listed.value DESC NULLS LAST"
    with connection.cursor() as cursor:
        cursor.execute(f"{begin} SELECT count(*), sum(value) FROM listed {narrowed}", parameters)
        total, value = cursor.fetchone()
        cursor.execute(
            f"""
            {begin}
            SELECT listed.customer_id, customer.name, {cells} FROM listed
              LEFT JOIN {Customer._meta.db_table} customer
                ON customer.tenant_id = %(tenant)s AND customer.id = listed.customer_id
             {narrowed}
             ORDER BY {order}, customer.name, listed.customer_id, {cells}
             LIMIT %(most)s OFFSET %(skip)s
            """,
            parameters,
        )
        return RowPage(int(total), value, list(cursor.fetchall()))
