"""How a customer stands among its peers: by hand, never with too few, never with a name."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer, Membership, Tenant
from accounts.tenancy import tenant_scope
from segmentation.models import MeasureRow, Night
from service.compute.peers import Place
from service.queries.peers import BOTH, INDUSTRY, SIZE, peer_standing

NIGHT = date(2026, 5, 19)
RUNNING = ("new", "active", "loyal", "dormant")


def night_of(**further: Any) -> Night:
    return Night.objects.create(
        as_of=NIGHT, state=Night.State.DONE, digest="d", known_at=datetime.now(tz=UTC), **further
    )


def measured(key: str, industry: str, size: str, **values: Any) -> Customer:
    customer = Customer.objects.create(key=key, name=key, industry=industry, size=size)
    MeasureRow.objects.create(customer=customer, as_of=NIGHT, **({"stage": "active"} | values))
    return customer


@pytest.mark.parametrize(
    ("peers", "below", "equal", "percentile"),
    [(9, 9, 0, None), (10, 0, 0, 0), (10, 10, 0, 100), (10, 5, 0, 50), (10, 0, 10, 50),
     (11, 0, 1, 5), (16, 5, 0, 31)],
)  # fmt: skip
def test_a_percentile_counts_half_of_those_with_as_much(
    peers: int, below: int, equal: int, percentile: int | None
) -> None:
    assert Place(peers, below, equal).percentile == percentile


@pytest.mark.parametrize("seed", range(3))
def test_places_equal_a_count_by_hand(scope: None, seed: int) -> None:
    draw = random.Random(seed)
    night_of()
    rows = []
    for number in range(60):
        values = {
            "stage": draw.choice([*RUNNING, "potential", "churned", "onboarding"]),
            "breadth": draw.choice([None, 0.1, 1 / 3, 0.5, 2 / 3]),
            "events_30": draw.choice([None, 0, 3, 7]),
            "dau_rate": draw.random(),
        }
        industry, size = draw.choice(["retail", "finance", ""]), draw.choice(["S", "M"])
        customer = measured(f"c{number}", industry, size, **values)
        rows.append((customer, values))
    for customer, own in rows[:12]:
        found = peer_standing(customer)
        assert found is not None
        told = {one.measure: one for one in found.standings}
        for measure in ("breadth", "events_30", "dau_rate"):
            for ring in (BOTH, INDUSTRY, SIZE):
                if ring not in found.rings:
                    continue
                peers = [
                    values[measure]
                    for other, values in rows
                    if other != customer
                    and values["stage"] in RUNNING
                    and values[measure] is not None
                    and (ring == SIZE or other.industry == customer.industry)
                    and (ring == INDUSTRY or other.size == customer.size)
                ]
                mine = own[measure]
                expected = Place(
                    len(peers),
                    0 if mine is None else sum(value < mine for value in peers),
                    0 if mine is None else sum(value == mine for value in peers),
                )
                assert told[measure].places[ring] == expected, (measure, ring)


def test_without_a_night_or_an_industry_nothing_is_said(scope: None) -> None:
    assert peer_standing(Customer.objects.create(key="x", name="X", industry="retail")) is None
    night_of()
    assert peer_standing(measured("y", "", "")) is None
    # The night did not know it.
    assert peer_standing(Customer.objects.create(key="z", name="Z", industry="retail")) is None


def test_the_customers_page_says_too_few_and_names_nobody(
    tenant: Tenant, make_member: Callable[..., Membership]
) -> None:
    client = Client()
    client.force_login(make_member(tenant, "bob@acme.example", "admin").user)
    with tenant_scope(tenant.id):
        night_of()
        own = measured("own", "retail", "S", breadth=0.5, events_30=190)
        for number in range(10):
            measured(f"peer{number}", "retail", "M" if number else "S", breadth=number / 10)
    page = client.get(f"/t/acme/customers/{own.pk}/?part=data").content.decode()
    told = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "ahead of 55 % of 10" in told
    assert "Too few: 1 peer" in told
    assert "peer3" not in told


def test_standing_costs_the_same_among_many(scope: None) -> None:
    def cost(customer: Customer) -> int:
        with CaptureQueriesContext(connection) as queries:
            peer_standing(customer)
        return len(queries)

    night_of()
    few = cost(measured("own", "retail", "S", breadth=0.5))
    for number in range(30):
        measured(f"peer{number}", "retail", "S", breadth=number / 30)
    assert cost(measured("second", "retail", "S", breadth=0.5)) == few
