"""Administrators see every letter and decide; trouble is told once, and texts are forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import apprise
import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from smtp_server import SmtpServer, free_port, use

from accounts.actions.mail_decisions import forget_texts
from accounts.actions.mail_sending import send_batch
from accounts.models import (
    AuditRecord,
    Contact,
    Customer,
    MailOutage,
    Membership,
    Notification,
    OutgoingMail,
    Tenant,
    UnreachableAddress,
    User,
)
from accounts.tasks import sweep_mail
from accounts.tenancy import tenant_scope
from tests.accounts.mail_world import SECRET, write


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def client(alice: User) -> Client:
    signed_in = Client()
    signed_in.force_login(alice)
    return signed_in


def become(tenant: Tenant, letter: OutgoingMail, **values: Any) -> None:
    with tenant_scope(tenant.pk):
        OutgoingMail.objects.filter(pk=letter.pk).update(**values)


def state(tenant: Tenant, letter: OutgoingMail) -> str:
    with tenant_scope(tenant.pk):
        letter.refresh_from_db()
    return str(letter.state)


def test_the_list_shows_letters_and_no_text(tenant: Tenant, client: Client) -> None:
    write(tenant)
    refused = write(tenant, "gone@x.example")
    become(tenant, refused, state="refused", reason="address", reply_code=550)
    page = client.get("/t/acme/mail/").content.decode()
    assert "li@rookcombe.example" in page
    assert "The mail server refused the address. (550)" in page
    only = client.get("/t/acme/mail/?state=refused").content.decode()
    assert "gone@x.example" in only
    assert "li@rookcombe.example" not in only
    found = client.get("/t/acme/mail/?q=rookcombe").content.decode()
    assert "gone@x.example" not in found
    one = client.get(f"/t/acme/mail/{refused.pk}/").content.decode()
    assert SECRET not in page + one
    assert "Send again" in one


def test_the_list_costs_the_same_for_few_and_many(
    tenant: Tenant, client: Client, django_assert_max_num_queries: Callable
) -> None:
    counts = []
    with tenant_scope(tenant.pk):
        customer = Customer.objects.create(key="C", name="C")
        contact = Contact.objects.create(customer=customer, key="c", name="c")
    for size in (2, 40):
        for _number in range(size):
            write(tenant, contact=contact)
        client.get("/t/acme/mail/")
        with django_assert_max_num_queries(40) as asked:
            client.get("/t/acme/mail/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_an_unclear_letter_is_sent_again_as_the_same(
    tenant: Tenant, client: Client, django_capture_on_commit_callbacks: Callable
) -> None:
    letter = write(tenant)
    become(tenant, letter, state="unclear", claim="dead", claimed_at=timezone.now())
    assert "Somebody has to decide" in client.get("/t/acme/mail/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/t/acme/mail/{letter.pk}/sendings/")
    assert state(tenant, letter) == "sent"
    (sent,) = mail.outbox
    assert sent.message()["Message-ID"] == letter.message_id
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/t/acme/mail/{letter.pk}/sendings/")
    assert len(mail.outbox) == 1, "it has left"
    with tenant_scope(tenant.pk):
        assert AuditRecord.objects.filter(verb="mail.sent_again").count() == 1


def test_an_unclear_letter_counts_as_sent_once_somebody_knows(
    tenant: Tenant, client: Client
) -> None:
    letter = write(tenant)
    assert client.post(f"/t/acme/mail/{letter.pk}/confirmations/").status_code == 302
    assert state(tenant, letter) == "queued", "only what is unclear"
    become(tenant, letter, state="unclear")
    client.post(f"/t/acme/mail/{letter.pk}/confirmations/")
    assert state(tenant, letter) == "sent"
    assert letter.sealed_body == ""
    assert mail.outbox == []


def test_a_letter_that_waits_can_be_dropped(tenant: Tenant, client: Client) -> None:
    letter = write(tenant)
    asked = client.get(f"/t/acme/mail/{letter.pk}/removals/")
    assert asked.status_code == 200
    assert state(tenant, letter) == "queued"
    client.post(f"/t/acme/mail/{letter.pk}/removals/")
    assert (state(tenant, letter), letter.sealed_body) == ("dropped", "")
    assert send_batch(tenant_id=tenant.pk).sent == 0


def test_what_a_worker_holds_is_not_dropped(tenant: Tenant, client: Client) -> None:
    letter = write(tenant)
    become(tenant, letter, claim="somebody")
    client.post(f"/t/acme/mail/{letter.pk}/removals/")
    assert state(tenant, letter) == "queued"


def test_an_address_can_be_tried_again(tenant: Tenant, client: Client) -> None:
    refused = write(tenant)
    become(tenant, refused, state="refused")
    with tenant_scope(tenant.pk):
        known = UnreachableAddress.objects.create(address="li@rookcombe.example", kind="refused")
    assert "li@rookcombe.example" in client.get("/t/acme/mail/addresses/").content.decode()
    client.post(f"/t/acme/mail/{refused.pk}/sendings/")
    assert state(tenant, refused) == "refused"
    client.post(f"/t/acme/mail/addresses/{known.pk}/removals/")
    client.post(f"/t/acme/mail/{refused.pk}/sendings/")
    assert state(tenant, refused) == "queued"


def test_a_text_that_nobody_sent_is_forgotten(tenant: Tenant, client: Client) -> None:
    old, young = write(tenant), write(tenant)
    become(tenant, old, state="given_up", created_at=timezone.now() - timedelta(days=31))
    become(tenant, young, state="given_up")
    assert forget_texts(tenant_id=tenant.pk) == 1
    client.post(f"/t/acme/mail/{old.pk}/sendings/")
    assert (state(tenant, old), state(tenant, young)) == ("given_up", "given_up")
    assert young.sealed_body


@pytest.fixture
def nobody_listens(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """No mail server; what the operator's channels are told."""
    server = SmtpServer()
    server.port = free_port()
    use(settings, server)
    settings.ALERT_URLS = ["json://localhost"]
    told: list[str] = []
    monkeypatch.setattr(
        apprise.Apprise, "notify", lambda self, title, body: told.append(body) or True
    )
    return told


def test_a_server_that_is_down_for_long_is_told_once(
    tenant: Tenant, make_tenant: Callable, alice: User, client: Client, nobody_listens: list[str],
    make_member: Callable[..., Membership], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    other = make_tenant("other")
    make_member(other, "olga@other.example", "admin")
    for one in (tenant, other):
        write(one)
        send_batch(tenant_id=one.pk)
    monkeypatch.setattr("accounts.actions.mail.wake_sender", lambda tenant_id: None)
    sweep_mail()
    assert nobody_listens == [], "a server that restarts is nobody's concern"
    for one in (tenant, other):
        with tenant_scope(one.pk):
            MailOutage.objects.update(since=timezone.now() - timedelta(minutes=6))
    for _time in range(3):
        sweep_mail()
    assert len(nobody_listens) == 1, "one outage, however many tenants notice it"
    with tenant_scope(tenant.pk):
        assert Notification.objects.get().kind == "mail.down"
    page = client.get("/t/acme/mail/").content.decode()
    assert "The mail server takes nothing" in page
    assert "nothing is lost" in page


def test_an_unclear_letter_is_told_once(
    tenant: Tenant, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.actions.mail.wake_sender", lambda tenant_id: None)
    letter = write(tenant)
    become(tenant, letter, state="unclear")
    for _time in range(3):
        sweep_mail()
    cache.clear()
    sweep_mail()
    with tenant_scope(tenant.pk):
        assert Notification.objects.get().path == f"/mail/{letter.pk}/"
