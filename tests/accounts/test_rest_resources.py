"""What every list and record of the API promises: pages, order, filters, fields, tags of states, and
what a token of a person sees."""

from __future__ import annotations

import json
from typing import Any

import pytest
from api_program import Program, program
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from members import make_member

from accounts.models import (
    ApiToken,
    AuditRecord,
    Colleague,
    Contact,
    Customer,
    Tenant,
    VisibilityRule,
)
from accounts.rest.base import TokenThrottle
from accounts.rest.tokens import note_use
from accounts.tenancy import tenant_scope

CUSTOMERS, CONTACTS = "/api/v1/customers", "/api/v1/contacts"
ALL = ("customers:read", "customers:write", "contacts:read", "contacts:write")


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    return program(tenant, *ALL)


def fill(tenant: Tenant, count: int = 23) -> list[str]:
    """Names that many share, and keys of every kind."""
    keys = [f"k{number:02}" for number in range(count - 2)] + ["A/B~1", "重庆"]
    with tenant_scope(tenant.id):
        for place, key in enumerate(keys):
            Customer.objects.create(key=key, name=f"N{place % 3}", industry="ab"[place % 2])
    return keys


def walked(crm: Program, path: str, **query: Any) -> list[list[str]]:
    pages, page = [], crm.get(path, **query).json()
    while True:
        pages.append([row["key"] for row in page["results"]])
        if page["next"] is None:
            break
        page = crm.get(page["next"].split("testserver")[1]).json()
    back = [pages[-1]]
    while page["previous"] is not None:
        page = crm.get(page["previous"].split("testserver")[1]).json()
        back.append([row["key"] for row in page["results"]])
    assert back == pages[::-1], "the way back shows the same pages"
    return pages


@pytest.mark.parametrize("sort", ["key", "-key", "name", "-name", "changed_at"])
@pytest.mark.parametrize("limit", [1, 4, 23, 500])
def test_pages_hold_every_row_once_in_order(
    tenant: Tenant, crm: Program, sort: str, limit: int
) -> None:
    keys = fill(tenant)
    pages = walked(crm, CUSTOMERS, sort=sort, limit=limit)
    found = [key for page in pages for key in page]
    assert sorted(found) == sorted(keys)
    assert all(len(page) == limit for page in pages[:-1])
    with tenant_scope(tenant.id):
        rows = {one.key: one for one in Customer.objects.all()}
    column = {"key": "key", "name": "name", "changed_at": "known_from"}[sort.lstrip("-")]
    values = [getattr(rows[key], column) for key in found]
    assert values == sorted(values, reverse=sort.startswith("-"))


def test_what_is_added_meanwhile_shifts_no_page(tenant: Tenant, crm: Program) -> None:
    fill(tenant)
    first = crm.get(CUSTOMERS, limit=10).json()
    with tenant_scope(tenant.id):
        Customer.objects.create(key="A0", name="New")
    second = crm.get(first["next"].split("testserver")[1]).json()
    shown = [row["key"] for row in [*first["results"], *second["results"]]]
    assert len(set(shown)) == len(shown) == 20


def test_filters_narrow_and_what_is_misspelt_is_refused(tenant: Tenant, crm: Program) -> None:
    fill(tenant)
    found = walked(crm, CUSTOMERS, industry="a", limit=5)
    assert sum(map(len, found)) == 12
    assert [row["key"] for row in crm.get(CUSTOMERS, key="k01,A/B~1").json()["results"]] == [
        "A/B~1", "k01",
    ]  # fmt: skip
    for query in (
        {"industri": "a"}, {"limit": "0"}, {"limit": "501"}, {"limit": "x"}, {"sort": "industry"},
        {"cursor": "x"}, {"cursor": "bnVsbA"}, {"changed_since": "yesterday"}, {"fields": "secret"},
    ):  # fmt: skip
        answer = crm.get(CUSTOMERS, **query)
        assert answer.status_code == 400, query
        assert [error["field"] for error in answer.json()["errors"]] == list(query)


def test_a_cursor_of_another_order_is_refused(tenant: Tenant, crm: Program) -> None:
    fill(tenant)
    found = crm.get(CUSTOMERS, limit=3, sort="name").json()["next"]
    answer = crm.get(found.split("testserver")[1].replace("sort=name", "sort=key"))
    assert answer.status_code == 400


def test_some_fields_are_some_fields(tenant: Tenant, crm: Program) -> None:
    fill(tenant)
    assert crm.get(CUSTOMERS, fields="key,name", limit=1).json()["results"] == [
        {"key": "A/B~1", "name": "N0"}
    ]
    assert crm.get(f"{CUSTOMERS}/k01", fields="name").json() == {"name": "N1"}


