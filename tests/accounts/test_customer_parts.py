"""The parts of the customer page: one at a time, each with an address that the panels' links know."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings

from accounts.models import Customer, Tenant, User
from accounts.tenancy import tenant_scope
from ui.registry import customer_panels

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def page(client: Client, alice: User, tenant: Tenant) -> Callable[..., str]:
    with tenant_scope(tenant.id):
        customer = Customer.objects.create(key="A", name="Alpha")
    client.force_login(alice)

    def get(query: str = "", **headers: str) -> str:
        answer = client.get(f"/t/acme/customers/{customer.pk}/{query}", headers=headers)
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def panels_of(shown: str) -> set[str]:
    return set(re.findall(r'<section class="stack" id="(\w+)"', shown))


def test_every_panel_is_in_a_part_and_every_part_has_panels() -> None:
    assert {block.part for block in customer_panels} == {part.key for part in customer_panels.parts}


def test_the_page_shows_the_panels_of_the_part_asked_for(page: Callable[..., str]) -> None:
    of = {block.key: block.part for block in customer_panels}
    for part in customer_panels.parts:
        shown = panels_of(page(f"?part={part.key}"))
        assert {of[key] for key in shown} <= {part.key}
    assert "timeline" in panels_of(page())
    assert panels_of(page("?part=nonsense")) == panels_of(page())
    assert panels_of(page("?part=people")) == {"contacts", "face_history"}


def test_a_part_that_is_not_asked_for_is_not_computed(
    page: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_given: object) -> None:
        raise AssertionError("computed without being asked for")

    monkeypatch.setattr("accounts.views.panels.payments_panel", never)
    page()
    page("?part=people")
    with pytest.raises(AssertionError, match="without being asked for"):
        page("?part=money")


def test_links_to_the_parts_keep_the_night_and_say_where_one_is(page: Callable[..., str]) -> None:
    tabs = re.search(r'<nav class="tabs".*?</nav>', page("?part=money&as_of=2026-05-31"), re.S)
    assert tabs is not None
    links = dict(re.findall(r'id="part-(\w+)" href="([^"]+)"', tabs[0]))
    assert list(links) == [part.key for part in customer_panels.parts]
    assert links["overview"].endswith("/?as_of=2026-05-31")
    assert links["data"].endswith("/?part=data&amp;as_of=2026-05-31")
    assert re.search(r'id="part-money"[^>]+aria-current="page"', tabs[0])
    assert tabs[0].count("aria-current") == 1


def test_htmx_gets_the_part_alone(page: Callable[..., str]) -> None:
    part = page("?part=people", **{"HX-Request": "true", "HX-Target": "part"})
    assert part.lstrip().startswith('<div id="part"')
    assert panels_of(part) == {"contacts", "face_history"}
    assert "<h1" not in part
    assert 'name="part" value="people"' in part, "the choice of a night stays in the part"
    assert 'name="part"' not in page()


@override_settings(ROOT_URLCONF=settings.TENANT_URLCONF)
def test_a_panel_has_an_address() -> None:
    assert customer_panels.url(7, "cases") == "/customers/7/?part=service#cases"
    assert customer_panels.url(7, "timeline") == "/customers/7/#timeline"
    with pytest.raises(KeyError):
        customer_panels.url(7, "castles")


@pytest.mark.parametrize("folder", ["accounts", "projects", "segmentation", "service", "reports"])
def test_no_link_jumps_into_a_part_without_naming_it(folder: str) -> None:
    """An anchor of a panel behind the plain address of a customer's page would find the first part."""
    elsewhere = "|".join(block.key for block in customer_panels if block.part != "overview")
    plain = re.compile(
        rf'(?:url "customer" [^%]+%\}}|reverse\(.customer., args=[^)]+\)\}}?"? ?\+? ?"?)'
        rf"#(?:{elsewhere})\b"
    )
    found = [
        str(path.relative_to(ROOT))
        for base in (ROOT / folder, ROOT / "templates" / folder)
        for path in base.rglob("*.*")
        if path.suffix in (".py", ".html", ".txt") and plain.search(path.read_text())
    ]
    assert found == []
