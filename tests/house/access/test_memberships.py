"""A right begins and ends with the membership, and with the session."""

from __future__ import annotations

from datetime import timedelta

from access_worlds.world import World
from django.test import Client
from members import make_member

from accounts.models import Membership, Tenant, User
from accounts.tenancy import tenant_scope


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_a_member_of_two_tenants_is_in_one_at_a_time(
    world: World, elsewhere: World, alice: User
) -> None:
    make_member(elsewhere.tenant, alice.email, "admin")
    client = signed_in(alice)
    assert client.get(f"/t/acme/customers/{world.customer.pk}/").status_code == 200
    assert client.get(f"/t/other/customers/{elsewhere.customer.pk}/").status_code == 200
    assert client.get(f"/t/other/customers/{world.customer.pk}/").status_code == 404


def test_a_right_ends_with_the_membership(world: World, bob: User) -> None:
    client = signed_in(bob)
    assert client.get(f"/t/acme/customers/{world.customer.pk}/").status_code == 200
    with tenant_scope(world.tenant.id):
        Membership.objects.filter(user=bob).update(is_active=False)
    assert client.get(f"/t/acme/customers/{world.customer.pk}/").status_code == 404


def test_unknown_tenants_look_like_those_of_others(charlie: User, tenant: Tenant) -> None:
    client = signed_in(charlie)
    theirs, none = client.get("/t/acme/people/"), client.get("/t/nowhere/people/")
    assert theirs.status_code == none.status_code == 404
    assert theirs.content == none.content


def test_a_lapsed_session_is_nobody(world: World, bob: User) -> None:
    client = signed_in(bob)
    session = client.session
    session.set_expiry(timedelta(seconds=-1))
    session.save()
    assert client.get("/t/acme/people/").status_code == 302
