"""The list of customers on a laptop: how much of it one sees, and choosing rows by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect

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


def test_rows_are_chosen_by_keyboard_and_get_one_person(world, visit, accessible) -> None:  # type: ignore[no-untyped-def]
    opened = visit()
    page = opened.sign_in("sam@acme.example")
    opened.go(URL)
    for key in ("j", "x", "j", "j", "x"):
        page.keyboard.press(key)
    assert page.locator("[data-chosen]").inner_text() == "2"
    page.keyboard.press("x")
    assert page.locator("[data-chosen]").inner_text() == "1"
    page.keyboard.press("x")
    page.locator("summary:has([data-chosen])").click()
    page.locator("#assign-colleague").select_option(label="Maya Collins · maya collins")
    accessible(page)
    page.locator("#assign button[type=submit]").click()
    notice = page.locator("#messages .notice")
    expect(notice).to_contain_text("Customer-service manager of 2 customers: Maya Collins.")
    notice.get_by_role("button", name="Undo").click()
    expect(page.locator("#messages")).to_contain_text("Undone: 2 customers are as before.")
    page.keyboard.press("?")
    expect(page.locator("#shortcuts")).to_contain_text("Choose the row")
    page.keyboard.press("Escape")
    page.locator("[data-choose-page] input").check()
    assert page.locator("[data-chosen]").inner_text() == "30"
