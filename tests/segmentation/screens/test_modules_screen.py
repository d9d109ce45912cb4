"""Module adoption: who owns, who uses, and the customers behind each number."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Contract, ContractLine, Customer, Module, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.models import UsageEvent
from tests.segmentation.screens.screen_world import (
    LAST,
    customer,
    listed,
    night,
    numbers,
    signed_in,
    stands,
    text_of,
)

URL = "/t/acme/modules/"
ZONE = ZoneInfo("Asia/Shanghai")


def owns(
    whom: Customer, module: Module, start: date, end: date | None = None, **line: object
) -> None:
    contract = Contract.objects.create(customer=whom, key=f"k{next(numbers)}")
    ContractLine.objects.create(
        contract=contract,
        module=module,
        signed_on=start,
        starts_on=start,
        ends_on=end,
        annual_fee=100,
        **line,
    )


def uses(whom: Customer, module: Module, day: date, person: str = "p", times: int = 1) -> None:
    UsageEvent.objects.create(
        message_id=f"m{next(numbers)}",
        customer=whom,
        module=module,
        person=person,
        event="open",
        occurred_at=datetime(day.year, day.month, day.day, 23, 59, tzinfo=ZONE),
        count=times,
        received_at=datetime(2026, 1, 1, tzinfo=ZONE),
    )


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


@pytest.fixture
def world(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        tonight = night()
        core = Module.objects.create(key="core", name="Core")
        plus = Module.objects.create(key="plus", name="Plus")
        Module.objects.create(key="none", name="Unsold")
        one, two, three = (customer(name) for name in ("One", "Two", "Three"))
        for each in (one, two, three):
            stands(each, tonight)
        owns(one, core, date(2025, 1, 1))
        owns(two, core, date(2025, 1, 1), LAST)  # the last day counts
        owns(three, core, date(2025, 1, 1), LAST - timedelta(days=1))  # ended
        owns(one, plus, LAST + timedelta(days=1))  # to come
        owns(two, plus, date(2025, 1, 1), is_trial=True)
        owns(three, plus, date(2025, 1, 1), kind="one_off")
        uses(one, core, LAST, "ann", 3)
        uses(one, core, LAST - timedelta(days=29), "ben")  # the thirtieth day, counted
        uses(two, core, LAST - timedelta(days=30), "cid")  # the day before it, not
        uses(two, plus, LAST, "cid")
        uses(one, core, LAST + timedelta(days=1), "dan")  # after the night


def test_owners_users_and_persons(world: None, client: Client) -> None:
    rows = {row["module"].key: row["module"] for row in client.get(URL).context["rows"]}
    core, plus = rows["core"], rows["plus"]
    assert (core.owners, core.owners_using, core.users, core.persons, core.events) == (
        2,
        1,
        1,
        2,
        4,
    )
    assert core.rate == 0.5
    assert (plus.owners, plus.owners_using, plus.users, plus.persons) == (0, 0, 1, 1)
    assert plus.rate is None
    assert (rows["none"].owners, rows["none"].users, rows["none"].trend) == (0, 0, None)


def test_twelve_weeks_end_on_the_night(world: None, client: Client) -> None:
    core = next(
        row["module"] for row in client.get(URL).context["rows"] if row["module"].key == "core"
    )
    # Weeks of seven days, the last one ending on the night: 0 and 29, 30 days before it.
    assert core.weekly == [0] * 7 + [2, 0, 0, 0, 3]
    assert core.trend == 3 / 2 - 1


def test_each_number_opens_its_customers(world: None, client: Client) -> None:
    row = next(row for row in client.get(URL).context["rows"] if row["module"].key == "core")

    def behind(key: str) -> list[str]:
        return sorted(listed(client.get(unescape(row[key]))))

    assert behind("owned_url") == ["One", "Two"]
    assert behind("used_url") == ["One"]
    assert behind("idle_url") == ["Two"]


@pytest.mark.parametrize(
    "key", ["name", "owners", "using", "rate", "idle", "users", "persons", "events", "trend"]
)
def test_modules_are_ordered_unknown_last(world: None, client: Client, key: str) -> None:
    for sign in ("", "-"):
        rows = client.get(URL, {"sort": f"{sign}{key}"}).context["rows"]
        assert len(rows) == 3
        if key == "rate":
            assert rows[0]["module"].key == "core"


def test_without_modules_or_nights(tenant: Tenant, client: Client) -> None:
    # An administrator is led to the first night.
    assert "Load your customers" in text_of(client.get(URL))
    with tenant_scope(tenant.id):
        Module.objects.create(key="core", name="Core")
    assert "Core" in text_of(client.get(URL))


def test_adoption_costs_the_same_queries_whatever_the_size(tenant: Tenant, client: Client) -> None:
    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            assert client.get(URL).status_code == 200
        return len(found)

    def grow(first: int, last: int) -> None:
        with tenant_scope(tenant.id):
            for number in range(first, last):
                module = Module.objects.create(key=f"m{number}", name=f"M{number}")
                one = customer(f"N{number}")
                stands(one, tonight)
                owns(one, module, date(2025, 1, 1))
                uses(one, module, LAST)

    with tenant_scope(tenant.id):
        tonight = night()
    grow(0, 2)
    few = queries()
    grow(2, 25)
    assert queries() == few <= 14
