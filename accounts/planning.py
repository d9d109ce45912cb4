"""How PostgreSQL is to plan a statement over all customers of a tenant, or over facts just written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import BooleanField, Func, QuerySet

# The planner cannot know how many rows a step gives, nor a table that was filled since it was last
# analysed, and a nested loop over two large ones would never end. Groups of a whole history are held
# in memory where they fit: what they take is freed with the statement, and most tenants need a
# fraction of it.
SETTINGS = {"enable_nestloop": "off", "jit": "off", "work_mem": "'128MB'"}

Run = Callable[..., Any]


@contextmanager
def planning() -> Iterator[Run]:
    """Statements in the block are planned with SETTINGS; gives what runs one. In a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in SETTINGS.items()))
        yield cursor.execute
        cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in SETTINGS))


class IsOneOf(Func):
    """Whether a column (a bigint) holds one of the values of a query with one column.

    As ``column__in`` says, but the query is run first and by itself, and its values are looked up in
    an index: for few values that the planner takes for many, and would scan the whole table for.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()

    def __init__(self, column: str, values: QuerySet[Any, Any]) -> None:
        super().__init__(column, ArraySubquery(values))
