"""Numbers beside entries of the frame, contributed by apps and asked for in one statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest


@dataclass(frozen=True)
class FrameCount:
    """A number that stands in the frame of every page.

    ``rows`` gives the rows that are counted for who asks, as a query that has not run; ``ability``
    is what a member must be allowed to see the number, empty: nothing.
    """

    key: str
    rows: Callable[[HttpRequest], QuerySet[Any, Any]]
    ability: str = ""


class FrameCounts:
    def __init__(self) -> None:
        self._counts: dict[str, FrameCount] = {}

    def register(self, count: FrameCount) -> None:
        self._counts[count.key] = count

    def of(self, request: HttpRequest, allowed: Callable[[str], bool]) -> dict[str, int]:
        """The number of each count that the member may see; one statement, none without any."""
        keys: list[str] = []
        counted: list[str] = []
        parameters: list[Any] = []
        for count in self._counts.values():
            if count.ability and not allowed(count.ability):
                continue
            try:
                sql, values = count.rows(request).query.sql_with_params()
            except EmptyResultSet:  # nothing can be found
                continue
            keys.append(count.key)
            # Of Django's own making, with its values apart.
            counted.append(f"(SELECT count(*) FROM ({sql}) AS counted)")  # noqa: S608
            parameters += values
        if not counted:
            return {}
        with connection.cursor() as cursor:
            cursor.execute("SELECT " + ", ".join(counted), parameters)
            return dict(zip(keys, cursor.fetchone(), strict=True))


frame_counts = FrameCounts()
