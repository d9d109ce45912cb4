"""From a new webhook to a delivery that is looked at and sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from webhook_receiver import Receiver, answers

from accounts.actions.webhook_sending import send_webhooks
from accounts.models import Tenant

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = "/t/acme/settings/webhooks/"


@pytest.fixture
def vendor(make_tenant, make_member) -> Tenant:  # type: ignore[no-untyped-def]
    tenant: Tenant = make_tenant("acme")
    make_member(tenant, "alice@acme.example", "admin")
    return tenant


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with Receiver() as running:
        yield running


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_webhook_is_made_tried_and_looked_at(  # type: ignore[no-untyped-def]
    visit,
    live_server,
    vendor: Tenant,
    receiver: Receiver,
    scripts: bool,
    accessible: Callable[..., None],
) -> None:
    page = visit(scripts=scripts).sign_in("alice@acme.example")

    def looked_at() -> None:
        if scripts:
            accessible(page)

    page.goto(live_server.url + ROOT)
    expect(page.get_by_text("No program is told anything yet")).to_be_visible()
    looked_at()
    page.get_by_role("link", name="Events", exact=True).press("Enter")
    looked_at()
    page.goto(live_server.url + ROOT)
    page.get_by_role("link", name="Add a webhook").press("Enter")
    page.get_by_label("What it is for").fill("Warehouse")
    page.get_by_label("Address").fill(receiver.url)
    page.get_by_role("button", name="Add the webhook").press("Enter")
    # Nothing was chosen that it is told of.
    looked_at()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Add the webhook").press("Enter")
    secret = page.get_by_label("Secret", exact=True)
    assert secret.input_value().startswith("whsec_")
    looked_at()

    receiver.manner = answers(500, b"not today")
    page.get_by_role("button", name="Send a test").press("Enter")
    looked_at()
    send_webhooks(tenant_id=vendor.pk)
    assert len(receiver.requests) == 1
    page.reload()
    expect(page.get_by_text("(500)", exact=False).last).to_be_visible()
    looked_at()
    page.get_by_role("link", name="Warehouse").first.press("Enter")
    expect(page.locator("table tbody tr")).to_have_count(1)
    expect(secret).to_have_count(0)
    looked_at()
