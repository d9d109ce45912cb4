"""Administrators see every letter and decide; the server's trouble is told once; settings of letters."""

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

from accounts.actions.mail import queue_mail
from accounts.actions.mail_decisions import forget_texts
from accounts.actions.mail_sending import send_batch
from accounts.letter_texts import Letter
from accounts.models import (
    AuditRecord,
    Contact,
    Customer,
    MailOutage,
    MailSettings,
    Membership,
    Notification,
    OutgoingMail,
    Tenant,
    UnreachableAddress,
    Unsubscription,
    User,
)
from accounts.tasks import sweep_mail
from accounts.tenancy import tenant_scope
from accounts.views.mail_preview import addressees, preview

SECRET = "https://link.example/secret"


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def client(alice: User) -> Client:
    signed_in = Client()
    signed_in.force_login(alice)
    return signed_in


def write(tenant: Tenant, to: str = "li@rookcombe.example", **more: Any) -> OutgoingMail:
    given = {"invitation": {"name": "Li"}, "tenant": tenant, "link": SECRET}
    with tenant_scope(tenant.pk):
        made = queue_mail(
            letter=Letter("accounts/letters/invitation", given, "en"), to=to, purpose="work", **more
        )
    assert made is not None
    return made


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
    monkeypatch.setattr("accounts.tasks.send_mail.delay", lambda tenant_id: None)
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
    monkeypatch.setattr("accounts.tasks.send_mail.delay", lambda tenant_id: None)
    letter = write(tenant)
    become(tenant, letter, state="unclear")
    for _time in range(3):
        sweep_mail()
    cache.clear()
    sweep_mail()
    with tenant_scope(tenant.pk):
        assert Notification.objects.get().path == f"/mail/{letter.pk}/"


SETTINGS = {
    "sender_name": "青松 HR", "reply_to": "care@acme.example", "is_quiet": "on",
    "quiet_from": "19:30", "quiet_until": "09:00", "signature_en": "Yours", "signature_zh_hans": "",
    "seen": "1",
}  # fmt: skip


def test_settings_are_kept_and_two_people_do_not_overwrite_each_other(
    tenant: Tenant, client: Client
) -> None:
    assert client.get("/t/acme/settings/mail/").status_code == 200
    assert client.post("/t/acme/settings/mail/", SETTINGS).status_code == 302
    with tenant_scope(tenant.pk):
        kept = MailSettings.objects.get()
    assert (kept.sender_name, kept.signatures) == ("青松 HR", {"en": "Yours"})
    assert (f"{kept.quiet_from:%H:%M}", kept.is_quiet_on_weekends) == ("19:30", False)
    answer = client.post("/t/acme/settings/mail/", SETTINGS | {"sender_name": "Other"})
    assert answer.status_code == 409
    page = client.get("/t/acme/settings/mail/").content.decode()
    assert "Yours" in page


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("reply_to", "nobody", "Enter a valid email address"),
        ("quiet_from", "25:00", "Enter a valid time"),
        ("sender_name", "x" * 101, "at most 100 characters"),
    ],
)
def test_settings_that_are_wrong_say_what(
    tenant: Tenant, client: Client, field: str, value: str, says: str
) -> None:
    answer = client.post("/t/acme/settings/mail/", SETTINGS | {field: value})
    assert says in answer.content.decode()
    with tenant_scope(tenant.pk):
        assert not MailSettings.objects.exists()


def test_a_test_letter_goes_to_oneself(
    tenant: Tenant, client: Client, django_capture_on_commit_callbacks: Callable
) -> None:
    client.post("/t/acme/settings/mail/", SETTINGS)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/t/acme/settings/mail/tests/")
    (sent,) = mail.outbox
    assert sent.to == ["alice@acme.example"]
    assert sent.subject.startswith("[Test] ")
    assert "-- \nYours" in sent.body
    page = client.get(answer["Location"]).content.decode()
    assert "Sent" in page


def test_a_preview_says_who_gets_it_and_who_does_not_and_why(
    tenant: Tenant, django_assert_num_queries: Callable
) -> None:
    with tenant_scope(tenant.pk):
        customer = Customer.objects.create(key="C", name="C")
        made = {
            name: Contact.objects.create(customer=customer, key=name, name=name, email=email)
            for name, email in (
                ("gets it", "a@x.example"), ("no address", ""), ("odd", "not one"),
                ("gone", "Gone@x.example"), ("declined", "d@x.example"),
                ("had enough", "e@x.example"), ("twice", "A@x.example"),
            )
        }  # fmt: skip
        UnreachableAddress.objects.create(address="gone@x.example", kind="bounced")
        Unsubscription.objects.create(contact=made["declined"], purpose="survey")
        with django_assert_num_queries(2):
            found = addressees(
                list(made.values()), purpose="survey", capped={made["had enough"].pk}
            )
        shown = preview(
            Letter("accounts/letters/test", {"name": "Li", "tenant": tenant}, "zh-hans"), found
        )
    assert [one.contact.name for one in shown.going] == ["gets it"]
    assert {one.contact.name: one.reason for one in shown.left_out} == {
        "no address": "no_address", "odd": "not_an_address", "gone": "unreachable",
        "declined": "declined", "had enough": "capped", "twice": "twice",
    }  # fmt: skip
    assert "Acme" in shown.subject


def test_the_contacts_page_says_whether_letters_arrive(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.pk):
        customer = Customer.objects.create(key="C", name="C")
        contact = Contact.objects.create(
            customer=customer, key="c", name="Li", email="Li@rookcombe.example"
        )
        Unsubscription.objects.create(contact=contact, purpose="survey")
    write(tenant, contact.email, contact=contact)
    path = f"/t/acme/customers/{customer.pk}/contacts/{contact.pk}/"
    page = client.get(path).content.decode()
    assert "Surveys" in page
    assert "Waiting" in page
    assert "No letter reaches this address" not in page
    with tenant_scope(tenant.pk):
        UnreachableAddress.objects.create(address="li@rookcombe.example", kind="bounced")
    assert "No letter reaches this address" in client.get(path).content.decode()
    panel = client.get(f"/t/acme/customers/{customer.pk}/").content.decode()
    assert "No letter reaches it" in panel
    given = {
        "name": "Li", "email": "li.wei@rookcombe.example", "time_zone": "Europe/Berlin",
        "roles-TOTAL_FORMS": "0", "roles-INITIAL_FORMS": "0",
    }  # fmt: skip
    client.post(path, given)
    assert "No letter reaches this address" not in client.get(path).content.decode()
    with tenant_scope(tenant.pk):
        contact.refresh_from_db()
        assert contact.time_zone == "Europe/Berlin"
        kept = AuditRecord.objects.filter(verb="contact.changed").latest("id")
        assert kept.data["before"]["time_zone"] == ""
    client.post(path, given | {"time_zone": ""})
    with tenant_scope(tenant.pk):
        contact.refresh_from_db()
        assert contact.time_zone is None
