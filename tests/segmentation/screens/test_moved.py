"""Who moved on a night, by what is at stake: the ARR of that night or of the one before."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from accounts.models import Contract, ContractLine, Customer, Module, Tenant, User
from accounts.tenancy import tenant_scope
from tests.segmentation.screens.screen_world import (
    LAST,
    customer,
    listed,
    moved,
    night,
    signed_in,
    stands,
    text_of,
)

BEFORE = LAST - timedelta(days=3)
"""The stored night before: nights may be missing in between."""


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


def subscribed(whom: Customer, fee: int, until: date | None, **values: object) -> None:
    module, _ = Module.objects.get_or_create(key="core", defaults={"name": "Core"})
    began = date(2025, 1, 1)
    contract, _ = Contract.objects.get_or_create(customer=whom, key=f"k-{whom.key}")
    ContractLine.objects.create(
        contract=contract,
        module=module,
        **{
            "signed_on": began,
            "starts_on": began + timedelta(days=contract.lines.count()),
            "ends_on": until,
            "annual_fee": fee,
        }
        | values,
    )


@pytest.fixture
def world(tenant: Tenant) -> None:
    """Four customers that fell; what they paid stands in their names."""
    with tenant_scope(tenant.id):
        before, last = night(BEFORE), night()
        for name, arr in (
            ("Lost 5000", 0),
            ("Smaller 4000", 100),
            ("Kept 3000", 3000),
            ("Kept 2000", 2000),
        ):
            one = customer(name)
            stands(one, before, tier="high", kept=False)
            stands(one, last, tier="low", arr=Decimal(arr))
            moved(one, last, "high", "low")
            if name.startswith("Lost"):
                # The first of the days between the two nights, and the last.
                subscribed(one, 2000, BEFORE)
                subscribed(one, 3000, LAST - timedelta(days=1))
                # None of these was ARR of the night before.
                subscribed(one, 9000, BEFORE - timedelta(days=1))
                subscribed(one, 9000, LAST - timedelta(days=1), is_trial=True)
                subscribed(one, 9000, LAST - timedelta(days=1), kind="one_off")
                subscribed(one, 9000, None, starts_on=LAST)
            elif name.startswith("Smaller"):
                subscribed(one, 3900, LAST - timedelta(days=2))
                subscribed(one, 100, None)
            else:
                subscribed(one, arr, None)


def test_a_customer_just_lost_is_among_the_largest(
    tenant: Tenant, client: Client, world: None
) -> None:
    page = client.get("/t/acme/customers/", {"scope": "all"})
    assert [one.name for one in page.context["moved"]] == [
        "Lost 5000",
        "Smaller 4000",
        "Kept 3000",
    ]
    told = [(one.arr_before, one.arr) for one in page.context["moved"]]
    assert told == [(5000, 0), (4000, 100), (None, 3000)]
    text = text_of(page)
    assert "¥5K ¥0" in text


def test_all_moves_of_a_night_stand_in_the_same_order(
    tenant: Tenant, client: Client, world: None
) -> None:
    page = client.get("/t/acme/moves/", {"scope": "all"})
    assert listed(page) == ["Lost 5000", "Smaller 4000", "Kept 3000", "Kept 2000"]
    assert "was ¥5,000 now ¥0" in text_of(page)


def test_the_first_night_of_all_has_nobody_to_compare_with(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        one, only = customer("Alone"), night()
        stands(one, only, tier="low")
        moved(one, only, "mid", "low")
    page = client.get("/t/acme/customers/", {"scope": "all"})
    assert [(one.name, one.arr_before) for one in page.context["moved"]] == [("Alone", None)]
