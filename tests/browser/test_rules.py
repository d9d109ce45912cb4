"""A threshold changed on screen, tried, published; next night's moves say that the rules did it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.nights import run_night
from tests.segmentation.night_facts import customer, sign, use

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def vendor(make_tenant, make_member) -> Tenant:  # type: ignore[no-untyped-def]
    """Twelve customers; half of them have not used the product for forty days."""
    tenant: Tenant = make_tenant("acme", timezone="UTC", currency="CNY")
    make_member(tenant, "alice@acme.example", "admin")
    last = tenant.last_ended_day() - timedelta(days=1)
    with tenant_scope(tenant.id):
        for number in range(12):
            one = customer(f"c{number:02}")
            sign(one, last - timedelta(days=700), last + timedelta(days=300), fee=1000 + number)
            for back in (3, 6, 40, 43) if number % 2 else (40, 43):
                use(one, last - timedelta(days=back), person=f"p{number}")
    run_night(tenant=tenant, as_of=last)
    return tenant


def change_the_threshold(page: Page, server: str) -> None:
    """From the navigation to a draft that says sixty days; ends on the draft."""
    page.goto(f"{server}/t/acme/rules/")
    page.get_by_role("button", name="Change the rules").press("Enter")
    expect(page.get_by_role("heading", name="Draft of the rules")).to_be_visible()
    page.get_by_role("link", name="Lifecycle stages", exact=True).press("Enter")
    page.get_by_label("Dormant after").fill("60")
    page.get_by_label("Dormant as well when usage falls to").fill("0")
    page.get_by_label("Dormant as well when usage falls to").press("Enter")
    expect(page.get_by_text("after 60 days without usage").first).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_a_threshold_to_moves_that_say_rules(  # type: ignore[no-untyped-def]
    visit, live_server, vendor: Tenant, scripts: bool
) -> None:
    page = visit(scripts=scripts).sign_in("alice@acme.example")
    server = live_server.url
    change_the_threshold(page, server)
    page.get_by_role("link", name="Preview").press("Enter")
    page.get_by_role("link", name="Stage", exact=True).press("Enter")
    expect(page.get_by_text("6 because of the rules").first).to_be_visible()
    row = page.locator(".matrix tbody tr", has_text="Dormant")
    row.get_by_role("link", name="6").press("Enter")
    expect(page.get_by_role("heading", name="Stage: Dormant → Active")).to_be_visible()
    expect(page.get_by_role("link", name="C10")).to_be_visible()
    page.get_by_role("link", name="Draft", exact=True).press("Enter")
    page.get_by_role("link", name="Publish …").press("Enter")
    page.get_by_label("What changes, and why").fill("More patience")
    page.get_by_role("button", name="Publish").press("Enter")
    expect(page.get_by_text("The next night follows it").first).to_be_visible()
    expect(page.get_by_role("cell", name="More patience")).to_be_visible()

    run_night(tenant=vendor, as_of=vendor.last_ended_day())
    page.goto(f"{server}/t/acme/moves/")
    expect(page.get_by_text("Rules changed").nth(1)).to_be_visible()


def test_rules_change_places_by_keyboard(visit, live_server, vendor: Tenant) -> None:  # type: ignore[no-untyped-def]
    page = visit().sign_in("alice@acme.example")
    page.goto(f"{live_server.url}/t/acme/rules/")
    page.get_by_role("button", name="Change the rules").press("Enter")
    page.get_by_role("link", name="Value groups (A)", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Value groups (A)")).to_be_visible()
    page.wait_for_load_state()  # scripts run
    button = page.get_by_role("button", name="Mature: earlier")
    button.press("Enter")
    places = page.get_by_role("list", name="Rules in decision order").get_by_role("listitem")
    expect(places.nth(3)).to_contain_text("Mature")
    # The focus stays with the button, so that it can be pressed again.
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    expect(places.nth(2)).to_contain_text("Mature")
    expect(places.nth(5)).to_contain_text("Mid value")


def test_choosing_a_measure_shows_its_unit(visit, live_server, vendor: Tenant) -> None:  # type: ignore[no-untyped-def]
    page = visit().sign_in("alice@acme.example")
    page.goto(f"{live_server.url}/t/acme/rules/")
    page.get_by_role("button", name="Change the rules").click()
    page.get_by_role("link", name="Value", exact=True).click()
    expect(page.get_by_role("group", name="Another measure")).to_be_visible()
    page.wait_for_load_state()  # scripts run
    added = page.get_by_role("group", name="Another measure")
    added.get_by_label("Measure").select_option("breadth")
    expect(added.get_by_text("%")).to_have_count(2)
    added.get_by_label("Cut point 1").fill("30")
    added.get_by_label("Cut point 2").fill("20")
    page.get_by_role("button", name="Save in the draft").click()
    expect(page.get_by_text("Each cut point must be above the one before it.")).to_be_visible()
    added.get_by_label("Cut point 2").fill("70")
    page.get_by_role("button", name="Save in the draft").click()
    expect(page.get_by_text("Low up to 30%, Mid up to 70%, High above").first).to_be_visible()


SCREENS = (
    "rules/",
    "rules/versions/1/",
    "{draft}",
    "{draft}sections/scores/",
    "{draft}sections/activity/",
    "{draft}sections/stages/",
    "{draft}sections/tiers/",
    "{draft}sections/scheme-a/",
    "{draft}sections/scheme-a/tiers/high/",
    "{draft}preview/",
    "{draft}preview/customers/?of=stage",
    "{draft}publications/",
)


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_screens_are_accessible_and_fit(  # type: ignore[no-untyped-def]
    visit, live_server, vendor: Tenant, accessible: Callable[..., None], theme: str, width: int
) -> None:
    page = visit(theme=theme, width=width).sign_in("alice@acme.example")
    change_the_threshold(page, live_server.url)
    draft = page.url.partition("/t/acme/")[2]
    for screen in SCREENS:
        page.goto(f"{live_server.url}/t/acme/{screen.format(draft=draft)}")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, screen
