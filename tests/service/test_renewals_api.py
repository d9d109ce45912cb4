"""Renewals through the API: what screens show of them, calls and outcomes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from members import make_member

from accounts.models import (
    AuditRecord,
    Colleague,
    Contract,
    ContractLine,
    Customer,
    Module,
    Tenant,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from service.actions.renewal_upkeep import refresh_renewals
from service.models import Renewal, RenewalCall, RenewalOutcome

RENEWALS = "/api/v1/renewals"
ALL = ("renewals:read", "renewals:call", "renewals:write")


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    return program(tenant, *ALL)


def ends_in(tenant: Tenant, days: int) -> date:
    return tenant.local_date(timezone.now()) + timedelta(days=days)


def contract_of(key: str, ends: date, fee: int = 1000) -> Contract:
    """Of a customer ``c-<key>``."""
    customer = Customer.objects.create(key=f"c-{key}", name=key.title())
    module = Module.objects.get_or_create(key="core", defaults={"name": "Core"})[0]
    contract: Contract = Contract.objects.create(customer=customer, key=key)
    ContractLine.objects.create(
        contract=contract, module=module, signed_on=date(2024, 1, 1), starts_on=date(2024, 1, 1),
        ends_on=ends, annual_fee=Decimal(fee),
    )  # fmt: skip
    return contract


@pytest.fixture
def three(tenant: Tenant) -> None:
    with tenant_scope(tenant.id):
        for key, days in (("K/1", 20), ("K2", 60), ("K3", -200)):
            contract_of(key, ends_in(tenant, days))
        refresh_renewals()


pytestmark = pytest.mark.usefixtures("three")


def keys(crm: Program, **query: Any) -> list[str]:
    answer = crm.get(RENEWALS, **query)
    assert answer.status_code == 200, answer.content
    return [one["contract"] for one in answer.json()["results"]]


def test_renewals_are_listed_and_read(tenant: Tenant, crm: Program) -> None:
    assert keys(crm) == ["K3", "K/1", "K2"]
    assert keys(crm, state="churned") == ["K3"], "nobody renewed it within 90 days"
    assert keys(crm, state="open,renewed") == ["K/1", "K2"]
    assert keys(crm, due_since=str(ends_in(tenant, 30))) == ["K2"]
    one = crm.get(f"{RENEWALS}/K~11").json()
    assert (one["contract"], one["customer"], one["arr"]) == ("K/1", "c-K/1", "1000.0000")
    assert (one["state"], one["calls"], one["expected"]) == ("open", [], "1000.0000")
    assert crm.get(f"{RENEWALS}/none").status_code == 404
    assert crm.get(RENEWALS, state="lost").status_code == 400


def test_what_the_system_says_comes_with_its_reasons(tenant: Tenant, crm: Program) -> None:
    with tenant_scope(tenant.id):
        Renewal.objects.filter(contract__key="K2").update(
            as_of=ends_in(tenant, -1), likelihood=65, points=30,
            reasons=[{"key": "silence", "points": 30, "fact": "40"}],
        )  # fmt: skip
    one = crm.get(f"{RENEWALS}/K2").json()
    assert (one["likelihood"], one["points"]) == (65, 30)
    assert (one["reasons"][0]["key"], one["reasons"][0]["points"]) == ("silence", 30)
    assert "40" in one["reasons"][0]["words"] or one["reasons"][0]["words"]


def test_a_call_is_made_and_kept(tenant: Tenant, crm: Program) -> None:
    path = f"{RENEWALS}/K2/call"
    tag = crm.get(f"{RENEWALS}/K2")["ETag"]
    said = crm.post({"stage": "talking", "percent": 80, "amount": "1500"}, path=path, if_match=tag)
    assert said.status_code == 200, said.content
    one = said.json()
    assert (one["stage"], one["percent"], one["amount"]) == ("talking", 80, "1500.0000")
    assert one["expected"] == "1500.0000"
    assert [(call["percent"], call["said_by"]) for call in one["calls"]] == [(80, None)]
    assert crm.post({"stage": "offered"}, path=path, if_match=tag).status_code == 412
    assert crm.post({"stage": "offered"}, path=path).json()["percent"] is None
    for wrong in ({"stage": "won"}, {"stage": "talking", "percent": 101}, {"percent": 5},
                  {"stage": "talking", "amount": "-1"}, {"stage": "offered"}):  # fmt: skip
        assert crm.post(wrong, path=path).status_code == 400, wrong
    with tenant_scope(tenant.id):
        assert RenewalCall.objects.count() == 2
        told = AuditRecord.objects.filter(verb="renewal.called")
        assert {one.actor_label for one in told} == {"tickets"}


def test_a_renewal_is_renewed_taken_back_and_churned(tenant: Tenant, crm: Program) -> None:
    start = ends_in(tenant, 61)
    term = {
        "key": "K2-R", "signed_on": str(ends_in(tenant, 0)),
        "lines": [
            {"module": "core", "starts_on": str(start), "ends_on": str(start + timedelta(364)),
             "annual_fee": "1300.00"}
        ],
    }  # fmt: skip
    for wrong in ({"key": ""}, {"lines": []}, {"signed_on": str(ends_in(tenant, 3))},
                  {"lines": [term["lines"][0] | {"module": "x"}]}):  # fmt: skip
        assert crm.post(term | wrong, path=f"{RENEWALS}/K2/renew").status_code == 400, wrong
    done = crm.post(term, path=f"{RENEWALS}/K2/renew")
    assert done.status_code == 200, done.content
    one = done.json()
    assert (one["state"], one["renewed_arr"]) == ("expanded", "1300.0000")
    assert (one["outcomes"][0]["kind"], one["outcomes"][0]["follower"]) == ("expanded", "K2-R")
    assert crm.post(term | {"key": "K2-S"}, path=f"{RENEWALS}/K2/renew").status_code == 400
    back = crm.post({}, path=f"{RENEWALS}/K2/take-back").json()
    assert (back["state"], back["outcomes"][0]["undone_at"] is None) == ("open", False)
    assert crm.post({}, path=f"{RENEWALS}/K2/take-back").status_code == 409
    with tenant_scope(tenant.id):
        assert not Contract.objects.filter(key="K2-R").exists()
    lost = {"reason": "price", "last_day": str(ends_in(tenant, 40))}
    assert crm.post(lost | {"reason": "?"}, path=f"{RENEWALS}/K2/churn").status_code == 400
    gone = crm.post(lost, path=f"{RENEWALS}/K2/churn")
    assert gone.status_code == 200, gone.content
    assert (gone.json()["state"], gone.json()["due_on"]) == ("churned", str(ends_in(tenant, 40)))
    with tenant_scope(tenant.id):
        assert RenewalOutcome.objects.filter(undone_at=None).get().churn_reason == "price"


def test_a_person_sees_and_may_what_screens_let_it(
    tenant: Tenant, make_tenant: Callable[..., Tenant]
) -> None:
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="c-K2").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, *ALL, member=member)
    assert keys(his) == ["K2"]
    assert his.get(f"{RENEWALS}/K3").status_code == 404
    assert his.post({"stage": "talking"}, path=f"{RENEWALS}/K~11/call").status_code == 404
    called = his.post({"stage": "talking"}, path=f"{RENEWALS}/K2/call").json()
    assert called["calls"][0]["said_by"] == "sam@acme.example"
    boss = program(tenant, *ALL, member=make_member(tenant, "eve@acme.example", "executive"))
    assert len(keys(boss)) == 3
    assert boss.post({"stage": "talking"}, path=f"{RENEWALS}/K2/call").status_code == 403
    caller = program(tenant, "renewals:read", "renewals:call")
    assert caller.post({}, path=f"{RENEWALS}/K2/take-back").status_code == 403
    stranger = program(make_tenant("other"), *ALL)
    assert keys(stranger) == []
    assert stranger.post({"stage": "talking"}, path=f"{RENEWALS}/K2/call").status_code == 404


def test_a_long_page_costs_what_a_short_one_does(tenant: Tenant, crm: Program) -> None:
    with tenant_scope(tenant.id):
        for number in range(27):
            contract_of(f"L{number}", ends_in(tenant, number))
        refresh_renewals()
    keys(crm)
    counts = []
    for limit in (3, 30):
        with CaptureQueriesContext(connection) as queries:
            assert len(keys(crm, limit=limit)) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1]
