"""After a night the figures of every customer are at hand before somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from night_facts import customer, pay, sign

from accounts.models import Tenant
from accounts.queries.warming import warm_screens
from accounts.tenancy import tenant_scope
from segmentation.actions.nights import run_night
from segmentation.models import Night
from segmentation.queries import usage
from segmentation.tasks import compute_night, warm_figures
from ui.registry import warmed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def computed(tenant: Tenant) -> Iterator[Tenant]:
    cache.clear()
    yesterday = tenant.last_ended_day(timezone.now())
    with tenant_scope(tenant.id):
        for number in range(6):
            whom = customer(f"c{number}")
            sign(whom, yesterday - timedelta(days=500))
            pay(whom, yesterday - timedelta(days=number))
    run_night(tenant=tenant)
    yield tenant
    cache.clear()


def test_every_registered_screen_opens(computed: Tenant, make_member: Callable[..., Any]) -> None:
    make_member(computed, "alice@acme.example", "admin", "executive", "product_manager")
    with tenant_scope(computed.id):
        assert set(warm_screens(computed)) == set(warmed)


def test_what_was_warmed_is_not_computed_again(
    computed: Tenant, make_member: Callable[..., Any], client: Client
) -> None:
    member = make_member(computed, "alice@acme.example", "admin", "product_manager")
    warm_figures(computed.id)
    client.force_login(member.user)
    with patch.object(usage, "_adoption", side_effect=AssertionError("computed again")):
        assert client.get(f"/t/{computed.slug}/modules/").status_code == 200


def test_nobody_who_sees_everything_means_nothing_to_do(computed: Tenant) -> None:
    with tenant_scope(computed.id):
        assert warm_screens(computed) == []


def test_a_worker_warms_after_the_night_it_stored(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        pay(customer("a"), tenant.last_ended_day(timezone.now()))
        night = Night.objects.create(as_of=tenant.last_ended_day(timezone.now()))
    with patch.object(warm_figures, "delay") as delay:
        compute_night(tenant.id, night.pk)
        delay.assert_called_once_with(tenant.id)
        compute_night(tenant.id, night.pk)
        delay.assert_called_once()


def test_nights_that_are_caught_up_warm_once_behind_the_last(tenant: Tenant) -> None:
    last = tenant.last_ended_day(timezone.now())
    with tenant_scope(tenant.id):
        pay(customer("a"), last - timedelta(days=5))
        nights = [Night.objects.create(as_of=last - timedelta(days=ago)) for ago in (2, 1, 0)]
    with patch.object(warm_figures, "delay") as warm, patch.object(compute_night, "delay"):
        for night in nights[:-1]:
            compute_night(tenant.id, night.pk)
        warm.assert_not_called()
        compute_night(tenant.id, nights[-1].pk)
        warm.assert_called_once_with(tenant.id)
