"""An invitation's link in a browser."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.actions.invitations import invite, renew_invitation, revoke_invitation
from accounts.models import Invitation, Membership, Tenant, User
from accounts.tenancy import tenant_scope

JOIN = {
    "name": "New Person",
    "password": "a rather long one",
    "password_again": "a rather long one",
    "language": "en",
}


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def link(tenant, alice) -> str:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        _, secret = invite(email="new@acme.example", roles=["service_manager"], by=alice)
    return f"/invitations/{tenant.id}.{secret}/"


def invitation_of(tenant) -> Invitation:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        return Invitation.objects.get()


def members(tenant) -> set[str]:  # type: ignore[no-untyped-def]
    with tenant_scope(tenant.id):
        return set(Membership.objects.values_list("user__email", flat=True))


def test_a_new_person_joins_and_is_signed_in(client: Client, tenant, link: str) -> None:  # type: ignore[no-untyped-def]
    page = client.get(link)
    assert page.status_code == 200
    assert b"new@acme.example" in page.content
    assert "new@acme.example" not in members(tenant), "looking accepts nothing"
    answer = client.post(link, JOIN)
    assert (answer.status_code, answer["Location"]) == (302, "/t/acme/")
    assert "new@acme.example" in members(tenant)
    user = User.objects.get(email="new@acme.example")
    assert (user.name, user.language) == ("New Person", "en")
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize(
    ("invited_in", "browser", "chosen"),
    [
        ("zh-hans", "en-GB,en;q=0.9", "zh-hans"),
        ("en", "zh-CN,zh;q=0.9,en;q=0.8", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"),
        ("", "en-GB,en;q=0.9,zh;q=0.1", "en"),
        ("", "", "en"),
    ],
)
def test_the_language_is_that_of_the_invitation_or_else_of_the_browser(
    client: Client, tenant: Tenant, alice: User, invited_in: str, browser: str, chosen: str
) -> None:
    with tenant_scope(tenant.id):
        _, secret = invite(email="x@acme.example", roles=["admin"], language=invited_in, by=alice)
    page = client.get(f"/invitations/{tenant.id}.{secret}/", headers={"accept-language": browser})
    picked = re.findall(r'<option value="([^"]*)" selected', page.content.decode())
    assert picked == [chosen]


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short", "password_again": "short"},
        {"password_again": "another long one"},
        {"password": "new@acme.example", "password_again": "new@acme.example"},
        {"name": ""},
        {"language": "tlh"},
    ],
)
def test_what_is_typed_is_checked(client: Client, tenant, link: str, wrong: dict) -> None:  # type: ignore[no-untyped-def]
    answer = client.post(link, {**JOIN, **wrong})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()
    assert "new@acme.example" not in members(tenant)


def test_the_link_works_once(client: Client, tenant, link: str) -> None:  # type: ignore[no-untyped-def]
    client.post(link, JOIN)
    for visitor in (client, Client()):
        page = visitor.get(link)
        assert page.status_code == 410
        assert b"accepted already" in page.content


def test_somebody_with_an_account_signs_in_and_accepts(client: Client, tenant, link: str) -> None:  # type: ignore[no-untyped-def]
    person = User.objects.create_user("new@acme.example", "their own password", name="Person")
    page = client.get(link)
    assert f"/accounts/login/?next={link}" in page.content.decode()
    assert b"password_again" not in page.content
    answer = client.post(
        "/accounts/login/",
        {"login": "new@acme.example", "password": "their own password", "next": link},
    )
    assert answer["Location"] == link
    assert "new@acme.example" not in members(tenant)
    answer = client.post(link)
    assert answer["Location"] == "/t/acme/"
    assert person.email in members(tenant)


def test_posting_the_form_does_not_take_over_an_account(client: Client, tenant, link: str) -> None:  # type: ignore[no-untyped-def]
    User.objects.create_user("new@acme.example", "their own password")
    assert client.post(link, JOIN).status_code == 200
    assert User.objects.get(email="new@acme.example").check_password("their own password")
    assert "new@acme.example" not in members(tenant)


def test_somebody_else_who_is_signed_in_does_not_accept(client: Client, tenant, link, bob) -> None:  # type: ignore[no-untyped-def]
    client.force_login(bob)
    page = client.post(link)
    assert b"signed in as somebody else" in page.content
    assert "new@acme.example" not in members(tenant)


def test_unknown_revoked_and_renewed_links_look_the_same(
    client: Client, tenant, alice, link
) -> None:  # type: ignore[no-untyped-def]
    unknown = client.get(f"/invitations/{tenant.id}.{'x' * 43}/")
    no_tenant = client.get(f"/invitations/{tenant.id + 1000}.{'x' * 43}/")
    absurd = client.get(f"/invitations/{10**30}.{'x' * 43}/")
    with tenant_scope(tenant.id):
        renew_invitation(invitation=Invitation.objects.get(), by=alice)
    renewed = client.get(link)
    with tenant_scope(tenant.id):
        revoke_invitation(invitation=Invitation.objects.get(), by=alice)
    revoked = client.get(link)
    pages = [unknown, no_tenant, absurd, renewed, revoked]
    assert {page.status_code for page in pages} == {404}
    texts = {_without_tokens(page) for page in pages}
    assert len(texts) == 1
    assert b"Acme" not in revoked.content


def _without_tokens(page) -> str:  # type: ignore[no-untyped-def]
    import re

    text = page.content.decode().replace(page.request["PATH_INFO"], "")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)


def test_an_expired_link_says_so(client: Client, tenant, link: str) -> None:  # type: ignore[no-untyped-def]
    with time_machine.travel(timezone.now() + timedelta(days=15), tick=False):
        page = client.get(link)
        assert page.status_code == 410
        assert b"has expired" in page.content
        assert client.post(link, JOIN).status_code == 410
    assert "new@acme.example" not in members(tenant)


def test_guessing_is_slowed_down(client: Client, tenant) -> None:  # type: ignore[no-untyped-def]
    guess = f"/invitations/{tenant.id}.guess/"
    assert [client.get(guess).status_code for _ in range(30)] == [404] * 30
    assert client.get(guess).status_code == 429
    assert client.get(guess, REMOTE_ADDR="192.0.2.7").status_code == 404


def test_a_link_of_one_tenant_means_nothing_in_another(
    client: Client, tenant, link, make_tenant
) -> None:  # type: ignore[no-untyped-def]
    other = make_tenant("other-vendor")
    secret = link.rsplit(".", 1)[1]
    assert client.get(f"/invitations/{other.id}.{secret}").status_code in (301, 404)
    assert client.get(f"/invitations/{other.id}.{secret.rstrip('/')}/").status_code == 404
