"""``create_tenant``: a tenant, and its first administrator by invitation."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.management.tenant_command import Refused
from accounts.models import Invitation, Membership, Tenant, User
from accounts.tenancy import tenant_scope


def create(*arguments: str) -> str:
    out = io.StringIO()
    call_command("create_tenant", *arguments, stdout=out)
    return out.getvalue()


def test_it_makes_a_tenant_with_the_settings_given(db: None) -> None:
    create("acme", "--name", "Acme", "--timezone", "Europe/Berlin", "--currency", "EUR")
    tenant = Tenant.objects.get()
    assert (tenant.slug, tenant.name, tenant.timezone, tenant.currency) == (
        "acme",
        "Acme",
        "Europe/Berlin",
        "EUR",
    )


def test_the_printed_link_lets_the_first_administrator_in(db: None, client: Client) -> None:
    lines = create("acme", "--name", "Acme", "--admin", "Boss@acme.example").splitlines()
    link = lines[-1]
    assert link.startswith("http://127.0.0.1:8000/invitations/")
    joined = client.post(
        link.removeprefix("http://127.0.0.1:8000"),
        {
            "name": "Boss",
            "password": "a rather long one",
            "password_again": "a rather long one",
            "language": "en",
        },
    )
    assert joined["Location"] == "/t/acme/"
    with tenant_scope(Tenant.objects.get().id):
        assert Membership.objects.get().roles == ["admin"]
    assert User.objects.get().email == "boss@acme.example"


@pytest.mark.parametrize(
    "arguments",
    [
        ("Not A Slug", "--name", "N"),
        ("acme", "--name", "N", "--timezone", "Mars"),
        ("acme", "--name", "N", "--currency", "yuan"),
        ("acme", "--name", "N", "--admin", "nobody"),
    ],
)
def test_what_is_wrong_is_refused_and_nothing_is_made(db: None, arguments: tuple) -> None:
    with pytest.raises(Refused) as refusal:
        create(*arguments)
    assert refusal.value.returncode == 1
    assert not Tenant.objects.exists()


def test_a_slug_is_taken_once(db: None) -> None:
    create("acme", "--name", "Acme")
    with pytest.raises(Refused):
        create("acme", "--name", "Acme", "--admin", "a@acme.example")
    with tenant_scope(Tenant.objects.get().id):
        assert not Invitation.objects.exists()
