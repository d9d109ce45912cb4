"""Rows chosen in the portfolio get one person, and have the one before again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from accounts.models import (
    AuditRecord,
    Colleague,
    Customer,
    Membership,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from tests.segmentation.screens.screen_world import (
    customer,
    faced,
    night,
    signed_in,
    stands,
    text_of,
)

URL = "/t/acme/customers/"
ASSIGN = "/t/acme/customers/assignments/"


@pytest.fixture
def client_of_bob(bob: User) -> Client:
    return signed_in(bob)


@pytest.fixture
def ben(tenant: Tenant) -> Colleague:
    with tenant_scope(tenant.id):
        tonight = night()
        for number in range(3):
            region = "North" if number else "South"
            stands(customer(f"N{number}", key=f"N{number}", region=region), tonight)
        return Colleague.objects.create(key="ben", name="Ben")


def managers(tenant: Tenant) -> dict[str, str]:
    with tenant_scope(tenant.id):
        found = Customer.objects.values_list("key", "service_manager__name")
        return {key: name or "" for key, name in found.order_by("key")}


def asked(tenant: Tenant, ben: Colleague, *keys: str, **further: Any) -> dict[str, Any]:
    with tenant_scope(tenant.id):
        ids = list(Customer.objects.filter(key__in=keys).values_list("pk", flat=True))
    return {
        "which": "checked",
        "role": "service_manager",
        "colleague": ben.pk,
        "customer": ids,
        "query": "scope=all&region=North",
        **further,
    }


def test_the_checked_rows_without_scripts(
    tenant: Tenant, ben: Colleague, client_of_bob: Client
) -> None:
    page = client_of_bob.get(URL, {"scope": "all"}).content.decode()
    boxes = re.findall(
        r'<input class="row-box"[^>]*name="customer" value="(\d+)" form="assign"', page
    )
    assert len(boxes) == 3
    assert f'<option value="{ben.pk}">Ben · ben</option>' in page
    answer = client_of_bob.post(ASSIGN, asked(tenant, ben, "N0", "N1"), follow=True)
    assert answer.redirect_chain == [(f"{URL}?scope=all&region=North", 302)]
    assert managers(tenant) == {"N0": "Ben", "N1": "Ben", "N2": ""}
    assert "Customer-service manager of 2 customers: Ben. Undo" in text_of(answer)


def test_all_that_match_and_back_again_from_the_message(
    tenant: Tenant, ben: Colleague, client_of_bob: Client
) -> None:
    answer = client_of_bob.post(ASSIGN, asked(tenant, ben, which="all"), follow=True)
    assert managers(tenant) == {"N0": "", "N1": "Ben", "N2": "Ben"}
    undo = re.search(r'action="([^"]*undoings/)"', answer.content.decode())
    assert undo is not None
    answer = client_of_bob.post(undo[1], {"next": URL}, follow=True)
    assert managers(tenant) == {"N0": "", "N1": "", "N2": ""}
    assert "Undone: 2 customers are as before." in text_of(answer)
    again = client_of_bob.post(undo[1], {"next": URL}, follow=True)
    assert "nothing was undone" in text_of(again)


def test_an_administrator_undoes_it_from_the_audit(
    tenant: Tenant, ben: Colleague, client_of_bob: Client, alice: User
) -> None:
    client_of_bob.post(ASSIGN, asked(tenant, ben, "N0"))
    admin = signed_in(alice)
    page = admin.get("/t/acme/audit/").content.decode()
    undo = re.search(r'action="([^"]*undoings/)"', page)
    assert undo is not None
    answer = admin.post(undo[1], {"next": "/t/acme/audit/"}, follow=True)
    assert managers(tenant)["N0"] == ""
    assert "undoings/" not in answer.content.decode()


def test_another_member_does_not_undo_it(
    tenant: Tenant,
    ben: Colleague,
    client_of_bob: Client,
    make_member: Callable[..., Membership],
) -> None:
    client_of_bob.post(ASSIGN, asked(tenant, ben, "N0"))
    with tenant_scope(tenant.id):
        pk = AuditRecord.objects.get(verb="customer.assigned").pk
    other = signed_in(make_member(tenant, "eve@acme.example", "service_manager").user)
    assert other.post(f"{ASSIGN}{pk}/undoings/").status_code == 404
    assert managers(tenant)["N0"] == "Ben"


def test_customers_one_does_not_see_are_left_alone(
    tenant: Tenant, ben: Colleague, bob: User, client_of_bob: Client
) -> None:
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", record="customers", visibility="mine")
        mine = Customer.objects.get(key="N1")
        faced(mine, "Bob", date(2025, 1, 1), membership=Membership.objects.get(user=bob))
    client_of_bob.post(ASSIGN, asked(tenant, ben, "N0", "N1", "N2"))
    assert managers(tenant) == {"N0": "", "N1": "Ben", "N2": ""}
    client_of_bob.post(ASSIGN, asked(tenant, ben, which="all", query="scope=all"))
    assert managers(tenant) == {"N0": "", "N1": "Ben", "N2": ""}


@pytest.mark.parametrize(
    "wrong",
    [
        {"colleague": ""},
        {"colleague": "9" * 30},
        {"colleague": "x"},
        {"role": "project_manager"},
        {"which": "some"},
        {"customer": []},
        {"customer": ["x"]},
        {"customer": ["9" * 30]},
    ],
    ids=str,
)
def test_nonsense_changes_nothing(
    tenant: Tenant, ben: Colleague, client_of_bob: Client, wrong: dict[str, Any]
) -> None:
    answer = client_of_bob.post(ASSIGN, asked(tenant, ben, "N0") | wrong, follow=True)
    assert answer.status_code == 200
    assert set(managers(tenant).values()) == {""}


def test_who_may_not_edit_customers_chooses_none(
    tenant: Tenant, ben: Colleague, make_member: Callable[..., Membership]
) -> None:
    client = signed_in(make_member(tenant, "eve@acme.example", "executive").user)
    page = client.get(URL, {"scope": "all"}).content.decode()
    assert "row-box" not in page
    assert client.post(ASSIGN, asked(tenant, ben, "N0")).status_code == 404
