"""What happened with customers, whom nobody met, who is found by a part of a name, and what meetings
were about, by programs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from members import make_member

from accounts.models import (
    Case,
    Colleague,
    Contact,
    ContactRole,
    Contract,
    ContractLine,
    Customer,
    Membership,
    Module,
    Payment,
    Tenant,
    Touchpoint,
    TouchpointTie,
    UnreachableAddress,
    Unsubscription,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope

V1 = "/api/v1"
SCOPES = (
    "customers:read", "contacts:read", "touchpoints:read", "touchpoints:write", "coverage:read",
    "timeline:read",
)  # fmt: skip


def fill(tenant: Tenant, count: int) -> None:
    """Customers with a running contract and a decision maker; of each second one somebody met."""
    today = tenant.local_date(timezone.now())
    with tenant_scope(tenant.id):
        stock, _ = Module.objects.get_or_create(key="stock", defaults={"name": "Stock"})
        for place in range(Customer.objects.count(), count):
            customer = Customer.objects.create(key=f"C{place:02}", name=f"Aurora {place}")
            contract = Contract.objects.create(customer=customer, key=f"K{place}")
            ContractLine.objects.create(
                contract=contract, module=stock, signed_on=date(2025, 1, 1),
                starts_on=date(2025, 1, 1), annual_fee=1000,
            )  # fmt: skip
            ann = Contact.objects.create(customer=customer, key="ann", name=f"Ann {place}")
            ContactRole.objects.create(contact=ann, role="decision_maker")
            Payment.objects.create(
                customer=customer, key=f"P{place}", paid_on=date(2025, 2, 1), amount=100
            )
            if place % 2:
                Touchpoint.objects.create(
                    customer=customer, key=f"T{place}", kind="call", contact=ann,
                    happened_on=today - timedelta(days=3), note="Talked",
                )  # fmt: skip


@pytest.fixture
def bo(tenant: Tenant) -> Membership:
    fill(tenant, 4)
    return make_member(tenant, "bo@acme.example", "service_manager")


@pytest.fixture
def his(tenant: Tenant, bo: Membership) -> Program:
    return program(tenant, *SCOPES, member=bo)


def keys(answer: Any, name: str = "key") -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row[name] for row in answer.json()["results"]]


# --- Search ---------------------------------------------------------------------------------------


def test_customers_and_contacts_are_found_by_a_part(his: Program) -> None:
    assert keys(his.get(f"{V1}/customers", q="RORA 2")) == ["C02"]
    assert keys(his.get(f"{V1}/customers", q="c03")) == ["C03"]
    assert keys(his.get(f"{V1}/contacts", q="nn 1"), "customer") == ["C01"]
    assert keys(his.get(f"{V1}/customers", q="%")) == []


def test_a_contact_tells_whether_letters_reach_it(tenant: Tenant, his: Program) -> None:
    with tenant_scope(tenant.id):
        ann = Contact.objects.get(customer__key="C00")
        ann.email = "Ann@one.example"
        ann.save()
        UnreachableAddress.objects.create(address="ann@one.example", kind="bounced")
        Unsubscription.objects.create(contact=ann, purpose="survey")
    told = his.get(f"{V1}/contacts/C00/ann").json()
    assert (told["is_unreachable"], told["declined_letters"]) == (True, ["survey"])
    other = his.get(f"{V1}/contacts/C01/ann").json()
    assert (other["is_unreachable"], other["declined_letters"]) == (False, [])


# --- Coverage -------------------------------------------------------------------------------------


def test_whom_nobody_met(tenant: Tenant, his: Program) -> None:
    path = f"{V1}/coverage"
    assert keys(his.get(path, state="untouched"), "customer") == ["C00", "C02"]
    assert keys(his.get(path, state="touched"), "customer") == ["C01", "C03"]
    assert keys(his.get(path, state="nobody", role="key_user"), "customer") == [
        "C00", "C01", "C02", "C03",
    ]  # fmt: skip
    row = his.get(path, state="touched").json()["results"][0]
    decider = row["roles"][0]
    assert (decider["role"], decider["state"], decider["contacts"], decider["touched"]) == (
        "decision_maker", "touched", 1, 1,
    )  # fmt: skip
    counts = his.get(f"{V1}/coverage-counts").json()["results"]
    assert counts[0] == {"role": "decision_maker", "customers": 4, "named": 4, "touched": 2}
    assert his.get(path, state="lost").status_code == 400
    own = program(tenant, *SCOPES)
    assert keys(own.get(path, state="untouched"), "customer") == ["C00", "C02"]
    assert own.get(f"{V1}/coverage-counts").json()["results"] == counts


def test_coverage_goes_as_far_as_one_sees(tenant: Tenant, bo: Membership, his: Program) -> None:
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        him = Colleague.objects.get(key="bo@acme.example")
        Customer.objects.filter(key="C01").update(service_manager=him)
    for view in ({}, {"view": "all"}, {"view": "mine"}):
        assert keys(his.get(f"{V1}/coverage", **view), "customer") == ["C01"]
    assert his.get(f"{V1}/coverage-counts").json()["results"][0]["customers"] == 1


# --- The timeline ---------------------------------------------------------------------------------


def test_everything_that_happened_newest_first(tenant: Tenant, his: Program) -> None:
    path = f"{V1}/customers/C01/timeline"
    rows = his.get(path).json()["results"]
    days = [row["day"] for row in rows]
    assert days == sorted(days, reverse=True)
    assert rows[0]["kind"] == "touchpoints"
    assert {"payments", "contracts"} <= {row["kind"] for row in rows}
    assert rows[0]["text"] == "Talked"
    only = his.get(path, kind="payments").json()["results"]
    assert [row["day"] for row in only] == ["2025-02-01"]
    assert his.get(path, until="2025-01-15").json()["results"][0]["kind"] == "contracts"
    paged, address = [], f"{path}?limit=1"
    while address:
        page = his.get(address).json()
        paged += page["results"]
        address = (page["next"] or "").removeprefix("http://testserver")
    assert paged == rows


@pytest.mark.parametrize(
    ("query", "field"),
    [({"kind": "lost"}, "kind"), ({"limit": "0"}, "limit"), ({"until": "soon"}, "until"),
     ({"cursor": "nonsense"}, "cursor"), ({"before": "2026-01-01"}, "before")],
)  # fmt: skip
def test_a_timeline_refuses_what_it_does_not_know(
    his: Program, query: dict[str, str], field: str
) -> None:
    refused = his.get(f"{V1}/customers/C01/timeline", **query)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)


def test_a_timeline_is_for_who_sees_the_customer(
    tenant: Tenant, his: Program, make_tenant: Callable[..., Tenant]
) -> None:
    assert program(tenant, *SCOPES).get(f"{V1}/customers/C01/timeline").status_code == 403
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    assert his.get(f"{V1}/customers/C01/timeline").status_code == 404
    elsewhere = make_tenant("elsewhere")
    stranger = make_member(elsewhere, "x@other.example", "admin")
    theirs = program(elsewhere, *SCOPES, member=stranger)
    assert theirs.get(f"{V1}/customers/C01/timeline").status_code == 404


# --- What meetings were about ---------------------------------------------------------------------


def test_a_meeting_is_tied_to_what_may_be_chosen(tenant: Tenant, his: Program) -> None:
    with tenant_scope(tenant.id):
        one, two = (
            Case.objects.create(
                customer=Customer.objects.get(key=key), key=f"of-{key}", title="Labels",
                opened_at=timezone.now(),
            )
            for key in ("C01", "C02")
        )  # fmt: skip
    call = {"customer": "C01", "kind": "call", "happened_on": "2026-03-01",
            "colleague": "bo@acme.example"}  # fmt: skip
    path = f"{V1}/touchpoints"
    tied = [{"kind": "case", "id": one.pk}]
    made = his.post(call | {"about": tied}, path=path)
    assert (made.status_code, made.json()["about"]) == (201, tied)
    for about in (
        [{"kind": "case", "id": two.pk}],
        [{"kind": "nothing", "id": 1}],
        [*tied, *tied],
    ):
        refused = his.post(call | {"about": about}, path=path)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "about")
    own = program(tenant, *SCOPES)
    assert own.post(call | {"about": tied}, path=path).status_code == 403
    item = f"{path}/{made.json()['key']}"
    kept = his.patch(item, {"note": "More"}, if_match=his.get(item)["ETag"])
    assert kept.json()["about"] == tied, "what was not sent stays"
    with tenant_scope(tenant.id):
        # A closed case may no longer be chosen, and stays where it was.
        Case.objects.filter(pk=one.pk).update(closed_at=timezone.now())
    again = his.patch(item, {"about": tied}, if_match=his.get(item)["ETag"])
    assert again.json()["about"] == tied
    none = his.patch(item, {"about": []}, if_match=his.get(item)["ETag"])
    assert none.json()["about"] == []
    with tenant_scope(tenant.id):
        assert not TouchpointTie.objects.exists()


@pytest.mark.parametrize("path", ["coverage", "contacts"])
def test_as_many_statements_for_many(tenant: Tenant, his: Program, path: str) -> None:
    his.get(f"{V1}/{path}")
    counts = []
    for count in (4, 30):
        fill(tenant, count)
        with CaptureQueriesContext(connection) as asked:
            assert his.get(f"{V1}/{path}").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
