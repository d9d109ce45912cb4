"""Escalations, entries, targets and departments through the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_program import Program, program
from members import make_member

from accounts.models import AuditRecord, Colleague, Customer, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from projects.models import Project
from service.models import CaseRules, CaseWork

CASES, TARGETS, DEPARTMENTS = "/api/v1/cases", "/api/v1/case-targets", "/api/v1/departments"
ALL = ("cases:read", "cases:write", "departments:read", "case_targets:write")


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    with tenant_scope(tenant.id):
        for key in ("A", "B"):
            Customer.objects.create(key=key, name=key)
    return program(tenant, *ALL)


def made(crm: Program, **further: Any) -> dict[str, Any]:
    answer = crm.post({"customer": "A", "title": "Empty"} | further, path=CASES)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def department(crm: Program, **further: Any) -> dict[str, Any]:
    answer = crm.post({"name": "Development"} | further, path=DEPARTMENTS)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_departments_are_made_and_changed(tenant: Tenant, crm: Program) -> None:
    make_member(tenant, "ida@acme.example", "service_manager")
    one = department(crm, lead="ida@acme.example", kinds=["problem"])
    path = f"{DEPARTMENTS}/{one['id']}"
    assert crm.get(path).json() == one
    assert (one["lead"], one["kinds"], one["is_active"]) == ("ida@acme.example", ["problem"], True)
    tag = crm.get(path)["ETag"]
    changed = crm.patch(path, {"is_active": False, "lead": None}, if_match=tag)
    assert changed.json() == one | {"is_active": False, "lead": None}
    assert crm.patch(path, {"is_active": True}, if_match=tag).status_code == 412
    for wrong in ({"name": " "}, {"name": "Development"}, {"lead": "no@no"}, {"kinds": ["moon"]}):
        assert crm.post({"name": "x"} | wrong, path=DEPARTMENTS).status_code == 400, wrong
    with tenant_scope(tenant.id):
        told = AuditRecord.objects.filter(verb__startswith="department.")
        assert set(told.values_list("verb", "actor_label")) == {
            ("department.made", "tickets"), ("department.changed", "tickets"),
        }  # fmt: skip


def test_a_case_is_passed_on_and_answered(tenant: Tenant, crm: Program) -> None:
    where, closed = department(crm), department(crm, name="Gone", is_active=False)
    key = made(crm)["key"]
    path = f"{CASES}/{key}"
    wrong = {"department": closed["id"], "why": "Stuck"}
    assert crm.post(wrong, path=f"{path}/escalate").status_code == 400
    on = crm.post({"department": where["id"], "why": "Stuck"}, path=f"{path}/escalate")
    assert (on.status_code, on.json()["department"]) == (200, where["id"])
    again = crm.post({"department": where["id"], "why": "Stuck"}, path=f"{path}/escalate")
    assert again.status_code == 400
    (one,) = crm.get(f"{path}/escalations", is_open="true").json()["results"]
    assert (one["department"], one["cause"], one["by"]) == (where["id"], "by_hand", None)
    said = {"escalation": one["id"], "answer": "Fixed tomorrow"}
    other = f"{CASES}/{made(crm, title='Other')['key']}/answer-escalation"
    assert crm.post(said, path=other).status_code == 400
    done = crm.post(said, path=f"{path}/answer-escalation")
    assert (done.status_code, done.json()["department"]) == (200, None)
    assert crm.post(said, path=f"{path}/answer-escalation").status_code == 400
    assert crm.get(f"{path}/escalations", is_open="true").json()["results"] == []
    entries = crm.get(f"{path}/entries").json()["results"]
    assert [entry["data"]["what"] for entry in entries] == [
        "reported", "escalated", "escalation_answered",
    ]  # fmt: skip
    assert entries[1]["text"] == "Stuck"


def test_a_case_is_tied_to_a_project_and_a_person(tenant: Tenant, crm: Program) -> None:
    with tenant_scope(tenant.id):
        for key in ("A", "B"):
            Project.objects.create(
                customer=Customer.objects.get(key=key), key=f"P-{key}", name=key,
                starts_on="2026-01-01", due_on="2026-06-01",
            )  # fmt: skip
        Colleague.objects.create(key="mia", name="Mia")
    one = made(crm, project="P-A", owner="mia")
    assert (one["project"], one["owner"]) == ("P-A", "mia")
    path = f"{CASES}/{one['key']}"
    assert (
        crm.post({"customer": "A", "title": "x", "project": "P-B"}, path=CASES).status_code == 400
    )
    tag = crm.get(path)["ETag"]
    kept = crm.patch(path, {"title": "Still empty"}, if_match=tag)
    assert kept.json()["project"] == "P-A"
    assert crm.patch(path, {"project": "P-B"}, if_match=kept["ETag"]).status_code == 400
    assert crm.patch(path, {"project": None}, if_match=kept["ETag"]).json()["project"] is None


def test_targets_are_published_in_versions(tenant: Tenant, crm: Program) -> None:
    shipped = crm.get(TARGETS)
    assert (shipped.json()["version"], shipped.json()["known_from"]) == (0, None)
    body = {
        "office": {"opens": "08:30", "closes": "17:00"},
        "targets": {"": {"urgent": [30, None]}, "vip": {"urgent": [15, 60]}},
        "note": "New contract",
    }
    first = crm.patch(TARGETS, body, if_match=shipped["ETag"])
    assert first.status_code == 200, first.content
    one = first.json()
    assert (one["version"], one["targets"], one["note"]) == (1, body["targets"], "New contract")
    assert (one["office"]["opens"], one["office"]["break_from"]) == ("08:30", "12:00")
    assert one["reopen_days"] == shipped.json()["reopen_days"]
    assert crm.patch(TARGETS, body, if_match=shipped["ETag"]).status_code == 412
    # A case is measured by it at once.
    made(crm, priority="urgent", priority_why="They wait")
    with tenant_scope(tenant.id):
        work = CaseWork.objects.get()
        assert (work.response_minutes, work.rules_version) == (30, 1)
    for wrong, field in (
        ({"office": {"opens": "25:00", "closes": "17:00"}}, "office.opens"),
        ({"office": {"opens": "08:00", "closes": "17:00", "zone": "Moon/Sea"}}, "office.zone"),
        ({"office": {"opens": "08:00", "closes": "17:00", "break_from": "18:00",
                     "break_to": "19:00"}}, "office"),
        ({"targets": {"moon": {}}}, "targets.moon"),
        ({"targets": {"": {"soon": [5, 5]}}}, "targets.soon"),
        ({"targets": {"": {"urgent": [60, 30]}}}, "targets..urgent"),
        ({"targets": {"": {"urgent": [1, 30]}}}, "targets..urgent.0"),
        ({"targets": {"": {"urgent": [60]}}}, "targets..urgent"),
        ({"reopen_days": -1}, "reopen_days"),
    ):  # fmt: skip
        refused = crm.patch(TARGETS, wrong, if_match=first["ETag"])
        assert refused.status_code == 400, wrong
        fields = [error["field"].replace("..", ".") for error in refused.json()["errors"]]
        assert fields == [field.replace("..", ".")], refused.json()
    versions = crm.get(f"{TARGETS}/versions").json()["results"]
    assert versions == [one]
    with tenant_scope(tenant.id):
        assert CaseRules.objects.count() == 1


def test_who_may_not_and_who_is_elsewhere(
    tenant: Tenant, crm: Program, make_tenant: Callable[..., Tenant]
) -> None:
    where, key = department(crm), made(crm)["key"]
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, *ALL, member=member)
    body = {"department": where["id"], "why": "Stuck"}
    for path in ("entries", "escalations"):
        assert his.get(f"{CASES}/{key}/{path}").status_code == 404
    assert his.post(body, path=f"{CASES}/{key}/escalate").status_code == 404
    assert his.get(TARGETS).status_code == 403
    assert his.patch(TARGETS, {"reopen_days": 1}, if_match="*").status_code == 403
    assert his.post({"name": "x"}, path=DEPARTMENTS).status_code == 403
    reader = program(tenant, "cases:read", "departments:read")
    assert reader.post(body, path=f"{CASES}/{key}/escalate").status_code == 403
    assert reader.patch(TARGETS, {"reopen_days": 1}, if_match="*").status_code == 403
    stranger = program(make_tenant("other"), *ALL)
    for path in ("entries", "escalations"):
        assert stranger.get(f"{CASES}/{key}/{path}").status_code == 404
    assert stranger.get(TARGETS).json()["version"] == 0
    assert stranger.get(f"{DEPARTMENTS}/{where['id']}").status_code == 404
