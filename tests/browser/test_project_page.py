"""A customer's person follows the project on a phone and sends a wish; the manager finds it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from projects.actions.customer_pages import give_page_link
from projects.actions.weeklies import draft_report, send_report
from tests.projects.weekly_world import MONDAY, WeeklyWorld, weekly_world

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> WeeklyWorld:
    with tenant_scope(tenant.id):
        return weekly_world(tenant, make_member)


def test_a_wish_from_a_phone_reaches_the_manager(world: WeeklyWorld, visit, accessible) -> None:  # type: ignore[no-untyped-def]
    by = world.manager.user
    with tenant_scope(world.tenant.id):
        _link, secret = give_page_link(
            project=world.project, contact=world.contact, language="en", by=by
        )
        report = draft_report(
            project=world.project, week=MONDAY, language="en", tenant=world.tenant, by=by,
            now=world.at(),
        )  # fmt: skip
        send_report(report=report, seen=1, contacts=[world.contact], by=by)
    path = f"/r/{world.tenant.pk}.{secret}/"
    phone = visit(width=390, height=844)
    page = phone.go(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Payroll")
    expect(page.get_by_role("heading", name="What we need from you")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="Week of 16 November 2026").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Payroll: weekly report")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    accessible(page)
    page.get_by_role("link", name="Back to the project").click()
    page.get_by_label("Your wish or question").fill("Could leave be approved on the phone?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("has it now")).to_be_visible()
    expect(page.get_by_text("Could leave be approved on the phone?")).to_be_visible()
    expect(page.get_by_text("With us")).to_be_visible()

    desk = visit(theme="dark")
    screen = desk.sign_in("pam@acme.example")
    desk.go(f"/t/acme/projects/{world.project.pk}/scope/")
    screen.get_by_role("link", name="Could leave be approved on the phone?").click()
    expect(screen.get_by_role("heading", name="Classify")).to_be_visible()
    expect(screen.get_by_text("Zhou Min").first).to_be_visible()
    desk.go(f"/t/acme/projects/{world.project.pk}/shared/")
    expect(screen.get_by_text(re.compile("opened"))).to_be_visible()
    accessible(screen)


def test_the_manager_writes_and_sends_on_a_phone(world: WeeklyWorld, visit, accessible) -> None:  # type: ignore[no-untyped-def]
    with tenant_scope(world.tenant.id):
        report = draft_report(
            project=world.project, week=MONDAY, language="en", tenant=world.tenant,
            by=world.manager.user, now=world.at(),
        )  # fmt: skip
    opened = visit(width=390, height=844)
    page = opened.sign_in("pam@acme.example")
    opened.go(f"/t/acme/projects/{world.project.pk}/weeklies/{report.pk}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)
    page.get_by_label("Summary").fill("A good week.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("article").get_by_text("A good week.")).to_be_visible()
    page.get_by_label("Zhou Min").check()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    accessible(page)
    opened.go("/t/acme/weeklies/?week=2026-11-16")
    expect(page.get_by_text("Sent on")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    accessible(page)
