"""The acceptance rate of requests (建议采纳率): accepted or shipped, of those received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from accounts.tenancy import current_tenant_id
from service.queries.requests import TAKEN


@dataclass(frozen=True)
class Rate:
    """Of the askings of a span of days, what became of them by now. ``requests``: how many requests
    they come to, each counted once however many asked, and how many of those were taken.
    ``has_requests``: whether anything had been asked for by the last day."""

    first: date
    last: date
    received: int
    taken: int
    declined: int
    requests: int
    requests_taken: int
    has_requests: bool

    @property
    def open(self) -> int:
        return self.received - self.taken - self.declined

    @property
    def share(self) -> float | None:
        """Empty where nothing was received."""
        return self.taken / self.received if self.received else None

    @property
    def share_of_requests(self) -> float | None:
        return self.requests_taken / self.requests if self.requests else None


def rates(spans: list[tuple[date, date]]) -> list[Rate]:
    """For each span (both days included), in the order given; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT span.place, count(ask.id),
                   count(ask.id) FILTER (WHERE top.status = ANY(%(taken)s)),
                   count(ask.id) FILTER (WHERE top.status = 'declined'),
                   count(DISTINCT top.id),
                   count(DISTINCT top.id) FILTER (WHERE top.status = ANY(%(taken)s)),
                   EXISTS (SELECT 1 FROM service_ask earlier
                            WHERE earlier.tenant_id = %(tenant)s AND earlier.made_on <= span.last)
              FROM unnest(%(firsts)s::date[], %(lasts)s::date[]) WITH ORDINALITY
                   AS span (first, last, place)
              LEFT JOIN service_ask ask ON ask.tenant_id = %(tenant)s
               AND ask.made_on BETWEEN span.first AND span.last
              LEFT JOIN service_request request
                ON request.tenant_id = %(tenant)s AND request.id = ask.request_id
              LEFT JOIN service_request top
                ON top.tenant_id = %(tenant)s AND top.id = coalesce(request.root_id, request.id)
             GROUP BY span.place, span.last ORDER BY span.place
            """,
            {
                "tenant": current_tenant_id(),
                "taken": list(TAKEN),
                "firsts": [first for first, _last in spans],
                "lasts": [last for _first, last in spans],
            },
        )
        rows = cursor.fetchall()
    return [Rate(first, last, *row[1:]) for (first, last), row in zip(spans, rows, strict=True)]


def quarters(today: date, count: int) -> list[tuple[date, date]]:
    """The quarters up to the running one, the latest first; the running one until today."""
    first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    last, found = today, []
    for _number in range(count):
        found.append((first, last))
        last = first - timedelta(days=1)
        first = date(last.year, last.month - 2, 1)
    return found


def last_year(today: date) -> tuple[date, date]:
    """The 365 days up to and including today."""
    return today - timedelta(days=364), today
