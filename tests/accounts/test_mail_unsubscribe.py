"""Declining letters: by one click of a mail program, or on the page; undone there too."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from accounts.actions.mail import queue_mail
from accounts.letter_texts import Letter
from accounts.models import (
    AuditRecord,
    Contact,
    Customer,
    MailSettings,
    Tenant,
    Unsubscription,
)
from accounts.tenancy import tenant_scope
from accounts.unsubscribing import unsubscribe_path


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def contact(tenant: Tenant) -> Contact:
    with tenant_scope(tenant.pk):
        customer = Customer.objects.create(key="C", name="Rookcombe")
        return Contact.objects.create(
            customer=customer, key="li", name="Li", email="li@rookcombe.example"
        )


@pytest.fixture
def path(tenant: Tenant, contact: Contact) -> str:
    return unsubscribe_path(tenant.pk, contact.pk, "survey", "zh-hans")


def declined(tenant: Tenant) -> set[str]:
    with tenant_scope(tenant.pk):
        return set(Unsubscription.objects.values_list("purpose", flat=True))


def test_a_survey_brings_its_address_in_head_and_text(
    tenant: Tenant, contact: Contact, django_capture_on_commit_callbacks: Callable
) -> None:
    given = {"invitation": {"name": "Li"}, "tenant": tenant, "link": "https://link.example"}
    with django_capture_on_commit_callbacks(execute=True), tenant_scope(tenant.pk):
        MailSettings.objects.create(is_quiet=False)
        queue_mail(
            letter=Letter("accounts/letters/invitation", given, "en"), to=contact.email,
            purpose="survey", contact=contact,
        )  # fmt: skip
    sent = mail.outbox[0].message()
    address = str(sent["List-Unsubscribe"]).strip("<>")
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in mail.outbox[0].body
    path = re.sub(r"^https?://[^/]+", "", address)
    client = Client(enforce_csrf_checks=True)
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert declined(tenant) == {"survey"}


def test_looking_declines_nothing(tenant: Tenant, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert Client().head(path).status_code == 405
    assert declined(tenant) == set()


def test_the_page_keeps_a_choice_and_takes_it_back(tenant: Tenant, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(path, {"wanted": ["update", "report"]}).status_code == 302
    assert declined(tenant) == {"survey"}
    assert client.post(path, {"wanted": ["update", "report"]}).status_code == 302
    assert client.post(path, {"wanted": ["update", "report", "survey"]}).status_code == 302
    assert declined(tenant) == set()
    with tenant_scope(tenant.pk):
        kept = list(AuditRecord.objects.filter(verb__startswith="contact.letters").order_by("id"))
        assert [(one.verb, one.data["purpose"]) for one in kept] == [
            ("contact.letters_declined", "survey"),
            ("contact.letters_wanted", "survey"),
        ]
        assert all(one.actor is None for one in kept)


def test_work_cannot_be_declined(tenant: Tenant, contact: Contact) -> None:
    path = unsubscribe_path(tenant.pk, contact.pk, "work", "en")
    Client().post(path, {"List-Unsubscribe": "One-Click"})
    assert declined(tenant) == set()


@pytest.mark.parametrize(
    "change", [lambda path: path[:-3] + "xx/", lambda path: "/mail/unsubscribe/x/"]
)
def test_an_address_that_is_made_up_is_unknown(
    tenant: Tenant, path: str, change: Callable[[str], str]
) -> None:
    assert Client().post(change(path), {"wanted": []}).status_code == 404
    assert declined(tenant) == set()


def test_somebody_elses_address_cannot_be_guessed(
    tenant: Tenant, contact: Contact, path: str
) -> None:
    signed = path.split("/")[-2]
    other = signed.replace(f".{contact.pk}.", f".{contact.pk + 1}.", 1)
    assert Client().get(f"/mail/unsubscribe/{other}/").status_code == 404


def test_who_is_gone_declines_nothing(tenant: Tenant, contact: Contact, path: str) -> None:
    with tenant_scope(tenant.pk):
        Contact.objects.all().delete()
    assert Client().get(path).status_code == 410


def test_another_tenants_contact_is_not_there(
    tenant: Tenant, contact: Contact, make_tenant: Callable[..., Tenant]
) -> None:
    other = make_tenant("other")
    answer = Client().get(unsubscribe_path(other.pk, contact.pk, "survey", "en"))
    assert answer.status_code == 410


def test_a_flood_is_slowed_down(path: str) -> None:
    client = Client()
    codes = {client.get(path).status_code for _ in range(40)}
    assert codes == {200, 429}
