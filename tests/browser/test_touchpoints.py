"""A touchpoint in two keystrokes, from a row of a list and from the customer's page; the timeline and
the account file; the success plan on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.contact_links import contact_path
from accounts.models import (
    Colleague,
    Contact,
    ContactRole,
    Customer,
    Membership,
    Payment,
    Tenant,
    Touchpoint,
)
from accounts.tenancy import tenant_scope
from service.actions.success_plans import add_row, give_plan_link
from service.models import Goal, JointMilestone

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = "/t/acme"


@pytest.fixture
def sam(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "sam@acme.example", "service_manager")


@pytest.fixture
def lantern(tenant: Tenant, sam: Membership) -> Customer:
    with tenant_scope(tenant.id):
        person = Colleague.objects.get(membership=sam)
        made = Customer.objects.create(key="L1", name="Lantern", service_manager=person)
        ann = Contact.objects.create(customer=made, key="ann", name="Ann", title="HR director")
        ContactRole.objects.create(contact=ann, role="decision_maker")
        Contact.objects.create(customer=made, key="ben", name="Ben")
        for number in range(50):
            Payment.objects.create(
                customer=made, key=f"P{number}", paid_on=date(2026, 1 + number % 6, 3), amount=9
            )
        return made


def test_two_keystrokes_from_a_row_and_from_the_page(
    tenant: Tenant, lantern: Customer, visit: Callable[..., Any], accessible: Callable[[Page], None]
) -> None:
    window = visit()
    window.sign_in("sam@acme.example")
    page = window.go(f"{ROOT}/coverage/?contracts=any")
    accessible(page)
    page.keyboard.press("j")
    page.keyboard.press("t")
    note = page.get_by_label("Note")
    expect(note).to_be_focused()
    accessible(page)
    page.keyboard.type("Asked about seats")
    page.get_by_label("Ann · HR director").check()
    note.focus()
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Kept: Call.")).to_be_visible()
    # Now the decision maker was touched.
    expect(page.get_by_text("No customer matches these filters.")).to_be_visible()

    page = window.go(f"{ROOT}/customers/{lantern.pk}/")
    expect(page.locator("#timeline .event").first).to_contain_text("Asked about seats")
    page.keyboard.press("t")
    expect(page.get_by_label("Note")).to_be_focused()
    page.keyboard.type("Second")
    page.get_by_label("Day").fill("2999-01-01")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("This day is still to come.")).to_be_visible()
    page.get_by_label("Day").fill("2026-01-02")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Kept: Call.")).to_be_visible()
    with tenant_scope(tenant.id):
        kept = Touchpoint.objects.order_by("pk").values_list("note", "contact__name")
        assert list(kept) == [("Asked about seats", "Ann"), ("Second", None)]


def test_the_timeline_goes_on_and_narrows_without_leaving_the_page(
    lantern: Customer, visit: Callable[..., Any], accessible: Callable[[Page], None]
) -> None:
    window = visit()
    window.sign_in("sam@acme.example")
    page = window.go(f"{ROOT}/customers/{lantern.pk}/timeline/")
    accessible(page)
    events = page.locator(".event")
    expect(events).to_have_count(40)
    page.get_by_role("link", name="Older").click()
    expect(events).to_have_count(50)
    expect(page.get_by_role("heading", name="Jan 2026")).to_have_count(1)
    page.get_by_role("link", name="Cases", exact=True).last.click()
    expect(page.get_by_text("Nothing of this kind happened")).to_be_visible()
    assert page.url.endswith(f"/customers/{lantern.pk}/timeline/")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_entry_is_a_page_without_scripts(
    tenant: Tenant, lantern: Customer, visit: Callable[..., Any], scripts: bool
) -> None:
    window = visit(width=390, height=844, scripts=scripts)
    window.sign_in("sam@acme.example")
    page = window.go(f"{ROOT}/customers/{lantern.pk}/touchpoints/new/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_label("Note").fill("By hand")
    page.get_by_role("button", name="Save").click()
    if not scripts:
        page.get_by_role("link", name="Open the timeline").click()
    expect(page.get_by_text("By hand").first).to_be_visible()
    with tenant_scope(tenant.id):
        assert Touchpoint.objects.get().note == "By hand"


def test_the_success_plan_on_a_phone(
    tenant: Tenant,
    lantern: Customer,
    sam: Membership,
    visit: Callable[..., Any],
    accessible: Callable[[Page], None],
) -> None:
    with tenant_scope(tenant.id):
        for model, values in (
            (Goal, {"title": "Pay in two days", "is_shared": True}),
            (JointMilestone, {"title": "Train", "due_on": date(2026, 1, 5), "is_shared": True}),
            (Goal, {"title": "Ours alone"}),
        ):
            add_row(model=model, customer=lantern, values=values, by=sam.user)  # type: ignore[arg-type]
        ann = Contact.objects.get(key="ann")
        _link, secret = give_plan_link(customer=lantern, contact=ann, language="en", by=sam.user)
    page = visit(width=360, height=740).go(contact_path(tenant.pk, secret))
    expect(page.get_by_text("Pay in two days")).to_be_visible()
    expect(page.get_by_text("Ours alone")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    accessible(page)

    window = visit()
    window.sign_in("sam@acme.example")
    page = window.go(f"{ROOT}/customers/{lantern.pk}/account-file/")
    accessible(page)
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_role("button", name="Not done after all")).to_be_visible()
