"""The parts of a customer's page, by keyboard; and what was folded on the first screen stays folded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Colleague, Customer, Membership, Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.nights import run_night
from service.actions.ctas import open_cta

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sam(tenant: Tenant, make_member: Callable[..., Membership]) -> Membership:
    return make_member(tenant, "sam@acme.example", "service_manager")


@pytest.fixture
def customer(tenant: Tenant, sam: Membership) -> Customer:
    with tenant_scope(tenant.id):
        person = Colleague.objects.get(membership=sam)
        made: Customer = Customer.objects.create(key="A", name="Alpha", service_manager=person)
        Customer.objects.update(known_from=timezone.now().replace(year=2020))
        open_cta(
            customer=made, title="Say hello", due_on=tenant.local_date(timezone.now()), owner=person,
            by=sam.user,
        )  # fmt: skip
    run_night(tenant=tenant, as_of=tenant.last_ended_day(timezone.now()))
    return made


def test_parts_change_in_place_and_have_addresses(
    customer: Customer, visit: Callable[..., Any], accessible: Any
) -> None:
    window = visit()
    window.sign_in("sam@acme.example")
    page = window.go(f"/t/acme/customers/{customer.pk}/")
    expect(page.locator("#work")).to_contain_text("Say hello")
    accessible(page)
    people = page.locator("#part").get_by_role("link", name="People")
    people.focus()
    people.press("Enter")
    expect(page.locator("#contacts")).to_be_visible()
    expect(page.locator("#work")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"/\?part=people$"))
    expect(page.locator("#part-people")).to_be_focused()
    accessible(page)
    # The choice of a night stays in the part; so does the way back.
    page.locator("#night-picker").get_by_role("button").click()
    expect(page).to_have_url(re.compile(r"part=people"))
    expect(page.locator("#contacts")).to_be_visible()
    page.keyboard.press("t")
    expect(page.get_by_label("Note")).to_be_focused()


def test_without_scripts_on_a_phone_the_parts_are_pages(
    customer: Customer, visit: Callable[..., Any]
) -> None:
    window = visit(width=390, height=844, scripts=False)
    window.sign_in("sam@acme.example")
    page = window.go(f"/t/acme/customers/{customer.pk}/")
    page.locator("#part-data").click()
    expect(page).to_have_url(re.compile(r"/\?part=data$"))
    expect(page.locator("#measures")).to_be_visible()
    wide = page.locator("html").evaluate("page => page.scrollWidth > page.clientWidth")
    assert not wide


def test_what_was_folded_is_found_folded(
    customer: Customer, visit: Callable[..., Any], accessible: Any
) -> None:
    window = visit()
    window.sign_in("sam@acme.example")
    page = window.go("/t/acme/customers/")
    expect(page.locator(".work-line")).to_be_visible()
    accessible(page)
    page.get_by_role("heading", name="What to do first").click()
    expect(page.locator(".work-line")).to_be_hidden()
    page.reload()
    expect(page.locator(".work-line")).to_be_hidden()
    page.get_by_role("heading", name="What to do first").click()
    page.reload()
    expect(page.locator(".work-line")).to_be_visible()
