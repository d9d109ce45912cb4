"""What customers bought, paid and talked about, through the API: listed, read, written, refused, and
never more than the token's person sees."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from members import make_member

from accounts.actions.facts import keep_versions
from accounts.models import (
    AuditRecord,
    Colleague,
    Contact,
    Contract,
    ContractLine,
    Customer,
    Instalment,
    Module,
    Payment,
    Responsibility,
    RowVersion,
    Tenant,
    Touchpoint,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope

V1 = "/api/v1"
READ = (
    "contracts:read", "payments:read", "modules:read", "touchpoints:read", "responsibilities:read",
)  # fmt: skip
WRITE = ("contracts:write", "touchpoints:write")
LISTS = ("contracts", "instalments", "payments", "touchpoints", "responsibilities", "modules")


def keys(answer: Any, name: str = "key") -> list[Any]:
    assert answer.status_code == 200, answer.content
    return [row[name] for row in answer.json()["results"]]


def fill(tenant: Tenant, count: int = 3) -> None:
    """So many customers C0, C1, … with everything that is known of one."""
    with tenant_scope(tenant.id):
        stock, _ = Module.objects.get_or_create(key="stock", defaults={"name": "Stock"})
        ben, _ = Colleague.objects.get_or_create(key="ben@x.example", defaults={"name": "Ben"})
        for place in range(Customer.objects.count(), count):
            customer = Customer.objects.create(key=f"C{place}", name=f"Customer {place}")
            contract = Contract.objects.create(customer=customer, key=f"K{place}")
            ContractLine.objects.create(
                contract=contract, module=stock, signed_on=date(2026, 1, 1),
                starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31), annual_fee=1000,
            )  # fmt: skip
            payment = Payment.objects.create(
                customer=customer, key=f"P{place}", paid_on=date(2026, 1, 1 + place % 28),
                amount=Decimal("1000.50"), contract=contract,
            )  # fmt: skip
            Instalment.objects.create(
                contract=contract, due_on=date(2026, 1, 1), amount=500, paid_by=payment
            )
            Instalment.objects.create(contract=contract, due_on=date(2026, 7, 1), amount=500)
            contact = Contact.objects.create(customer=customer, key="ann", name="Ann")
            Touchpoint.objects.create(
                customer=customer, key=f"T{place}", kind="call", contact=contact, colleague=ben,
                happened_on=date(2026, 3, 1 + place % 28),
            )  # fmt: skip
            Responsibility.objects.create(
                customer=customer, colleague=ben, capacity="service_manager", why="accepted",
                from_on=date(2026, 1, 1),
            )  # fmt: skip


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    fill(tenant)
    return program(tenant, *READ, *WRITE)


# --- Reading --------------------------------------------------------------------------------------


def test_a_contract_is_read_with_its_lines_and_instalments(crm: Program) -> None:
    found = crm.get(f"{V1}/contracts/K1").json()
    assert found["customer"] == "C1"
    assert found["lines"] == [
        {
            "module": "stock", "kind": "subscription", "signed_on": "2026-01-01",
            "starts_on": "2026-01-01", "ends_on": "2026-12-31", "annual_fee": "1000.0000",
            "amount": "0.0000", "seats": None, "is_trial": False,
        }
    ]  # fmt: skip
    assert found["instalments"] == [
        {"due_on": "2026-01-01", "amount": "500.0000", "paid_by": "P1"},
        {"due_on": "2026-07-01", "amount": "500.0000", "paid_by": None},
    ]


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("contracts", {"customer": "C2"}, ["K2"]),
        ("contracts", {"key": "K0,K2", "sort": "-key"}, ["K2", "K0"]),
        ("payments", {}, ["P0", "P1", "P2"]),
        ("payments", {"sort": "-paid_on"}, ["P2", "P1", "P0"]),
        ("payments", {"contract": "K1"}, ["P1"]),
        ("payments", {"paid_from": "2026-01-02", "paid_to": "2026-01-02"}, ["P1"]),
        ("touchpoints", {"sort": "-happened_on"}, ["T2", "T1", "T0"]),
        ("touchpoints", {"customer": "C1", "kind": "call,visit"}, ["T1"]),
        ("touchpoints", {"contact": "ann", "happened_from": "2026-03-03"}, ["T2"]),
        ("touchpoints", {"contact": "nobody"}, []),
        ("touchpoints", {"colleague": "ben@x.example", "happened_to": "2026-03-01"}, ["T0"]),
        ("modules", {}, ["stock"]),
    ],
)
def test_lists_are_narrowed(
    crm: Program, path: str, query: dict[str, str], expected: list[str]
) -> None:
    assert keys(crm.get(f"{V1}/{path}", **query)) == expected


def test_instalments_that_wait_and_faces_of_today(crm: Program, tenant: Tenant) -> None:
    waiting = crm.get(f"{V1}/instalments", open="true", customer="C1").json()["results"]
    assert [(row["contract"], row["due_on"], row["paid_by"]) for row in waiting] == [
        ("K1", "2026-07-01", None)
    ]
    assert keys(crm.get(f"{V1}/instalments", due_to="2026-01-01", contract="K0"), "paid_by") == [
        "P0"
    ]
    with tenant_scope(tenant.id):
        Responsibility.objects.create(
            customer=Customer.objects.get(key="C1"), capacity="salesperson", why="prospect",
            from_on=date(2025, 1, 1), to_on=date(2026, 1, 1),
        )  # fmt: skip
    of_one = crm.get(f"{V1}/responsibilities", customer="C1", sort="-from").json()["results"]
    assert [(row["from"], row["to"], row["colleague"]) for row in of_one] == [
        ("2026-01-01", None, "ben@x.example"),
        ("2025-01-01", "2026-01-01", None),
    ]
    assert len(keys(crm.get(f"{V1}/responsibilities", current="true"), "id")) == 3
    one = crm.get(f"{V1}/responsibilities/{of_one[0]['id']}")
    assert one.json() == of_one[0]


@pytest.mark.parametrize("path", LISTS)
def test_a_longer_list_takes_no_further_statement(tenant: Tenant, crm: Program, path: str) -> None:
    crm.get(f"{V1}/{path}")
    with CaptureQueriesContext(connection) as few:
        assert crm.get(f"{V1}/{path}").status_code == 200
    fill(tenant, 30)
    with CaptureQueriesContext(connection) as many:
        answer = crm.get(f"{V1}/{path}")
    assert len(answer.json()["results"]) >= (1 if path == "modules" else 30)
    assert len(many) == len(few)


@pytest.mark.parametrize("path", LISTS)
def test_nothing_of_another_tenant_is_there(
    crm: Program, make_tenant: Callable[..., Tenant], path: str
) -> None:
    stranger = program(make_tenant("other"), *READ)
    assert stranger.get(f"{V1}/{path}").json()["results"] == []
    for row in crm.get(f"{V1}/{path}").json()["results"]:
        assert stranger.get(f"{V1}/{path}/{row.get('key', row.get('id'))}").status_code == 404


def test_a_person_reads_of_the_customers_that_the_person_sees(tenant: Tenant) -> None:
    fill(tenant)
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="C1").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, *READ, member=member)
    for path in LISTS[:-1]:
        rows = his.get(f"{V1}/{path}").json()["results"]
        assert {row["customer"] for row in rows} == {"C1"}, path
    assert his.get(f"{V1}/contracts/K1").status_code == 200
    assert his.get(f"{V1}/contracts/K0").status_code == 404
    assert his.get(f"{V1}/payments/P0").status_code == 404
    assert his.get(f"{V1}/touchpoints/T0").status_code == 404
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(
            role="service_manager", record="touchpoints", visibility="mine"
        )
    assert his.get(f"{V1}/touchpoints").json()["results"] == [], "another person's"
    assert his.get(f"{V1}/touchpoints/T1").status_code == 404


# --- Contracts written ----------------------------------------------------------------------------

NEW = {
    "customer": "C1",
    "key": "K-new",
    "renewal_of": "K1",
    "signed_on": "2026-11-01",
    "lines": [
        {
            "module": "stock", "starts_on": "2027-01-01", "ends_on": "2028-12-31",
            "annual_fee": "1200.00", "seats": 5,
        }
    ],
    "yearly_instalments": True,
}  # fmt: skip


def test_a_contract_is_written_shortened_and_taken_away(tenant: Tenant, crm: Program) -> None:
    made = crm.post(NEW, path=f"{V1}/contracts", key="once")
    assert made.status_code == 201, made.content
    assert crm.post(NEW, path=f"{V1}/contracts", key="once").json() == made.json()
    assert made.json()["renewal_of"] == "K1"
    assert [(one["due_on"], one["amount"]) for one in made.json()["instalments"]] == [
        ("2027-01-01", "1200.0000"), ("2028-01-01", "1200.0000"),
    ]  # fmt: skip
    again = crm.post(NEW, path=f"{V1}/contracts")
    assert (again.status_code, again.json()["errors"][0]["field"]) == (400, "key")
    path = f"{V1}/contracts/K-new"
    assert crm.get(path).json() == made.json()
    cut = crm.post({"last_day": "2027-06-30"}, path=f"{path}/shorten")
    assert cut.json()["lines"][0]["ends_on"] == "2027-06-30"
    late = crm.post({"last_day": "2026-06-30"}, path=f"{path}/shorten")
    assert late.status_code == 400
    assert crm.delete(path, if_match=made["ETag"]).status_code == 412
    assert crm.delete(path, if_match=cut["ETag"]).status_code == 204
    assert crm.get(path).status_code == 404
    with tenant_scope(tenant.id):
        told = AuditRecord.objects.filter(verb__startswith="contract.").order_by("pk")
        assert [(one.verb, one.actor_label) for one in told] == [
            ("contract.written", "tickets"),
            ("contract.shortened", "tickets"),
            ("contract.removed", "tickets"),
        ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer": "nobody"}, "customer"),
        ({"renewal_of": "K2"}, "renewal_of"),
        ({"lines": []}, "lines"),
        ({"lines": [NEW["lines"][0] | {"module": "none"}]}, "lines.0.module"),  # type: ignore[index]
        ({"lines": [NEW["lines"][0] | {"annual_fee": "-1"}]}, "lines.0.annual_fee"),  # type: ignore[index]
        ({"lines": [NEW["lines"][0] | {"ends_on": "2026-01-01"}]}, "ends_on"),  # type: ignore[index]
        ({"signed_on": "0001-01-01"}, "signed_on"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_contract_that_cannot_be_is_refused_by_field(
    tenant: Tenant, crm: Program, change: dict[str, Any], field: str
) -> None:
    answer = crm.post(NEW | change, path=f"{V1}/contracts")
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field], answer.content
    with tenant_scope(tenant.id):
        assert Contract.objects.count() == 3


def test_a_contract_that_others_need_stays(crm: Program) -> None:
    tag = crm.get(f"{V1}/contracts/K1")["ETag"]
    answer = crm.delete(f"{V1}/contracts/K1", if_match=tag)
    assert answer.status_code == 400
    assert crm.get(f"{V1}/contracts/K1")["ETag"] == tag


# --- Touchpoints written --------------------------------------------------------------------------

MET = {"customer": "C1", "kind": "visit", "happened_on": "2026-03-05", "note": "Two questions."}


def test_a_meeting_with_several_people_is_one_touchpoint(tenant: Tenant, crm: Program) -> None:
    with tenant_scope(tenant.id):
        customer = Customer.objects.get(key="C1")
        for key in ("bea", "cid"):
            Contact.objects.create(customer=customer, key=key, name=key.title())
    path = f"{V1}/touchpoints"
    made = crm.post(MET | {"contacts": ["ann", "bea"]}, path=path)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["contacts"], told["colleague"]) == (["ann", "bea"], None)
    one = f"{path}/{told['key']}"
    assert crm.get(one).json() == told
    listed = crm.get(path, customer="C1", sort="-happened_on").json()["results"]
    assert [row["key"] for row in listed] == [told["key"], "T1"], "once, not for each contact"
    for contact in ("ann", "bea"):
        assert told["key"] in keys(crm.get(path, contact=contact))

    changed = crm.patch(one, {"contacts": ["cid"]}, if_match=made["ETag"])
    assert changed.status_code == 200, changed.content
    assert (changed.json()["key"], changed.json()["contacts"]) == (told["key"], ["cid"])
    assert changed.json()["note"] == "Two questions.", "what is not sent stays"
    assert told["key"] not in keys(crm.get(path, contact="bea"))
    gone = crm.delete(one, if_match=changed["ETag"])
    assert gone.status_code == 204
    assert crm.get(one).status_code == 404
    with tenant_scope(tenant.id):
        assert Touchpoint.objects.filter(customer=customer).count() == 1
        assert RowVersion.objects.filter(table="accounts_touchpoint", before__isnull=False).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer": "nobody"}, "customer"),
        ({"contacts": ["nobody"]}, "contacts"),
        ({"colleague": "nobody"}, "colleague"),
        ({"happened_on": "2999-01-01"}, "happened_on"),
        ({"happened_on": "1999-12-31"}, "happened_on"),
        ({"next_on": "2026-04-01"}, "next_step"),
        ({"kind": ""}, "kind"),
    ],
)
def test_a_meeting_that_cannot_be_is_refused_by_field(
    crm: Program, change: dict[str, Any], field: str
) -> None:
    answer = crm.post(MET | change, path=f"{V1}/touchpoints")
    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == [field]


def test_a_person_changes_their_own_meetings_and_an_administrator_all(tenant: Tenant) -> None:
    fill(tenant)
    scopes = ("touchpoints:read", "touchpoints:write")
    sam = program(tenant, *scopes, member=make_member(tenant, "sam@acme.example", "executive"))
    kim = program(tenant, *scopes, member=make_member(tenant, "kim@acme.example", "admin"))
    mine = sam.post(MET, path=f"{V1}/touchpoints")
    assert mine.json()["colleague"] == "sam@acme.example"
    own = f"{V1}/touchpoints/{mine.json()['key']}"
    assert sam.patch(own, {"note": "More"}, if_match=mine["ETag"]).status_code == 200
    other = f"{V1}/touchpoints/T0"
    tag = sam.get(other)["ETag"]
    assert sam.patch(other, {"note": "More"}, if_match=tag).status_code == 403
    assert sam.delete(other, if_match=tag).status_code == 403
    assert kim.patch(other, {"note": "More"}, if_match=tag).status_code == 200


def test_what_a_role_may_not_its_token_may_not(tenant: Tenant) -> None:
    fill(tenant)
    member = make_member(tenant, "sam@acme.example", "service_manager")
    his = program(tenant, *READ, *WRITE, member=member)
    refused = his.post(NEW, path=f"{V1}/contracts")
    assert refused.status_code == 403, "contracts are written as loads write them"
    assert his.get(f"{V1}/contracts").status_code == 200
    with tenant_scope(tenant.id):
        assert not Contract.objects.filter(key="K-new").exists()


@pytest.mark.parametrize("place", ["1E+200000", "NaN", "-1E+99999", "x", 1, None, [1]])
def test_no_place_in_a_list_breaks_it(tenant: Tenant, place: object) -> None:
    """A cursor that somebody made up."""
    fill(tenant)
    made_up = json.dumps(["amount", place, 0, False]).encode()
    cursor = base64.urlsafe_b64encode(made_up).decode().rstrip("=")
    answer = program(tenant, "payments:read").get(f"{V1}/payments", sort="amount", cursor=cursor)
    assert answer.status_code in (200, 400), answer.content
    if answer.status_code == 400:
        assert answer["Content-Type"] == "application/problem+json"


def test_a_contract_changes_with_its_lines_and_instalments(crm: Program, tenant: Tenant) -> None:
    def changed(since: str) -> list[str]:
        return keys(crm.get(f"{V1}/contracts", changed_since=since))

    with tenant_scope(tenant.id):
        for model in (Contract, ContractLine, Instalment):
            model.objects.update(known_from="2026-01-01T00:00:00Z")
        ContractLine.objects.filter(contract__key="K1").update(known_from="2026-05-01T00:00:00Z")
        Instalment.objects.filter(contract__key="K2").update(known_from="2026-06-01T00:00:00Z")
    assert changed("2026-01-01T00:00:00Z") == ["K0", "K1", "K2"]
    assert changed("2026-02-01T00:00:00Z") == ["K1", "K2"]
    assert changed("2026-05-02T00:00:00Z") == ["K2"]
    told = {row["key"]: row["changed_at"] for row in crm.get(f"{V1}/contracts").json()["results"]}
    assert {key: moment[:7] for key, moment in told.items()} == {
        "K0": "2026-01", "K1": "2026-05", "K2": "2026-06",
    }  # fmt: skip
    with tenant_scope(tenant.id):
        # As undoing a load takes a line away.
        line = ContractLine.objects.filter(contract__key="K0")
        keep_versions(list(line), until=timezone.now())
        line.delete()
    assert changed("2026-07-01T00:00:00Z") == ["K0"]
    assert crm.get(f"{V1}/contracts", changed_since="never").status_code == 400
