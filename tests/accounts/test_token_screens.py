"""Tokens of programs on screen: shown once, and made once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import ApiToken, Membership, Tenant, User
from accounts.rest.tokens import written
from accounts.tenancy import tenant_scope

URL = "/t/acme/settings/tokens/"
FORM = {"name": "Tickets", "scopes": ["cases:read"], "member": "", "ends_on": ""}


@pytest.fixture
def admin(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def test_a_token_is_shown_on_the_next_page_once_and_made_once(
    tenant: Tenant, admin: Client
) -> None:
    made = admin.post(URL, FORM)
    assert (made.status_code, made["Location"]) == (302, URL)
    with tenant_scope(tenant.id):
        token = ApiToken.objects.get()
    shown = admin.get(URL)
    prefix = written(tenant.id, "")
    assert prefix in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    again = admin.get(URL).content.decode()
    assert prefix not in again
    assert "Tickets" in again
    with tenant_scope(tenant.id):
        assert ApiToken.objects.get() == token
    assert all(prefix not in str(session.get_decoded()) for session in Session.objects.all())


def test_a_token_is_shown_in_its_own_tenant_alone(
    tenant: Tenant,
    admin: Client,
    alice: User,
    make_tenant: Callable[..., Tenant],
) -> None:
    other = make_tenant("other")
    with tenant_scope(other.id):
        Membership.objects.create(user=alice, roles=["admin"])
    admin.post(URL, FORM)
    prefix = written(tenant.id, "")
    assert prefix not in admin.get("/t/other/settings/tokens/").content.decode()
    assert prefix in admin.get(URL).content.decode()


def test_what_is_filled_in_wrong_makes_none(tenant: Tenant, admin: Client) -> None:
    assert admin.post(URL, FORM | {"name": ""}).status_code == 200
    with tenant_scope(tenant.id):
        assert not ApiToken.objects.exists()
