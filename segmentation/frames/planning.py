"""How PostgreSQL is to plan a statement over all customers of a tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

# The planner cannot know how many rows a step gives, and a nested loop over two large ones would
# never end.
SETTINGS = {"enable_nestloop": "off", "jit": "off", "work_mem": "'32MB'"}


@contextmanager
def planning() -> Iterator[Callable[..., Any]]:
    """Statements in the block are planned with SETTINGS; gives what runs one. In a transaction."""
    with connection.cursor() as cursor:
        for name, value in SETTINGS.items():
            cursor.execute(f"SET LOCAL {name} = {value}")
        yield cursor.execute
        for name in SETTINGS:
            cursor.execute(f"SET LOCAL {name} TO DEFAULT")
