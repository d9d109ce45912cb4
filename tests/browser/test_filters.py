"""Choosing in a filter applies it at once: to the list, to what stands above it, to a whole page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from tests.segmentation.group_world import group_of
from tests.segmentation.screens.screen_world import LAST, customer, moved, night, stands

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> None:
    make_member(tenant, "sam@acme.example", "admin")
    with tenant_scope(tenant.id):
        tonight = night()
        for name in ("Anna", "Bella"):
            whom = customer(name)
            stands(whom, tonight, tier="low")
            moved(whom, tonight, "mid", "low")
        group_of({LAST: ["Anna"]})


@pytest.mark.parametrize("path", ["tiers/", "modules/", "retention/persons/"])
def test_a_group_chosen_narrows_the_whole_page(world, visit, path: str) -> None:  # type: ignore[no-untyped-def]
    opened = visit()
    page = opened.sign_in("sam@acme.example")
    opened.go(f"/t/acme/{path}")
    expect(page.locator(".filter-apply").first).to_be_hidden()
    page.locator("main select[name=group]").focus()
    page.locator("main select[name=group]").select_option(label="Chosen")
    expect(page.get_by_text("in the group on the night of 15 June 2026")).to_be_visible()
    expect(page).to_have_url(re.compile(rf"/t/acme/{path}\?group=\d+$"))
    expect(page.locator("main")).to_have_count(1)
    expect(page.locator("main select[name=group]")).to_be_focused()


def test_a_group_chosen_over_the_list_changes_what_stands_above_it(world, visit) -> None:  # type: ignore[no-untyped-def]
    opened = visit()
    page = opened.sign_in("sam@acme.example")
    opened.go("/t/acme/customers/?scope=all")
    above = page.locator("#moved")
    expect(above).to_contain_text("Bella")
    page.locator("main select[name=group]").select_option(label="Chosen")
    expect(above).not_to_contain_text("Bella")
    expect(above).to_contain_text("Anna")
    expect(page.locator("#list tbody tr")).to_have_count(1)
    page.locator("main select[name=group]").select_option(value="")
    expect(above).to_contain_text("Bella")
