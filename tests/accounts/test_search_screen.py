"""Search: a part of a name or key, in the member's own view."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Colleague, Contact, Customer, Tenant, User, VisibilityRule
from accounts.tenancy import tenant_scope


@pytest.fixture
def signed_in(client: Client, tenant: Tenant, bob: User) -> Client:
    with tenant_scope(tenant.id):
        for key, name in (
            ("C-001", "Harbour Lights"),
            ("C-002", "Blue Harbour"),
            ("C-003", "武汉冕创控股集团"),
            ("C-004", "100% Cotton_Co"),
        ):
            customer = Customer.objects.create(key=key, name=name)
            Contact.objects.create(customer=customer, key="k", name=f"Person of {key}")
    client.force_login(bob)
    return client


def found(client: Client, text: str, **extra: str) -> str:
    answer = client.get("/t/acme/search/", {"q": text}, headers=extra)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("harb", ["Harbour Lights", "Blue Harbour"]),  # names that begin so come first
        ("  BLUE   harbour ", ["Blue Harbour"]),
        ("c-00", ["100% Cotton_Co", "Blue Harbour", "Harbour Lights", "武汉冕创控股集团"]),
        ("冕创", ["武汉冕创控股集团"]),
        ("100%", ["100% Cotton_Co"]),
        ("n_c", ["100% Cotton_Co"]),
        ("%", ["100% Cotton_Co"]),
        ("zzz", []),
    ],
)
def test_a_part_of_name_or_key_finds(signed_in: Client, text: str, names: list[str]) -> None:
    import re

    page = found(signed_in, text)
    table = page.split('<h2 id="contacts-title">')[0]
    assert re.findall(r"data-row[^>]*>([^<]+)<", table) == names
    assert ("Nothing found" in page) == (not names)


def test_contacts_are_found_by_name(signed_in: Client) -> None:
    page = found(signed_in, "person of c-003")
    assert "Person of C-003" in page
    assert "武汉冕创控股集团" in page
    assert "Person of C-001" not in page


def test_nothing_typed_finds_nothing(signed_in: Client) -> None:
    assert "data-row" not in found(signed_in, "   ")


def test_the_palette_gets_a_short_list_of_links(signed_in: Client, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        pk = Customer.objects.get(key="C-002").pk
    part = found(signed_in, "blue", **{"HX-Request": "true", "HX-Target": "palette-results"})
    assert f'href="/t/acme/customers/{pk}/"' in part
    assert "<html" not in part
    assert found(signed_in, "zzz", **{"HX-Target": "palette-results"}).strip() == ""


def test_a_field_gets_keys_to_choose_from(signed_in: Client) -> None:
    answer = signed_in.get(
        "/t/acme/search/", {"parent": "blue"}, headers={"HX-Target": "parent-options"}
    )
    assert answer.content.decode().strip() == '<option value="C-002">Blue Harbour</option>'


def test_what_a_member_does_not_see_is_not_found(signed_in: Client, tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        Customer.objects.filter(key="C-002").update(
            service_manager=Colleague.objects.get(key="bob@acme.example")
        )
    page = found(signed_in, "harbour")
    assert "Blue Harbour" in page
    assert "Harbour Lights" not in page
    people = found(signed_in, "person of")
    assert "Person of C-002" in people
    assert "Person of C-001" not in people


def test_results_are_paged_in_the_same_number_of_queries(signed_in: Client, tenant: Tenant) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            found(signed_in, "c-")
        return len(captured)

    few = queries()
    with tenant_scope(tenant.id):
        Customer.objects.bulk_create(
            Customer(key=f"C-1{number:03}", name="N", search_text=f"n c-1{number:03}")
            for number in range(120)
        )
    assert queries() == few
    assert "1–50 of 124" in found(signed_in, "c-")
