"""From a new write key to its first events, and what is decided of those that cannot be taken."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Customer, Tenant
from accounts.tenancy import tenant_scope
from segmentation.models import DeadLetter, UsageEvent

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = "/t/acme/settings/sources/"


@pytest.fixture
def vendor(make_tenant, make_member) -> Tenant:  # type: ignore[no-untyped-def]
    tenant: Tenant = make_tenant("acme")
    make_member(tenant, "alice@acme.example", "admin")
    with tenant_scope(tenant.id):
        Customer.objects.create(key="B-1", name="Blue Harbour Ltd")
    return tenant


def send(server: str, key: str, *messages: dict[str, Any]) -> None:
    body = json.dumps({"writeKey": key, "batch": [{"type": "track", **one} for one in messages]})
    request = urllib.request.Request(f"{server}/v1/batch", body.encode())  # noqa: S310 - our own
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        assert json.load(answer) == {"success": True}


def new_key(page: Page, server: str) -> str:
    """A key made on screen, as it is shown once."""
    page.goto(server + ROOT)
    page.get_by_role("main").get_by_role("link", name="New write key").first.press("Enter")
    page.get_by_label("What it is for").fill("Product")
    page.get_by_role("button", name="Make the write key").press("Enter")
    written: str = page.get_by_label("Write key", exact=True).input_value()
    assert written in page.locator("#snippet-curl").input_value()
    return written


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_from_a_key_to_everything_taken(  # type: ignore[no-untyped-def]
    visit, live_server, vendor: Tenant, scripts: bool, accessible: Callable[..., None]
) -> None:
    page = visit(scripts=scripts).sign_in("alice@acme.example")
    server = live_server.url
    key = new_key(page, server)
    known = {"userId": "ann", "context": {"groupId": "B-1"}}
    send(
        server,
        key,
        {"event": "Report opened", "messageId": "m1", **known},
        {"event": "Login", "messageId": "m2", "userId": "ann", "groupId": "blue harbour"},
        {"event": "", "messageId": "m3", **known},
    )
    page.goto(server + ROOT)
    expect(page.get_by_text("Alive")).to_be_visible()
    expect(page.get_by_role("cell", name="Report opened")).to_be_visible()
    if scripts:
        accessible(page)

    page.get_by_role("link", name="Mapping").press("Enter")
    page.get_by_role("button", name="Rule", exact=True).press("Enter")
    page.get_by_label("Name", exact=True).fill("Report *")
    page.get_by_label("Module", exact=True).fill("reports")
    if not scripts:
        page.get_by_label("Module", exact=True).press("Enter")
    row = page.locator("#rules-preview tbody tr", has_text="Report opened")
    expect(row).to_contain_text("rule 1")
    if scripts:
        accessible(page)
    page.get_by_role("button", name="Save the mapping").press("Enter")
    expect(page.get_by_text("Events that come from now on follow it.")).to_be_visible()

    page.get_by_role("link", name="Dead letters").press("Enter")
    page.get_by_role("checkbox", name="It names no event").check()
    page.get_by_role("button", name="Discard").press("Enter")
    expect(page.get_by_text("Discarded: 1.")).to_be_visible()
    page.get_by_role("button", name="Undo").press("Enter")
    expect(page.get_by_text("1 dead letter waits again")).to_be_visible()

    page.get_by_role("link", name="Quarantine").press("Enter")
    page.get_by_role("link", name="blue harbour").press("Enter")
    page.get_by_label("Name or key").fill("harb")
    if not scripts:
        page.get_by_role("button", name="Search").press("Enter")
    page.get_by_role("button", name="Blue Harbour Ltd").press("Enter")
    if scripts:
        accessible(page)
    page.get_by_role("button", name="Decide").press("Enter")
    expect(page.get_by_text("1 message that waited is written")).to_be_visible()
    expect(page.get_by_role("link", name="Blue Harbour Ltd")).to_be_visible()

    with tenant_scope(vendor.id):
        assert UsageEvent.objects.filter(customer__key="B-1").count() == 2
        assert DeadLetter.objects.get().state == "open"
