"""A first visit to the demo shows what to look at, until it is put away."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role, Tenant, User
from accounts.permissions import ALLOWED
from config.first_hints import HINTS
from ui.hints import first_hints

pytestmark = pytest.mark.django_db


def hints(client: Client, path: str = "/t/acme/") -> list[str]:
    page = client.get(path, follow=True).content.decode()
    return re.findall(r'id="hint-(demo-[a-z]+)"', page)


@pytest.fixture
def demo(tenant: Tenant) -> Tenant:
    Tenant.objects.filter(pk=tenant.pk).update(is_demo=True)
    return tenant


@pytest.fixture
def visitor(client: Client, demo: Tenant, make_member) -> Client:  # type: ignore[no-untyped-def]
    client.force_login(make_member(demo, "tom@acme.example", "team_member").user)
    return client


@pytest.mark.parametrize("role", Role.values)
def test_each_role_has_three_that_it_may_follow(role: str) -> None:
    assert tuple(first_hints) == HINTS
    mine = [hint for hint in HINTS if role in hint.roles]
    assert len([hint for hint in mine if role in ALLOWED[hint.ability]]) == 3
    assert len(mine) == 3


def test_product_managers_are_led_to_what_is_asked_and_what_was_told() -> None:
    mine = [hint.url_name for hint in HINTS if Role.PRODUCT_MANAGER.value in hint.roles]
    assert mine == ["requests", "updates", "modules"]


def test_hints_lead_to_pages_that_are_there(settings) -> None:  # type: ignore[no-untyped-def]
    for hint in HINTS:
        assert reverse(hint.url_name, urlconf=settings.TENANT_URLCONF)


def test_they_stand_on_the_first_screen_only(visitor: Client) -> None:
    assert hints(visitor) == ["demo-projects", "demo-face", "demo-tiers"]
    assert hints(visitor, "/t/acme/search/") == []


def test_one_is_put_away_for_good_with_and_without_scripts(visitor: Client, demo: Tenant) -> None:
    answer = visitor.post("/hints/dismissed/", {"key": "demo-projects", "next": "/t/acme/week/"})
    assert (answer.status_code, answer["Location"]) == (302, "/t/acme/week/")
    assert hints(visitor) == ["demo-face", "demo-tiers"]
    assert "Hint 2 of 3" in visitor.get("/t/acme/week/").content.decode()
    scripted = visitor.post(
        "/hints/dismissed/", {"key": "demo-face"}, headers={"HX-Request": "true"}
    )
    assert (scripted.status_code, scripted.content) == (200, b"")
    # Kept with the person, not only in this browser.
    elsewhere = Client()
    elsewhere.force_login(User.objects.get(email="tom@acme.example"))
    assert hints(elsewhere) == ["demo-tiers"]


def test_all_are_put_away_at_once(visitor: Client) -> None:
    visitor.post("/hints/dismissed/", {"key": ["demo-projects", "demo-face", "demo-tiers"]})
    assert hints(visitor) == []
    assert "first-hints" not in visitor.get("/t/acme/week/").content.decode()


def test_who_is_no_visitor_sees_none(client: Client, tenant: Tenant, make_member) -> None:  # type: ignore[no-untyped-def]
    client.force_login(make_member(tenant, "tom@acme.example", "team_member").user)
    assert hints(client) == []
