"""The order of a table for the database: rows without the value come last either way."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from django.db.models.expressions import OrderBy


def absent_last(fields: Iterable[str]) -> list[OrderBy]:
    """``Table.order_by`` as expressions in which an absent value is never the largest."""
    return [
        F(field.removeprefix("-")).desc(nulls_last=True)
        if field.startswith("-")
        else F(field).asc(nulls_last=True)
        for field in fields
    ]
