"""Lists on a phone: every row can be read, and what scrolls sideways shows that it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect

from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from tests.segmentation.screens.screen_world import customer, moved, night, stands

pytestmark = pytest.mark.django_db(transaction=True)
TIERS = ("vip", "core", "high", "mature", "mid", "low", "new", "potential", "lost", "")


@pytest.fixture
def moves(tenant: Tenant, make_member: Callable[..., Membership]) -> None:
    make_member(tenant, "eve@acme.example", "executive")
    with tenant_scope(tenant.id):
        tonight = night()
        for number in range(3):
            one = customer(f"Rookcombe Holdings and Daughters {number} Ltd")
            stands(one, tonight, tier="low")
            moved(one, tonight, "mid", "low")


@pytest.mark.parametrize("width", [390, 360])
def test_a_move_is_a_card(moves: None, visit, width: int) -> None:  # type: ignore[no-untyped-def]
    opened = visit(width=width, height=844)
    page = opened.sign_in("eve@acme.example")
    opened.go("/t/acme/moves/?scope=all")
    name = page.locator("#list tbody a[data-row]").first
    assert name.bounding_box()["height"] < 40  # one line, two at most
    for part in ("td.moved-what", "td.soft", "td:has(.badge)"):
        box = page.locator(f"#list tbody tr:first-child {part}").first.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_navigation_and_wide_tables_show_that_they_scroll(moves: None, visit) -> None:  # type: ignore[no-untyped-def]
    opened = visit(width=390, height=844)
    page = opened.sign_in("eve@acme.example")
    opened.go("/t/acme/customers/?scope=all")
    expect(page.locator(".rail.scrolls-on")).to_be_visible()
    table = page.locator("#list .table-wrap")
    table.evaluate("(box) => { box.querySelector('table').style.width = '900px'; }")
    expect(page.locator("#list .table-wrap.scrolls-on")).to_be_visible()
    table.evaluate("(box) => { box.scrollLeft = box.scrollWidth; }")
    expect(page.locator("#list .table-wrap.scrolls-on")).to_have_count(0)
    expect(page.locator("#list .table-wrap")).to_be_visible()


def test_the_page_one_is_on_is_in_sight(moves: None, visit) -> None:  # type: ignore[no-untyped-def]
    opened = visit(width=360, height=780)
    page = opened.sign_in("eve@acme.example")
    opened.go("/t/acme/nights/")
    box = page.locator(".rail a[aria-current]").bounding_box()
    assert box["x"] >= 0
    # The last entry ends at the edge, give or take a fraction of a pixel.
    assert box["x"] + box["width"] < 361


def test_two_nights_compared_fit_a_phone(tenant: Tenant, make_member, visit) -> None:  # type: ignore[no-untyped-def]
    make_member(tenant, "eve@acme.example", "executive")
    with tenant_scope(tenant.id):
        before, after = night(date(2026, 5, 31)), night()
        for place, tier in enumerate(TIERS):
            one = customer(f"Rookcombe {place} Ltd")
            stands(one, before, tier=tier, arr=123_456_789, events_30=12)
            stands(one, after, tier=TIERS[place - 1], arr=223_456_789 + place)
            moved(one, after, tier, TIERS[place - 1])
    opened = visit(width=390, height=844)
    page = opened.sign_in("eve@acme.example")
    opened.go("/t/acme/nights/comparison/?scope=all")
    expect(page.locator("table.matrix")).to_be_visible()
    assert page.locator(".matrix-wrap").evaluate("(box) => box.scrollWidth > box.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
