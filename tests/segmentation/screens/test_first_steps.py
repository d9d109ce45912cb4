"""An empty tenant's screens lead to its first night; later ones do not speak of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Load, Membership, Payment, Tenant, User
from accounts.tenancy import tenant_scope
from tests.segmentation.screens.screen_world import customer, night, signed_in

SCREENS = ["projects", "moves", "modules", "nights", "month", "tiers"]


@pytest.fixture
def client(alice: User) -> Client:
    return signed_in(alice)


def steps(client: Client, screen: str) -> int:
    return client.get(f"/t/acme/{screen}/").content.decode().count('<li class="step ')


@pytest.mark.parametrize("screen", SCREENS)
def test_an_empty_tenant_shows_the_three_steps(
    tenant: Tenant, client: Client, make_member: Callable[..., Membership], screen: str
) -> None:
    assert steps(client, screen) == 3
    other = signed_in(make_member(tenant, "eve@acme.example", "executive").user)
    assert steps(other, screen) == 0


@pytest.mark.parametrize("screen", SCREENS)
def test_after_the_first_night_no_step_is_left(tenant: Tenant, client: Client, screen: str) -> None:
    with tenant_scope(tenant.id):
        loaded(night_too=True)
    assert steps(client, screen) == 0


def loaded(*, night_too: bool) -> None:
    one = customer("One")
    Payment.objects.create(customer=one, key="p", paid_on="2026-01-01", amount=1)
    for kind in ("customers", "payments"):
        Load.objects.create(kind=kind, filename=f"{kind}.csv", finished_at=timezone.now())
    if night_too:
        night()


def test_the_last_step_runs_the_night_where_it_is_asked_for(tenant: Tenant, client: Client) -> None:
    with tenant_scope(tenant.id):
        loaded(night_too=False)
    page = client.get("/t/acme/nights/").content.decode()
    assert 'href="/t/acme/nights/"' not in page.partition('class="steps"')[2].partition("</ol>")[0]
    assert page.count("Run the first night") == 2  # the step, and its button
    assert page.count('<form method="post">') >= 1
