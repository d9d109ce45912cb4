"""The page after a link was made says what really becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import (
    Contact,
    Customer,
    Membership,
    OutgoingMail,
    Tenant,
    UnreachableAddress,
)
from accounts.tenancy import tenant_scope


@pytest.fixture
def give_link(
    tenant: Tenant, make_member: Callable[..., Membership], client: Client
) -> Callable[[str], str]:
    """Gives a contact with this address a link, and returns the page that shows it."""
    admin = make_member(tenant, "lead@acme.example", "admin")
    client.force_login(admin.user)

    def give(email: str) -> str:
        with tenant_scope(tenant.pk):
            customer = Customer.objects.create(key="one", name="One")
            contact = Contact.objects.create(customer=customer, key="ann", name="Ann", email=email)
        url = f"/t/{tenant.slug}/customers/{customer.pk}/case-links/"
        made = client.post(url, {"contact": str(contact.pk), "language": "en"}, follow=True)
        return made.content.decode()

    return give


def test_a_letter_on_its_way_is_told(give_link: Callable[[str], str]) -> None:
    page = give_link("ann@one.example")
    assert "A letter with it is on its way to ann@one.example." in page


def test_an_address_that_is_left_alone_is_told(
    tenant: Tenant, give_link: Callable[[str], str]
) -> None:
    with tenant_scope(tenant.pk):
        UnreachableAddress.objects.create(
            address="ann@one.example", kind=UnreachableAddress.Kind.REFUSED
        )
    page = give_link("Ann@one.example")
    assert "No letter reaches Ann@one.example: hand the link over yourself." in page
    assert "is on its way" not in page
    with tenant_scope(tenant.pk):
        assert OutgoingMail.objects.get().state == OutgoingMail.State.SUPPRESSED


def test_where_no_letter_is_written_nobody_is_said_to_lack_an_address(
    give_link: Callable[[str], str],
) -> None:
    page = give_link("")
    assert "No letter goes out with it: hand the link over yourself." in page
    assert "has no e-mail address" not in page


QUIET = datetime(2026, 11, 11, 14, 30, tzinfo=UTC)  # 22:30 in Shanghai, 9:30 in New York


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("", "leaves for ann@one.example on 12 Nov 2026 at 08:00 (Asia/Shanghai)."),
        ("America/New_York", "A letter with it is on its way to ann@one.example."),
        ("Asia/Tokyo", "leaves for ann@one.example on 12 Nov 2026 at 08:00 (Asia/Tokyo)."),
    ],
)
def test_what_waits_for_the_morning_is_told_by_the_readers_clock(
    tenant: Tenant,
    make_member: Callable[..., Membership],
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    told: str,
) -> None:
    client.force_login(make_member(tenant, "lead@acme.example", "admin").user)
    with tenant_scope(tenant.pk):
        customer = Customer.objects.create(key="one", name="One")
        ann = Contact.objects.create(
            customer=customer, key="ann", name="Ann", email="ann@one.example",
            time_zone=zone or None,
        )  # fmt: skip
    for module in ("accounts.views.sent_links", "accounts.actions.mail"):
        monkeypatch.setattr(f"{module}.timezone.now", lambda: QUIET)
    asked = {"survey": "shipped-relationship", "contact": str(ann.pk), "language": "en"}
    url = f"/t/{tenant.slug}/customers/{customer.pk}/surveys/new/"
    page = client.post(url, asked | {"writes": "on"}, follow=True).content.decode()
    assert told in page
    with tenant_scope(tenant.pk):
        waits = OutgoingMail.objects.get().not_before > QUIET
    assert waits == ("leaves for" in told)
