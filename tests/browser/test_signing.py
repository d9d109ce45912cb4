"""A contact signs and declines on a phone, by the link that they were sent."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from projects.models import ChangeRequest, CustomerAnswer
from tests.projects.change_world import ChangeWorld, change_world, sent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> ChangeWorld:
    with tenant_scope(tenant.id):
        return change_world(tenant, make_member)


@pytest.fixture
def path(tenant: Tenant, world: ChangeWorld) -> str:
    with tenant_scope(tenant.id):
        _link, secret = sent(world, tenant)
    return f"/r/{tenant.pk}.{secret}/"


@pytest.mark.parametrize("scripts", [True, False])
def test_signing_on_a_phone(tenant: Tenant, path: str, visit, accessible, scripts: bool) -> None:  # type: ignore[no-untyped-def]
    opened = visit(width=390, height=844, scripts=scripts)
    page = opened.go(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second payroll company")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    if scripts:
        accessible(page)
    page.get_by_label("Your name").first.fill("Zhou Min")
    page.get_by_label("I have read this document").check()
    button = page.get_by_role("button", name="Sign this change request")
    assert button.bounding_box()["height"] >= 44
    button.click()
    expect(page.get_by_text("You have signed this change request")).to_be_visible()
    if scripts:
        accessible(page)
    with tenant_scope(tenant.id):
        assert CustomerAnswer.objects.get().outcome == "signed"
        assert ChangeRequest.objects.get().state == "signed"
    opened.expected.append("410")
    opened.go(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("This link was used already")


def test_asking_and_declining_on_a_phone(tenant: Tenant, path: str, visit, accessible) -> None:  # type: ignore[no-untyped-def]
    opened = visit(width=390, height=844, theme="dark")
    page = opened.go(path)
    page.get_by_text("Ask a question first").click()
    page.get_by_label("Your question").fill("Is training in it?")
    page.get_by_role("button", name="Send the question").click()
    expect(page.get_by_text("Your question was sent")).to_be_visible()
    page.locator("summary", has_text="Decline").click()
    form = page.locator("details[open] form")
    form.get_by_label("Your name").fill("Zhou Min")
    form.get_by_label("Why you decline").fill("Too dear")
    accessible(page)
    form.get_by_role("button", name="Decline this change request").click()
    expect(page.get_by_text("You have declined this change request")).to_be_visible()
    page.wait_for_load_state()  # the words are there before the style sheets
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with tenant_scope(tenant.id):
        assert CustomerAnswer.objects.get().reason == "Too dear"


@pytest.mark.parametrize("width", [1440, 390])
def test_the_scope_and_a_change_request_for_members(
    tenant: Tenant, world: ChangeWorld, path: str, visit, accessible, width: int
) -> None:  # type: ignore[no-untyped-def]
    opened = visit(width=width)
    page = opened.sign_in("pam@acme.example")
    for rest in ("scope/", f"change-requests/{change_of(tenant)}/", "requirements/new/"):
        opened.go(f"/t/acme/projects/{world.project.pk}/{rest}")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def change_of(tenant: Tenant) -> int:
    with tenant_scope(tenant.id):
        return int(ChangeRequest.objects.get().pk)