def test_keys_of_every_kind_have_an_address(tenant: Tenant, crm: Program) -> None:
    fill(tenant)
    assert crm.get(f"{CUSTOMERS}/A~1B~01").json()["key"] == "A/B~1"
    assert crm.get(f"{CUSTOMERS}/重庆").json()["key"] == "重庆"
    assert crm.get(f"{CUSTOMERS}/none").status_code == 404


def test_a_state_has_a_tag_and_only_that_state_is_changed(tenant: Tenant, crm: Program) -> None:
    fill(tenant)
    read = crm.get(f"{CUSTOMERS}/k01")
    tag = read["ETag"]
    assert crm.get(f"{CUSTOMERS}/k01", if_none_match=tag).status_code == 304
    assert crm.get(f"{CUSTOMERS}/k01", fields="key")["ETag"] == tag
    change = {"region": "North"}
    missing = crm.patch(f"{CUSTOMERS}/k01", change)
    assert (missing.status_code, missing.json()["code"]) == (428, "if_match_needed")
    done = crm.patch(f"{CUSTOMERS}/k01", change, if_match=tag)
    assert (done.status_code, done.json()["region"]) == (200, "North")
    assert done["ETag"] == crm.get(f"{CUSTOMERS}/k01")["ETag"] != tag
    late = crm.patch(f"{CUSTOMERS}/k01", {"region": "South"}, if_match=tag)
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    assert crm.get(f"{CUSTOMERS}/k01").json()["region"] == "North"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"nmae": "x"}, "nmae"),
        ({"key": "other"}, "key"),
        ({"parent": "nobody"}, "parent"),
        ({"parent": "k01"}, "parent"),
        ({"service_manager": "who"}, "service_manager"),
        ({"attributes": {"a": {"b": "x\x00y"}}}, "attributes"),
        ({"attributes": [1]}, "attributes"),
        ({"attributes": {"a": "b" * 40_000}}, "attributes"),
    ],
)
def test_changes_that_are_none_are_named(
    tenant: Tenant, crm: Program, given: dict[str, Any], field: str
) -> None:
    fill(tenant)
    tag = crm.get(f"{CUSTOMERS}/k01")["ETag"]
    answer = crm.patch(f"{CUSTOMERS}/k01", given, if_match=tag)
    assert answer.status_code == 400, answer.content
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert crm.get(f"{CUSTOMERS}/k01")["ETag"] == tag


@pytest.mark.parametrize("body", ["[]", '"x"', "1", "null", "{"])
def test_bodies_that_are_no_record_are_refused(tenant: Tenant, crm: Program, body: str) -> None:
    fill(tenant)
    tag = crm.get(f"{CUSTOMERS}/k01")["ETag"]
    answer = Client().patch(
        f"{CUSTOMERS}/k01", body, content_type="application/json",
        headers=crm.headers() | {"If-Match": tag},
    )  # fmt: skip
    assert answer.status_code == 400


def test_a_contact_is_made_changed_and_taken_away(tenant: Tenant, crm: Program) -> None:
    fill(tenant)
    new = {
        "customer": "k01", "name": "Ann", "email": "ann@x.example",
        "roles": [{"role": "key_user", "from": "2026-01-01"}],
    }  # fmt: skip
    made = crm.post(new, path=CONTACTS, key="once")
    assert made.status_code == 201, made.content
    again = crm.post(new, path=CONTACTS, key="once")
    assert (again.status_code, again.json()) == (201, made.json())
    assert crm.post(new, path=CONTACTS).json()["errors"][0]["field"] == "key"
    path = f"{CONTACTS}/k01/ann@x.example"
    read = crm.get(path)
    assert read.json() == made.json()
    assert read["ETag"] == made["ETag"]
    assert read.json()["roles"] == [{"role": "key_user", "from": "2026-01-01", "to": None}]
    changed = crm.patch(path, {"title": "Head"}, if_match=made["ETag"])
    assert changed.json() == made.json() | {
        "title": "Head", "changed_at": changed.json()["changed_at"],
    }  # fmt: skip
    assert crm.delete(path, if_match=made["ETag"]).status_code == 412
    assert crm.delete(path, if_match=changed["ETag"]).status_code == 204
    assert crm.get(path).status_code == 404
    with tenant_scope(tenant.id):
        told = AuditRecord.objects.filter(verb__startswith="contact.").order_by("pk")
        assert [one.actor_label for one in told] == ["tickets"] * 3, "the program is named"


