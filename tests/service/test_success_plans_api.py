"""Success plans, privileges and referrals through the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from django.test.utils import CaptureQueriesContext
from members import make_member
from night_facts import customer, sign

from accounts.models import (
    AuditRecord,
    Colleague,
    Customer,
    RowVersion,
    Tenant,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from service.models import Goal, JointMilestone, Privilege, Referral
from tests.service.request_world import contact

ALL = ("account_files:read", "account_files:write", "referrals:read", "referrals:write")
GOAL = {"customer": "one", "title": "Grow", "measure": "arr", "target": "5000"}
MILESTONE = {"customer": "one", "title": "Training", "due_on": "2026-12-01", "contact": "ann"}
PRIVILEGE = {"customer": "one", "title": "Quick answers", "from_on": "2026-01-01"}
REFERRAL = {"referrer": "one", "prospect_name": "Borealis", "referred_on": "2026-06-02"}
KINDS: list[tuple[str, dict[str, Any], dict[str, Any], type[Any]]] = [
    ("goals", GOAL, {"state": "reached"}, Goal),
    ("joint-milestones", MILESTONE, {"done_on": "2026-06-01"}, JointMilestone),
    ("privileges", PRIVILEGE, {"to_on": "2026-12-31"}, Privilege),
    ("referrals", REFERRAL, {"note": "By phone."}, Referral),
]


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    with tenant_scope(tenant.id):
        contact(customer("one"), "ann")
        contact(customer("two"), "ben")
    return program(tenant, *ALL)


@pytest.mark.parametrize(("plural", "new", "change", "model"), KINDS)
def test_each_is_made_changed_and_taken_away(
    tenant: Tenant, crm: Program, plural: str, new: Any, change: Any, model: Any
) -> None:
    path = f"/api/v1/{plural}"
    made = crm.post(new, path=path)
    assert made.status_code == 201, made.content
    one = made.json()
    assert crm.get(path).json()["results"] == [one]
    assert crm.get(f"{path}/{one['id']}").json() == one
    changed = crm.patch(f"{path}/{one['id']}", change, if_match=made["ETag"])
    assert changed.status_code == 200, changed.content
    after = changed.json()
    assert {name: after[name] for name in change} == change
    kept = set(one) - set(change) - {"settled_on"}
    assert {name: after[name] for name in kept} == {name: one[name] for name in kept}
    assert crm.patch(f"{path}/{one['id']}", change, if_match=made["ETag"]).status_code == 412
    assert crm.delete(f"{path}/{one['id']}").status_code == 428
    assert crm.delete(f"{path}/{one['id']}", if_match=changed["ETag"]).status_code == 204
    assert crm.get(path).json()["results"] == []
    with tenant_scope(tenant.id):
        assert not model.objects.exists()
        assert RowVersion.objects.filter(table=model._meta.db_table).count() == 3
        told = AuditRecord.objects.values_list("actor_label", flat=True).order_by("pk")
        assert list(told)[-3:] == ["tickets"] * 3


@pytest.mark.parametrize(
    ("plural", "new", "wrong", "field"),
    [
        ("goals", GOAL, {"title": " "}, "title"),
        ("goals", GOAL, {"measure": "luck"}, "measure"),
        ("goals", GOAL, {"target": None}, "target"),
        ("goals", GOAL, {"customer": "none"}, "customer"),
        ("goals", GOAL, {"by_on": "2150-01-01"}, "by_on"),
        ("joint-milestones", MILESTONE, {"contact": "ben"}, "contact"),
        ("joint-milestones", MILESTONE, {"goal": 10**15}, "goal"),
        ("joint-milestones", MILESTONE, {"colleague": "who"}, "colleague"),
        ("joint-milestones", MILESTONE, {"done_on": "2099-01-01"}, "done_on"),
        ("privileges", PRIVILEGE, {"to_on": "2025-01-01"}, "to_on"),
        ("referrals", REFERRAL, {"prospect_name": ""}, "prospect"),
        ("referrals", REFERRAL, {"prospect": "one"}, "prospect"),
        ("referrals", REFERRAL, {"prospect": "none"}, "prospect"),
        ("referrals", REFERRAL, {"referred_on": "2099-01-01"}, "referred_on"),
    ],
)
def test_what_is_wrong_is_named(
    crm: Program, plural: str, new: Any, wrong: Any, field: str
) -> None:
    refused = crm.post(new | wrong, path=f"/api/v1/{plural}")
    assert refused.status_code == 400, refused.content
    assert [error["field"] for error in refused.json()["errors"]] == [field]


def test_what_came_of_a_referral_is_read_from_contracts(tenant: Tenant, crm: Program) -> None:
    path = "/api/v1/referrals"
    crm.post(REFERRAL | {"prospect": "two"}, path=path)
    assert crm.get(path).json()["results"][0]["outcome"] == "open"
    with tenant_scope(tenant.id):
        sign(Customer.objects.get(key="two"), date(2026, 7, 1), fee=6000)
    (one,) = crm.get(path, outcome="came").json()["results"]
    assert (one["signed_on"], Decimal(one["arr"])) == ("2026-07-01", 6000)
    assert one["prospect_name"] == "Two"
    assert crm.get(path, outcome="open,declined").json()["results"] == []


@pytest.mark.parametrize(("plural", "new", "change", "model"), KINDS)
def test_a_person_sees_and_may_what_screens_let_it(
    tenant: Tenant, crm: Program, make_tenant: Callable[..., Tenant], plural: str, new: Any,
    change: Any, model: Any,
) -> None:  # fmt: skip
    path = f"/api/v1/{plural}"
    row = f"{path}/{crm.post(new, path=path).json()['id']}"
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="two").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, *ALL, member=member)
    assert his.get(path).json()["results"] == []
    assert his.get(row).status_code == 404
    assert his.patch(row, change, if_match="*").status_code == 404
    assert his.post(new, path=path).status_code == 400
    reader = program(tenant, "account_files:read", "referrals:read")
    assert reader.patch(row, change, if_match="*").status_code == 403
    if plural != "referrals":
        boss = program(tenant, *ALL, member=make_member(tenant, "e@acme.example", "executive"))
        assert boss.get(row).status_code == 200
        assert boss.delete(row, if_match="*").status_code == 403
    stranger = program(make_tenant("other"), *ALL)
    assert stranger.get(path).json()["results"] == []
    assert stranger.delete(row, if_match="*").status_code == 404


def test_of_a_prospect_out_of_sight_neither_key_nor_money_is_told(
    tenant: Tenant, crm: Program
) -> None:
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="one").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        sign(Customer.objects.get(key="two"), date(2026, 7, 1), fee=6000)
    crm.post(REFERRAL | {"prospect": "two"}, path="/api/v1/referrals")
    his = program(tenant, *ALL, member=member)
    (one,) = his.get("/api/v1/referrals").json()["results"]
    assert (one["outcome"], one["arr"], one["prospect"]) == ("came", None, None)
    assert his.get("/api/v1/referrals", prospect="two").json()["results"] == [], "none is told of"
    (whole,) = crm.get("/api/v1/referrals", prospect="two").json()["results"]
    assert (whole["arr"] is None, whole["prospect"]) == (False, "two")


@pytest.mark.parametrize(("plural", "new", "change", "model"), KINDS)
def test_a_long_page_costs_what_a_short_one_does(
    tenant: Tenant, crm: Program, plural: str, new: Any, change: Any, model: Any
) -> None:
    path = f"/api/v1/{plural}"
    for _number in range(12):
        crm.post(new, path=path)
    crm.get(path)
    counts = []
    for limit in (2, 12):
        with CaptureQueriesContext(connection) as queries:
            assert len(crm.get(path, limit=limit).json()["results"]) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_sponsor_is_named_and_ends(tenant: Tenant, crm: Program) -> None:
    path = "/api/v1/sponsors"
    with tenant_scope(tenant.id):
        contact(Customer.objects.get(key="one"), "cid")
    new = {"customer": "one", "contact": "ann", "from_on": "2025-03-01"}
    first = crm.post(new, path=path)
    assert first.status_code == 201, first.content
    for wrong in ({"contact": "ben"}, {"from_on": "2025-03-01"}, {"from_on": "2099-01-01"}):
        assert crm.post(new | wrong, path=path).status_code == 400, wrong
    second = crm.post(new | {"contact": "cid", "from_on": "2026-01-01"}, path=path).json()
    before = crm.get(f"{path}/{first.json()['id']}").json()
    assert (before["to_on"], before["name"]) == ("2025-12-31", "Ann")
    assert crm.get(path, is_current="true").json()["results"] == [second]
    end = f"{path}/{second['id']}/end"
    assert crm.post({"to_on": "2025-01-01", "why": "x"}, path=end).status_code == 400
    ended = crm.post({"to_on": "2026-02-01", "why": "Left."}, path=end)
    assert (ended.status_code, ended.json()["why_ended"]) == (200, "Left.")
    assert crm.post({"to_on": "2026-02-01", "why": "Left."}, path=end).status_code == 400
    stranger = program(tenant, "referrals:read")
    assert stranger.get(path).status_code == 403


def test_what_is_to_be_known_is_written_down(
    tenant: Tenant, crm: Program, make_tenant: Callable[..., Tenant]
) -> None:
    path = "/api/v1/customers/one/account-file"
    read = crm.get(path)
    assert read.json() == {"customer": "one", "background": "", "version": 0}
    written = crm.patch(path, {"background": "Came by the fair."}, if_match=read["ETag"])
    assert written.status_code == 200, written.content
    assert written.json() == {
        "customer": "one", "background": "Came by the fair.", "version": 1,
    }  # fmt: skip
    assert crm.patch(path, {"background": "x"}, if_match=read["ETag"]).status_code == 412
    assert crm.get("/api/v1/customers/none/account-file").status_code == 404
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, *ALL, member=member)
    assert his.get(path).status_code == 404
    assert his.get("/api/v1/sponsors").json()["results"] == []
    other = program(make_tenant("other"), *ALL)
    assert other.patch(path, {"background": "x"}, if_match="*").status_code == 404
