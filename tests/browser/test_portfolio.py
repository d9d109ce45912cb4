"""The list of customers on a laptop: how much of it one sees, and choosing rows by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from tests.segmentation.screens.screen_world import customer, faced, night, stands

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/t/acme/customers/?scope=all"


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        tonight = night()
        group = customer("上海某某控股集团有限公司", key="G-1")
        for number in range(30):
            one = customer(f"Rookcombe {number:02} Holdings Ltd", parent=group)
            late = {"payment_overdue_days": 12, "overdue_amount": Decimal(168200)} if number else {}
            stands(one, tonight, arr=Decimal(1_795_500 - number), **late)
            faced(one, "Maya Collins", date(2025, 1, 1))
    return member


ROWS_IN_SIGHT = """() => [...document.querySelectorAll("#list tbody tr")].filter(
    (row) => row.getBoundingClientRect().bottom <= innerHeight).length"""
HEIGHTS = """() => [...document.querySelectorAll("#list tbody tr")].map(
    (row) => row.getBoundingClientRect().height)"""


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_twenty_five_customers_stand_on_a_laptops_screen(world, visit, language: str) -> None:  # type: ignore[no-untyped-def]
    opened = visit(language=language)
    page = opened.sign_in("sam@acme.example")
    opened.go(URL + "&view=list")
    assert page.evaluate(ROWS_IN_SIGHT) >= 25
    assert page.locator("#list .table-fits").count() == 1
    opened.go(URL)
    assert page.evaluate(ROWS_IN_SIGHT) >= 8
    assert max(page.evaluate(HEIGHTS)) <= 36
    assert page.locator("#list .table-fits").count() == 1
