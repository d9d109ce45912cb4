"""The worlds of two tenants, made once for all tests of access, and people to try them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from access_worlds.world import World, Worlds, make_world
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from members import make_member
from pytest_django import DjangoDbBlocker

from accounts.actions.tenants import create_tenant
from accounts.models import Role, Tenant, User


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return str(client.session.session_key)


@pytest.fixture(scope="package")
def worlds(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Worlds]:
    """What a test does to them is rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        tenants = [
            create_tenant(slug=slug, name=slug.title(), by=None) for slug in ("acme", "other")
        ]
        days = (date(2026, 1, 31), date(2026, 1, 30))
        here, there = (
            make_world(tenant, tenant.slug, day) for tenant, day in zip(tenants, days, strict=True)
        )
        people = {
            role: make_member(here.tenant, f"{role}@acme.example", role).user
            for role in Role.values
        }
        stranger = make_member(there.tenant, "stranger@other.example", "admin").user
        yield Worlds(
            here,
            there,
            {role: session_of(user) for role, user in people.items()},
            session_of(stranger),
        )
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    cache.clear()


@pytest.fixture
def world(worlds: Worlds, db: None) -> World:
    return worlds.here


@pytest.fixture
def elsewhere(worlds: Worlds, db: None) -> World:
    return worlds.there


@pytest.fixture
def tenant(world: World) -> Tenant:
    return world.tenant


@pytest.fixture
def charlie(elsewhere: World) -> User:
    """Administrator of the other tenant."""
    return make_member(elsewhere.tenant, "charlie@other.example", "admin").user