def test_a_persons_token_sees_what_the_person_sees(tenant: Tenant, make_tenant: Any) -> None:
    fill(tenant)
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="k02").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        for key in ("k01", "k02"):
            Contact.objects.create(customer=Customer.objects.get(key=key), key="c", name="C")
    his = program(tenant, *ALL, member=member)
    assert [row["key"] for row in his.get(CUSTOMERS).json()["results"]] == ["k02"]
    assert [row["customer"] for row in his.get(CONTACTS).json()["results"]] == ["k02"]
    assert his.get(f"{CUSTOMERS}/k01").status_code == 404
    assert his.get(f"{CONTACTS}/k01/c").status_code == 404
    assert his.post({"customer": "k01", "name": "X"}, path=CONTACTS).status_code == 400
    other = program(make_tenant("other"), *ALL)
    assert other.get(CUSTOMERS).json()["results"] == []
    assert other.get(f"{CUSTOMERS}/k02").status_code == 404


def test_what_is_handed_on_to_another_is_handed_on(tenant: Tenant) -> None:
    fill(tenant)
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        sam = Colleague.objects.get(membership=member)
        Colleague.objects.create(key="ida@acme.example", name="Ida")
        Customer.objects.filter(key="k02").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, *ALL, member=member)
    path = f"{CUSTOMERS}/k02"
    done = his.patch(path, {"service_manager": "ida@acme.example"}, if_match=his.get(path)["ETag"])
    assert (done.status_code, done.content) == (204, b"")
    assert his.get(path).status_code == 404
    with tenant_scope(tenant.id):
        assert Customer.objects.get(key="k02").service_manager.key == "ida@acme.example"


def test_a_company_above_is_one_that_the_person_sees(tenant: Tenant) -> None:
    fill(tenant)
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        sam = Colleague.objects.get(membership=member)
        hidden = Customer.objects.get(key="k05")
        Customer.objects.filter(key__in=["k02", "k03", "k04"]).update(service_manager=sam)
        Customer.objects.filter(key="k03").update(parent=hidden)
    his = program(tenant, *ALL, member=member)

    def named(key: str, parent: str) -> Any:
        tag = his.get(f"{CUSTOMERS}/{key}")["ETag"]
        return his.patch(f"{CUSTOMERS}/{key}", {"parent": parent}, if_match=tag)

    unseen, none = named("k02", "k05"), named("k02", "no such")
    assert (unseen.status_code, unseen.json()) == (none.status_code, none.json())
    assert named("k02", "k04").json()["parent"] == "k04"
    assert named("k03", "k05").json()["parent"] == "k05", "it stays what it is"


def test_a_token_that_is_refused_was_used_and_counts(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TokenThrottle, "rate", "3/min")
    reader = program(tenant, "customers:read")
    answers = [reader.get(CONTACTS).status_code for _time in range(5)]
    assert answers == [403, 403, 403, 429, 429]
    with tenant_scope(tenant.id):
        assert ApiToken.objects.get().last_used_at is not None


def test_a_slow_request_holds_up_no_other_of_its_token(tenant: Tenant) -> None:
    crm = program(tenant, "customers:read")
    with tenant_scope(tenant.id), CaptureQueriesContext(connection) as asked:
        note_use(ApiToken.objects.get())
    assert any("SKIP LOCKED" in one["sql"] for one in asked.captured_queries)
    with CaptureQueriesContext(connection) as asked:
        crm.get(CUSTOMERS)
    assert not any(
        "accounts_apitoken" in one["sql"] and "UPDATE" in one["sql"]
        for one in asked.captured_queries
    ), "a minute has not passed"


def test_scopes_and_rights_are_asked_for_each_request(tenant: Tenant) -> None:
    fill(tenant)
    reader = program(tenant, "customers:read")
    assert reader.get(CUSTOMERS).status_code == 200
    assert reader.get(CONTACTS).status_code == 403
    assert reader.patch(f"{CUSTOMERS}/k01", {}, if_match="*").status_code == 403
    boss = make_member(tenant, "eve@acme.example", "executive")
    hers = program(tenant, *ALL, member=boss)
    assert hers.get(CUSTOMERS).status_code == 200
    assert hers.patch(f"{CUSTOMERS}/k01", {"name": "X"}, if_match="*").status_code == 403
    assert Client().get(CUSTOMERS).status_code == 401


def test_the_schema_is_whole_and_without_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json")
    schema = json.loads(capsys.readouterr().out)
    assert schema["openapi"].startswith("3.1")
    names = [
        operation["operationId"] for path in schema["paths"].values() for operation in path.values()
    ]
    assert len(names) == len(set(names))
    for path in schema["paths"].values():
        for operation in path.values():
            assert operation.get("description"), operation["operationId"]
