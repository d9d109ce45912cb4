"""Quarantine on screen: who is unknown, and what happens with what waits once somebody decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Customer, Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.models import CustomerAlias, HeldEvent, UsageEvent
from tests.segmentation.screens.screen_world import customer, signed_in, text_of
from tests.segmentation.screens.source_world import held

URL = "/t/acme/settings/sources/quarantine/"
ONE = f"{URL}customer/"
NOT_ONE = "No customer, or more than one, has this name or key."


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


def decide(client: Client, group: str, meant: str, **given: str) -> str:
    """What the page that follows says."""
    answer = client.post(ONE, {"group": group, "meant": meant} | given, follow=True)
    assert answer.status_code == 200
    return text_of(answer)


def test_nothing_waits(client: Client) -> None:
    assert "Every customer is known" in text_of(client.get(URL))


def test_unknown_customers_are_counted_by_their_key(tenant: Tenant, client: Client) -> None:
    early = timezone.now() - timedelta(days=2)
    with tenant_scope(tenant.id):
        held("X/1 &", received_at=early)
        held("X/1 &", person="ben")
        held("X/1 &")
        held("Y", event="Login")
    rows = {row["group_key"]: row for row in client.get(URL).context["rows"]}
    assert {name: (row["held"], row["persons"], row["example"]) for name, row in rows.items()} == {
        "X/1 &": (3, 2, "Report opened"),
        "Y": (1, 1, "Login"),
    }
    assert rows["X/1 &"]["first_at"] == early
    assert [row["group_key"] for row in client.get(URL, {"q": "x/"}).context["rows"]] == ["X/1 &"]
    page = client.get(rows["X/1 &"]["url"])
    assert page.status_code == 200
    assert page.context["unknown"].held == 3


def test_a_customer_that_is_here_gets_what_waits_and_what_comes(
    tenant: Tenant, client: Client
) -> None:
    with tenant_scope(tenant.id):
        blue = customer("Blue Ltd", key="B-1")
        held("blue-ltd")
        held("blue-ltd")
        held("other")
    told = decide(client, "blue-ltd", "customer", customer="B-1")
    assert "2 messages that waited are written" in told
    assert "Blue Ltd" in told
    with tenant_scope(tenant.id):
        assert UsageEvent.objects.filter(customer=blue).count() == 2
        assert [one.group_key for one in HeldEvent.objects.all()] == ["other"]
        assert CustomerAlias.objects.get(key="blue-ltd").customer == blue


def test_a_new_customer_is_made(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        held("N-1")
    assert "1 message that waited is written" in decide(
        client, "N-1", "new", key="N-1", name="New Ltd"
    )
    with tenant_scope(tenant.id):
        made = Customer.objects.get(key="N-1")
        assert made.name == "New Ltd"
        assert UsageEvent.objects.filter(customer=made).count() == 1


def test_nobody_of_interest_is_forgotten_and_may_be_remembered(
    tenant: Tenant, client: Client
) -> None:
    with tenant_scope(tenant.id):
        held("test-account")
    told = decide(client, "test-account", "ignore")
    assert "1 message that waited is deleted" in told
    with tenant_scope(tenant.id):
        assert not HeldEvent.objects.exists()
        assert not UsageEvent.objects.exists()
        alias = CustomerAlias.objects.get()
        assert alias.is_ignored
    url = f"{URL}decided/{alias.pk}/removals/"
    assert "Forget who test-account is?" in text_of(client.get(url))
    assert "Forgotten: test-account." in text_of(client.post(url, follow=True))
    with tenant_scope(tenant.id):
        assert not CustomerAlias.objects.exists()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"meant": "customer", "customer": "nowhere"},
            NOT_ONE,
        ),
        ({"meant": "customer"}, NOT_ONE),
        ({"meant": "new", "key": "X", "name": ""}, "Give the new customer a name."),
        ({"meant": "new", "key": "", "name": "X"}, "Give the new customer a key."),
        ({"meant": "new", "key": "C-1", "name": "X"}, "Another customer has this key."),
        ({"meant": "everybody"}, "Who is it?"),
        ({}, "Who is it?"),
    ],
)
def test_what_cannot_be_decided_so_is_said_and_waits(
    tenant: Tenant, client: Client, given: dict[str, str], says: str
) -> None:
    with tenant_scope(tenant.id):
        customer("There", key="C-1")
        held("X")
    answer = client.post(ONE, {"group": "X"} | given)
    assert answer.status_code == 200
    assert says in text_of(answer)
    with tenant_scope(tenant.id):
        assert HeldEvent.objects.count() == 1


def test_customers_are_looked_for_and_picked_without_scripts(
    tenant: Tenant, client: Client
) -> None:
    with tenant_scope(tenant.id):
        customer("Blue Ltd", key="B-1")
        customer("Red Ltd", key="R-1")
        held("blue")

    def similar(answer: Any) -> list[str]:
        return [one.key for one in answer.context["similar"]]

    # What the sender's key is like, and then what somebody types.
    assert similar(client.get(ONE, {"group": "blue"})) == ["B-1"]
    assert similar(client.get(ONE, {"group": "blue", "customer": "red"})) == ["R-1"]
    typed = {"group": "blue", "meant": "new", "name": "Typed", "customer": "red"}
    searched = client.post(ONE, typed | {"do": "search"})
    assert similar(searched) == ["R-1"]
    picked = client.post(ONE, typed | {"pick": "R-1"})
    for answer, shown in ((searched, "red"), (picked, "R-1")):
        assert answer.context["form"]["customer"].value() == shown
        assert answer.context["form"]["name"].value() == "Typed"
        assert not answer.context["form"].errors
    with tenant_scope(tenant.id):
        assert HeldEvent.objects.count() == 1


def test_a_name_will_do_where_one_customer_has_it(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        blue = customer("Blue Ltd", key="B-1")
        customer("Twin", key="T-1")
        customer("Twin", key="T-2")
        held("x")
        held("y")
    assert "is written" in decide(client, "x", "customer", customer="Blue Ltd")
    assert "more than one" in decide(client, "y", "customer", customer="Twin")
    with tenant_scope(tenant.id):
        assert UsageEvent.objects.get().customer == blue


@pytest.mark.parametrize("group", ["", "nothing waits here", "x" * 5000])
def test_a_key_that_nothing_waits_under_leads_back(client: Client, group: str) -> None:
    assert client.get(ONE, {"group": group})["Location"] == URL
    assert client.post(ONE, {"group": group, "meant": "ignore"})["Location"] == URL


def test_another_tenants_keys_are_not_there(
    client: Client, make_tenant: Callable[..., Tenant]
) -> None:
    other = make_tenant("other")
    with tenant_scope(other.id):
        held("theirs")
        alias = CustomerAlias.objects.create(key="a", is_ignored=True)
    assert client.get(ONE, {"group": "theirs"})["Location"] == URL
    assert client.post(ONE, {"group": "theirs", "meant": "ignore"})["Location"] == URL
    assert client.post(f"{URL}decided/{alias.pk}/removals/").status_code == 404
    with tenant_scope(other.id):
        assert HeldEvent.objects.count() == 1
        assert CustomerAlias.objects.count() == 1


def test_the_list_costs_the_same_statements_whatever_the_size(
    tenant: Tenant, client: Client
) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(URL).status_code == 200
        return len(found)

    def grow(first: int, last: int) -> None:
        with tenant_scope(tenant.id):
            for number in range(first, last):
                held(f"X{number}")
                CustomerAlias.objects.create(key=f"A{number}", customer=customer(f"N{number}"))

    grow(0, 2)
    few = statements()
    grow(2, 30)
    assert statements() == few <= 18
