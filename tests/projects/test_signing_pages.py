"""A signatory's page: what it shows, and every link that opens nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from projects.actions.change_requests import approve_change, edit_change
from projects.actions.signing_links import revoke_link
from projects.models import Baseline, ChangeRequest, CustomerAnswer, SigningLink, SigningQuestion
from tests.projects.change_world import VALUES, ChangeWorld, approved, change_world, sent


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def world(tenant: Tenant, make_member: Callable[..., Membership]) -> ChangeWorld:
    with tenant_scope(tenant.id):
        return change_world(tenant, make_member)


@pytest.fixture
def link(tenant: Tenant, world: ChangeWorld) -> tuple[SigningLink, str]:
    with tenant_scope(tenant.id):
        made, secret = sent(world, tenant)
    return made, f"/r/{tenant.pk}.{secret}/"


def filled(link: SigningLink, act: str = "sign", **values: str) -> dict[str, str]:
    given = {"sign": {"sign-name": "Zhou Min", "sign-consent": "on"},
             "decline": {"decline-name": "Zhou Min", "decline-reason": "Too dear"},
             "ask": {"ask-question": "Is training in it?"}}  # fmt: skip
    return {"act": act, "document": link.document_hash, **given[act], **values}


def text(response) -> str:  # type: ignore[no-untyped-def]
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def answers(tenant: Tenant) -> int:
    with tenant_scope(tenant.id):
        return CustomerAnswer.objects.count()


def test_the_page_shows_exactly_the_document(tenant: Tenant, link: tuple[SigningLink, str]) -> None:
    response = Client().get(link[1])
    shown = text(response)
    for part in (
        VALUES.title, "Payroll runs for the subsidiary too.", "With its own calendar.",
        "7.5 person-days", "¥15,000.50", "5 working days later", "Set up the company",
        "Import its people", "2.5 person-days", "Acme", "Payroll", "Rookcombe", "Zhou Min",
        "Whom to turn to pam", link[0].document_hash,
    ):  # fmt: skip
        assert part in shown
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"


def test_no_digit_of_the_price_or_the_effort_is_hidden(tenant: Tenant, world: ChangeWorld) -> None:
    """Files may bring more decimals than the currency has; nobody signs a rounded number."""
    with tenant_scope(tenant.id):
        made, _secret = sent(world, tenant)
        change = made.change_request
        ChangeRequest.objects.filter(pk=change.pk).update(
            price=Decimal("15000.5049"), effort_days=Decimal("7.125")
        )
        change.refresh_from_db()
        _made, secret = sent(world, tenant, change)
    shown = text(Client().get(f"/r/{tenant.pk}.{secret}/"))
    assert "¥15,000.5049" in shown
    assert "7.125 person-days" in shown


def test_the_documents_language_is_the_pages(tenant: Tenant, world: ChangeWorld) -> None:
    with tenant_scope(tenant.id):
        _link, secret = sent(world, tenant, language="zh-hans")
    response = Client(headers={"accept-language": "en"}).get(f"/r/{tenant.pk}.{secret}/")
    assert '<html lang="zh-Hans"' in response.content.decode()
    assert response["Content-Language"] == "zh-hans"


def test_signing(tenant: Tenant, link: tuple[SigningLink, str]) -> None:
    response = Client().post(link[1], filled(link[0]))
    assert response.status_code == 200
    assert "You have signed" in text(response)
    with tenant_scope(tenant.id):
        kept = CustomerAnswer.objects.get()
        assert (kept.outcome, kept.name, kept.ip) == ("signed", "Zhou Min", "127.0.0.1")
        assert Baseline.objects.count() == 2


@pytest.mark.parametrize("missing", [{"sign-name": " "}, {"sign-consent": ""}, {"act": "other"}])
def test_nothing_is_signed_without_name_and_consent(
    tenant: Tenant, link: tuple[SigningLink, str], missing: dict[str, str]
) -> None:
    assert Client().post(link[1], filled(link[0]) | missing).status_code == 200
    assert answers(tenant) == 0


def test_declining_and_asking(tenant: Tenant, link: tuple[SigningLink, str]) -> None:
    client = Client()
    asked = client.post(link[1], filled(link[0], "ask"), follow=True)
    assert "Your question was sent" in text(asked)
    with tenant_scope(tenant.id):
        assert SigningQuestion.objects.get().text == "Is training in it?"
    refused = client.post(link[1], filled(link[0], "decline", **{"decline-reason": ""}))
    assert answers(tenant) == 0
    assert refused.status_code == 200
    assert "You have declined" in text(client.post(link[1], filled(link[0], "decline")))
    with tenant_scope(tenant.id):
        assert ChangeRequest.objects.get().state == "declined"


def test_another_document_than_the_one_on_screen_is_not_signed(
    tenant: Tenant, link: tuple[SigningLink, str]
) -> None:
    for document in ("", "0" * 64):
        response = Client().post(link[1], filled(link[0], document=document))
        assert response.status_code == 410
    assert answers(tenant) == 0


def expire(link: SigningLink, world: ChangeWorld) -> None:
    now = timezone.now()
    SigningLink.objects.filter(pk=link.pk).update(
        sent_at=now - timedelta(days=20), expires_at=now - timedelta(seconds=1)
    )


def revoke(link: SigningLink, world: ChangeWorld) -> None:
    revoke_link(link=link, by=world.author.user)


def alter(link: SigningLink, world: ChangeWorld) -> None:
    change = link.change_request
    change.refresh_from_db()
    values = replace(VALUES, price=Decimal(1))
    edit_change(change=change, seen=1, values=values, by=world.author.user)
    approve_change(change=change, seen=2, by=world.approver.user)


def alter_in_a_file(link: SigningLink, world: ChangeWorld) -> None:
    ChangeRequest.objects.update(title="Something else")


def alter_the_kept_document(link: SigningLink, world: ChangeWorld) -> None:
    SigningLink.objects.update(document=link.document.replace("Acme", "Ecma"))


def withdraw(link: SigningLink, world: ChangeWorld) -> None:
    ChangeRequest.objects.update(state="withdrawn", decided_on=world.project.starts_on)


@pytest.mark.parametrize(
    ("closes", "words"),
    [
        (expire, "This link has expired"),
        (revoke, "This link was taken back"),
        (alter, "This document was altered after it was sent"),
        (alter_in_a_file, "This document was altered after it was sent"),
        (alter_the_kept_document, "This document was altered after it was sent"),
        (withdraw, "This was decided already"),
    ],
)
def test_a_closed_link_says_so_and_nothing_else(
    tenant: Tenant,
    world: ChangeWorld,
    link: tuple[SigningLink, str],
    closes: Callable[[SigningLink, ChangeWorld], None],
    words: str,
) -> None:
    with tenant_scope(tenant.id):
        closes(link[0], world)
    for response in (Client().get(link[1]), *(
        Client().post(link[1], filled(link[0], act)) for act in ("sign", "decline", "ask")
    )):  # fmt: skip
        assert response.status_code == 410
        assert words in text(response)
        for secret in ("Acme", "Rookcombe", "Payroll", "15,000", "payroll", "Zhou"):
            assert secret not in text(response)
    assert answers(tenant) == 0


def test_a_used_link_is_refused(tenant: Tenant, link: tuple[SigningLink, str]) -> None:
    client = Client()
    client.post(link[1], filled(link[0]))
    for response in (client.get(link[1]), client.post(link[1], filled(link[0], "decline"))):
        assert response.status_code == 410
        assert "This link was used already" in text(response)
        assert "Rookcombe" not in text(response)
    assert answers(tenant) == 1


def test_unknown_links_tell_nothing(
    tenant: Tenant, make_tenant: Callable[..., Tenant], link: tuple[SigningLink, str]
) -> None:
    other = make_tenant("other")
    secret = link[1].split(".", 1)[1]
    pages = set()
    for path in (
        f"/r/{tenant.pk}.wrong/", f"/r/{tenant.pk}.{secret[:-2]}/", f"/r/{other.pk}.{secret}",
        f"/r/{tenant.pk + 999}.{secret}", f"/r/{'9' * 30}.{secret}",
        f"/r/{tenant.pk}.{link[0].secret_hash}/",
    ):  # fmt: skip
        response = Client().get(path)
        assert response.status_code == 404
        pages.add(text(response))
    assert len(pages) == 1


def test_guessing_is_slowed_down(tenant: Tenant, link: tuple[SigningLink, str]) -> None:
    client = Client()
    statuses = [client.get(f"/r/{tenant.pk}.guess{number}/").status_code for number in range(31)]
    assert statuses == [404] * 30 + [429]
    # Also for who then guesses right.
    assert client.get(link[1]).status_code == 429


def test_markup_in_a_document_stays_text(tenant: Tenant, world: ChangeWorld) -> None:
    values = replace(VALUES, title="<img src=x>", text="<script>alert(1)</script>")
    with tenant_scope(tenant.id):
        _link, secret = sent(world, tenant, approved(world, values))
    page = Client().get(f"/r/{tenant.pk}.{secret}/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<img src=x>" not in page


def test_nobody_of_the_vendor_signs_for_the_customer(
    tenant: Tenant, world: ChangeWorld, link: tuple[SigningLink, str]
) -> None:
    client = Client()
    client.force_login(world.author.user)
    assert client.get(link[1]).status_code == 200, "they may look at it"
    answer = client.post(link[1], filled(link[0]))
    assert answer.status_code == 403
    assert "Only the customer can answer here" in text(answer)
    with tenant_scope(tenant.id):
        assert not CustomerAnswer.objects.exists()
