"""How a customer's usage stands against customers of its industry and size, on the latest night.

Peers are other customers that run on that night: not those who never bought, are being implemented
or have left. Nobody is named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from accounts.models import Customer
from accounts.queries.calendars import working_calendar
from accounts.tenancy import current_tenant_id
from segmentation.models import MeasureRow, Night
from segmentation.queries.remembered import loads_seen, of_night
from segmentation.queries.stored import latest_night
from service.compute.peers import Place, per_day

BOTH, INDUSTRY, SIZE = "both", "industry", "size"
RINGS = (BOTH, INDUSTRY, SIZE)
WINDOW_DAYS = 30
RUNNING_STAGES = ("new", "active", "loyal", "dormant")
# Measure → its column; more is better in all of them.
MEASURES: Mapping[str, str] = {
    "seat_utilisation": "seat_utilisation",
    "events_30": "events_30",
    "active_days_30": "active_days_30",
    "breadth": "breadth",
    "dau_rate": "dau_rate",
}


@dataclass(frozen=True)
class Standing:
    """A measure of the customer and its place in each ring of peers; ``value`` None: not known."""

    measure: str
    value: Any
    places: dict[str, Place]


@dataclass(frozen=True)
class PeerStanding:
    """Of a customer on a night; ``industry`` and ``size``: its own, empty where not known."""

    night: Night
    industry: str
    size: str
    standings: list[Standing]

    @property
    def rings(self) -> list[str]:
        known = {INDUSTRY: bool(self.industry), SIZE: bool(self.size)}
        known[BOTH] = all(known.values())
        return [ring for ring in RINGS if known[ring]]


def peer_standing(customer: Customer) -> PeerStanding | None:
    """On the latest night; None where the night did not measure the customer, or neither its industry
    nor its size is known. Remembered with the night; else four statements."""
    night = latest_night()
    if night is None or not (customer.industry or customer.size):
        return None
    name = f"peers-{customer.pk}-{customer.known_from.isoformat()}-{loads_seen()}"
    return of_night(name, night, lambda: _standing(customer, night))


def _standing(customer: Customer, night: Night) -> PeerStanding | None:
    own = MeasureRow.objects.filter(customer=customer, as_of=night.as_of).first()
    if own is None:
        return None
    values = {name: getattr(own, column) for name, column in MEASURES.items()}
    counted = _counted(customer, night.as_of, values)
    days = _working_days(night.as_of)
    standings = []
    for name, value in values.items():
        places = {ring: counted[(name, ring)] for ring in RINGS}
        shown: Any = per_day(value, days) if name == "events_30" else value
        standings.append(Standing(name, shown, places))
    return PeerStanding(night, customer.industry, customer.size, standings)


def _counted(
    customer: Customer, as_of: date, values: Mapping[str, Any]
) -> dict[tuple[str, str], Place]:
    """(measure, ring) → place; one statement over the night's rows."""
    rings = {
        BOTH: "c.industry = %(industry)s AND c.size = %(size)s",
        INDUSTRY: "c.industry = %(industry)s",
        SIZE: "c.size = %(size)s",
    }
    keys, sums = [], []
    for name, column in MEASURES.items():
        for ring, inside in rings.items():
            keys.append((name, ring))
            sums += [
                f"count(*) FILTER (WHERE {inside} AND m.{column} {condition})"
                for condition in ("IS NOT NULL", f"< %({name})s", f"= %({name})s")
            ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(sums)} FROM {MeasureRow._meta.db_table} m "  # noqa: S608 - our names
            f"JOIN {Customer._meta.db_table} c ON c.tenant_id = %(tenant)s AND c.id = m.customer_id "
            "WHERE m.tenant_id = %(tenant)s AND m.as_of = %(day)s AND m.customer_id <> %(own)s "
            "AND m.stage = ANY(%(stages)s) "
            "AND (c.industry = %(industry)s OR c.size = %(size)s)",
            {
                **values,
                "tenant": current_tenant_id(),
                "day": as_of,
                "own": customer.pk,
                "stages": list(RUNNING_STAGES),
                # What is not known is nobody's peer.
                "industry": customer.industry or None,
                "size": customer.size or None,
            },
        )
        row = cursor.fetchone()
    return {
        key: Place(*(int(count) for count in row[3 * place : 3 * place + 3]))
        for place, key in enumerate(keys)
    }


def _working_days(as_of: date) -> int:
    first = as_of - timedelta(days=WINDOW_DAYS - 1)
    return working_calendar().working_days(first, as_of)
