"""How a tenant's letters are, how one reads before it goes, and whether a contact is reached."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.letter_texts import Letter
from accounts.models import (
    AuditRecord,
    Contact,
    Customer,
    MailSettings,
    Tenant,
    UnreachableAddress,
    Unsubscription,
    User,
)
from accounts.tenancy import tenant_scope
from accounts.views.mail_preview import addressees, preview
from tests.accounts.mail_world import write


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def client(alice: User) -> Client:
    signed_in = Client()
    signed_in.force_login(alice)
    return signed_in


SETTINGS = {
    "sender_name": "青松 HR", "reply_to": "care@acme.example", "is_quiet": "on",
    "quiet_from": "19:30", "quiet_until": "09:00", "signature_en": "Yours", "signature_zh_hans": "",
    "notifications_kept_days": "90", "letters_kept_days": "365", "seen": "1",
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
    assert (kept.notifications_kept_days, kept.letters_kept_days) == (90, 365)
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
        ("letters_kept_days", "59", "greater than or equal to 60"),
        ("notifications_kept_days", "3651", "less than or equal to 3650"),
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
    panel = client.get(f"/t/acme/customers/{customer.pk}/?part=people").content.decode()
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
