"""The retention screen: its figures are those of the computation, and every cell opens its customers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from html import unescape
from itertools import count
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    Customer,
    Membership,
    Payment,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from segmentation.models import UsageEvent
from tests.segmentation.sales import sells
from tests.segmentation.screens.screen_world import customer, faced, listed, signed_in, text_of

URL = "/t/acme/retention/"
TODAY = datetime(2026, 7, 10, 12, tzinfo=UTC)
numbers = count(1)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Any:
    cache.clear()
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def client(executive: User) -> Client:
    return signed_in(executive)


def used(whom: Customer, person: str, day: date) -> None:
    moment = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    UsageEvent.objects.create(
        tenant_id=whom.tenant_id,
        message_id=f"m{next(numbers)}",
        customer=whom,
        person=person,
        event="open",
        occurred_at=moment,
        received_at=moment,
    )


@pytest.fixture
def world(tenant: Tenant) -> None:
    """Two cohorts, one loss, one return; contracts renewed, lost and open; a trial; persons."""
    with tenant_scope(tenant.id):
        stays, leaves, returns = (customer(name) for name in ("Stays", "Leaves", "Returns"))
        old = sells(stays, date(2023, 1, 5), date(2026, 1, 4), fee=3600)
        sells(stays, date(2026, 1, 5), fee=4800, renewal_of=old)
        sells(leaves, date(2023, 1, 1), date(2026, 2, 28), fee=2400)
        sells(returns, date(2024, 2, 1), date(2024, 12, 31))
        sells(returns, date(2025, 6, 1), date(2026, 5, 31))
        tries = customer("Tries")
        sells(tries, date(2026, 5, 1), date(2026, 5, 31), fee=9, is_trial=True)
        used(stays, "ann", date(2026, 4, 1))
        used(stays, "ann", date(2026, 4, 9))
        used(leaves, "bea", date(2026, 4, 2))
        used(stays, "cai", date(2026, 7, 8))


def opens(client: Client, address: str) -> list[str]:
    return listed(client.get(unescape(address)))


@pytest.mark.usefixtures("world")
def test_cohorts_and_who_is_behind_each_cell(client: Client) -> None:
    page = client.get(URL)
    triangle = page.context["triangle"]
    assert [(row.month, row.size) for row in triangle.rows] == [
        (date(2024, 2, 1), 1),
        (date(2023, 1, 1), 2),
    ]
    for row in triangle.rows:
        for cell in row.cells:
            if cell is not None:
                assert len(opens(client, f"{cell.href}&show=here")) == cell.count
                assert len(opens(client, cell.href)) == row.size
    oldest = triangle.rows[-1]
    # Thirty-six months after January 2023 both are there, Leaves left in the month after the next.
    assert oldest.cells[-1].count == 2
    assert opens(client, f"{URL}customers/?of=cohort&month=2023-01&after=38&show=gone") == [
        "Leaves"
    ]


@pytest.mark.usefixtures("world")
def test_who_came_back_is_there_again_but_not_all_along(client: Client) -> None:
    there = client.get(URL).context["triangle"].rows[0]
    all_along = client.get(URL, {"by": "unbroken"}).context["triangle"].rows[0]
    assert [cell.count for cell in there.cells[9:13]] == [1, 1, 0, 0]
    assert there.cells[14].count == 1
    assert all_along.cells[14].count == 0
    money = client.get(URL, {"by": "amount"}).context["triangle"].rows[-1]
    assert money.cells[-1].amount == Decimal(7200)
    assert money.cells[-1].rate == Decimal("1.2")


@pytest.mark.usefixtures("world")
def test_cohorts_of_a_year_open_the_customers_of_all_its_months(client: Client) -> None:
    for row in client.get(URL, {"span": "year"}).context["triangle"].rows:
        for cell in row.cells:
            if cell is not None:
                assert len(opens(client, cell.href)) == row.size
                assert len(opens(client, f"{cell.href}&show=here")) == cell.count


@pytest.mark.usefixtures("world")
def test_long_terms_are_shown_by_year_first(tenant: Tenant, client: Client) -> None:
    assert not client.get(URL).context["of_years"]
    with tenant_scope(tenant.id):
        sells(customer("Third of three years"), date(2025, 1, 1), date(2027, 12, 31))
    cache.clear()
    page = client.get(URL)
    assert page.context["of_years"]
    assert "Came in, year" in text_of(page)
    assert not client.get(URL, {"span": "month"}).context["of_years"]
    # What is looked at stays when something else is counted, either way.
    for span in ("year", "month"):
        page = client.get(URL, {"span": span, "by": "amount"})
        assert all(f"span={span}" in tab["url"] for tab in page.context["by_tabs"])
        assert [tab["active"] for tab in page.context["span_tabs"]] == [
            span == "month",
            span == "year",
        ]
        assert all("by=amount" in tab["url"] for tab in page.context["span_tabs"])


@pytest.mark.usefixtures("world")
def test_renewals_of_the_due_with_their_contracts(client: Client) -> None:
    context = client.get(URL).context
    year = context["review"].renewing.year
    assert (year.customers, year.customers_renewed, year.open_contracts) == (2, 1, 1)
    assert year.arr_rate == Fraction(3600, 6000)
    chart = context["renewals_chart"]
    seen: dict[str, list[str]] = {}
    for series in chart.series:
        for value, href in zip(series.values, series.links, strict=True):
            if value:
                seen.setdefault(str(series.label), []).extend(opens(client, href))
                assert len(opens(client, href)) == value
    assert seen == {"Renewed": ["Stays"], "Not renewed": ["Leaves"], "Still open": ["Returns"]}
    tile = next(one for one in context["tiles"] if "customers" in one["label"])
    assert len(opens(client, tile["href"])) == 3


@pytest.mark.usefixtures("world")
def test_lifetime_value_says_its_model_and_why(client: Client) -> None:
    page = client.get(URL)
    text = text_of(page)
    assert "By contract, because customers are bound by subscriptions" in text
    found = page.context["value"].contract
    assert found.value is not None
    assert f"{found.lost} lost of {found.exposed} customer-months" in text


@pytest.mark.usefixtures("world")
def test_conversion_opens_its_prospects(client: Client) -> None:
    (row,) = [
        one
        for one in client.get(URL).context["conversions"]
        if one["cohort"].month == date(2026, 5, 1)
    ]
    assert (row["cohort"].entered, row["cohort"].converted) == (1, 0)
    assert opens(client, row["href"]) == ["Tries"]


@pytest.mark.usefixtures("world")
def test_persons_come_apart_and_say_whom_they_leave_out(client: Client) -> None:
    assert "/retention/persons/" in client.get(URL).content.decode()
    page = client.get(f"{URL}persons/")
    july, april = page.context["rows"]
    assert [cell["one"].returned for cell in april["days"]] == [1, 1, 0]
    assert [cell["one"].excluded for cell in july["days"]] == [0, 1, 1]
    assert opens(client, april["href"]) == ["Stays", "Leaves"]
    part = client.get(f"{URL}persons/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert part.context["rows"] == page.context["rows"]


def test_payers_are_valued_by_payments_and_told_when_too_few(
    tenant: Tenant, client: Client
) -> None:
    with tenant_scope(tenant.id):
        whom = customer("Pays")
        for day in (date(2026, 3, 3), date(2026, 5, 5)):
            Payment.objects.create(
                customer=whom, key=f"p{next(numbers)}", paid_on=day, amount=Decimal(50)
            )
    page = client.get(URL)
    text = text_of(page)
    assert "Cohorts by the month of the first payment" in text
    assert "By payments, because there are no subscriptions" in text
    assert "too few for a model of buying" in text
    assert [cell.count for cell in page.context["triangle"].rows[0].cells] == [1, 0, 1, 0]


def test_without_contracts_and_payments_the_way_to_them(client: Client, alice: User) -> None:
    assert "No contracts and no payments yet" in text_of(client.get(URL))
    assert signed_in(alice).get(URL).status_code == 200


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("executive", 200),
        ("admin", 200),
        ("service_manager", 200),
        ("project_manager", 404),
        ("team_member", 404),
    ],
)
def test_who_may_see_retention(
    tenant: Tenant, make_member: Callable[..., Membership], role: str, status: int
) -> None:
    visitor = signed_in(make_member(tenant, f"{role}@acme.example", role).user)
    for path in ("", "persons/", "customers/?of=cohort&month=2023-01&after=0"):
        assert visitor.get(f"{URL}{path}").status_code == status


@pytest.mark.usefixtures("world")
def test_who_sees_only_their_own_has_figures_of_those(
    tenant: Tenant, make_member: Callable[..., Membership]
) -> None:
    member = make_member(tenant, "bob@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", record="customers", visibility="mine")
        faced(Customer.objects.get(name="Stays"), "Bob", date(2025, 1, 1), membership=member)
    page = signed_in(member.user).get(URL)
    assert sum(row.size for row in page.context["triangle"].rows) == 1
    assert opens(signed_in(member.user), f"{URL}customers/?of=cohort&month=2023-01&after=0") == [
        "Stays"
    ]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "asked",
    [
        "",
        "of=nothing",
        "of=cohort&month=2023-13&after=x",
        "of=cohort&month=2023-01&after=99999999999",
        "of=renewals&month=2026-02&until=never&show=open",
        "of=conversion&month=9999-12",
        "of=persons&month=0001-01",
        "of=cohort&month=9999-12&after=1200",
    ],
)
def test_odd_addresses_are_no_error(client: Client, asked: str) -> None:
    assert client.get(f"{URL}customers/?{asked}").status_code == 200


@pytest.mark.usefixtures("world")
def test_the_screen_costs_the_same_queries_whatever_the_size(
    tenant: Tenant, client: Client
) -> None:
    client.get(URL)

    def queries() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as found:
            assert client.get(URL).status_code == 200
        return len(found)

    before = queries()
    with tenant_scope(tenant.id):
        for number in range(20):
            sells(customer(f"More {number}"), date(2024, 1 + number % 12, 1))
    assert queries() == before
    assert before <= 30


@pytest.mark.usefixtures("world")
def test_a_list_of_customers_costs_few_queries(client: Client) -> None:
    client.get(URL)
    with CaptureQueriesContext(connection) as found:
        client.get(f"{URL}customers/?of=renewals&month=2026-02")
    assert len(found) <= 16


def test_columns_of_the_matrix_are_months(client: Client, world: None) -> None:
    headings = re.findall(r"months after: </span>(\d+)", client.get(URL).content.decode())
    assert headings == [str(k) for k in (*range(13), 18, 24, 36)]
