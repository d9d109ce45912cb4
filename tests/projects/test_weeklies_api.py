"""Weekly reports through the API: drafted, changed, sent once for all, corrected."""

from __future__ import annotations

from typing import Any

import pytest
from api_program import Program, program

from accounts.models import Contact, OutgoingMail, Tenant, VisibilityRule
from accounts.models.members import hash_secret
from accounts.tenancy import tenant_scope
from projects.models import WeeklyReport, WeeklyReportLink
from tests.projects.weekly_world import MONDAY, WeeklyWorld, weekly_world

WEEKLIES = "/api/v1/weekly-reports"
SCOPES = ("projects:read", "weeklies:write")


@pytest.fixture
def world(tenant: Tenant, scope: None, make_member: Any) -> WeeklyWorld:
    return weekly_world(tenant, make_member)


@pytest.fixture
def crm(tenant: Tenant, world: WeeklyWorld) -> Program:
    return program(tenant, *SCOPES, member=world.manager)


def drafted(crm: Program, **further: Any) -> dict[str, Any]:
    body = {"project": "W-P1", "week": "2026-11-18", "language": "en"} | further
    made = crm.post(body, path=WEEKLIES)
    assert made.status_code == 201, made.content
    said: dict[str, Any] = made.json()
    return said


def test_a_report_is_drafted_once_and_changed(world: WeeklyWorld, crm: Program) -> None:
    said = drafted(crm)
    assert (said["week"], said["state"]) == (MONDAY.isoformat(), "draft")
    assert drafted(crm)["id"] == said["id"], "who drafts again has the one that is there"
    report = WeeklyReport.objects.get()
    path = f"{WEEKLIES}/{report.pk}"
    whole = crm.get(path)
    assert whole.json()["facts"]["done"] == report.facts["done"]
    assert "effort" not in whole.json()["facts"], "internal unless the manager says otherwise"
    words = {"texts": {"summary": "All is well", "risks": "None"}, "shows_effort": True}
    changed = crm.patch(path, words, if_match=whole["ETag"])
    assert changed.json()["texts"] == words["texts"]
    assert changed.json()["facts"]["effort"] == report.facts["effort"]
    later = crm.patch(path, {"texts": {"risks": ""}}, if_match=changed["ETag"]).json()
    assert (later["texts"], later["shows_effort"]) == ({"summary": "All is well"}, True)
    assert crm.patch(path, words, if_match=whole["ETag"]).status_code == 412
    assert crm.patch(path, {"texts": {"nowhere": "x"}}, if_match="*").status_code == 400
    assert crm.post({}, path=f"{path}/refresh").json()["texts"] == {"summary": "All is well"}
    assert crm.delete(path, if_match="*").status_code == 204
    assert not WeeklyReport.objects.exists()
    for week, field in (("2030-01-07", "week"), ("1999-12-27", "week")):
        wrong = crm.post({"project": "W-P1", "week": week}, path=WEEKLIES)
        assert [one["field"] for one in wrong.json()["errors"]] == [field]


def test_what_is_sent_never_changes_and_is_corrected(
    tenant: Tenant, world: WeeklyWorld, crm: Program
) -> None:
    path = f"{WEEKLIES}/{drafted(crm)['id']}"
    nobody = crm.post({"revision": 1}, path=f"{path}/send")
    assert [one["field"] for one in nobody.json()["errors"]] == ["contacts"]
    assert crm.post({"revision": 1, "contacts": ["x"]}, path=f"{path}/send").status_code == 400
    body = {"revision": 1, "contacts": ["zhou", "zhou"]}
    stale = crm.post(body | {"revision": 2}, path=f"{path}/send")
    assert stale.status_code == 409, "another draft than the one that was read"
    sent = crm.post(body, key="k", path=f"{path}/send")
    assert sent.status_code == 201, sent.content
    [told] = sent.json()["links"]
    secret = told["address"].rstrip("/").rpartition(f"/r/{tenant.pk}.")[2]
    link = WeeklyReportLink.objects.get()
    assert (link.secret_hash, link.pk) == (hash_secret(secret), told["id"])
    assert OutgoingMail.objects.filter(to=world.contact.email).count() == 1
    again = crm.post(body, key="k", path=f"{path}/send").json()
    assert again["links"] == [told | {"address": None}]
    assert WeeklyReportLink.objects.count() == 1
    whole = crm.get(path).json()
    assert (whole["state"], whole["usual_recipients"], len(whole["links"])) == (
        "sent", ["zhou"], 1,
    )  # fmt: skip
    assert crm.patch(path, {"shows_risks": True}, if_match="*").status_code == 409
    assert crm.delete(path, if_match="*").status_code == 409
    assert crm.post({}, path=f"{path}/refresh").status_code == 409
    made = crm.post({}, path=f"{path}/correct")
    assert made.status_code == 201, made.content
    assert (made.json()["version"], made.json()["correction_of"]) == (2, whole["id"])
    assert crm.post({}, path=f"{path}/correct").status_code == 409
    second = f"{WEEKLIES}/{made.json()['id']}"
    assert crm.post({"revision": 1}, path=f"{second}/send").status_code == 409, (
        "it says not what is corrected"
    )
    crm.patch(second, {"correction": "The days"}, if_match="*")
    assert len(crm.post({"revision": 2}, path=f"{second}/send").json()["links"]) == 1, (
        "to the usual ones"
    )
    revoke = f"{path}/links/{link.pk}/revoke"
    assert crm.post({}, path=revoke).json()["links"][0]["closed_by"] == "revoked"
    assert crm.post({}, path=revoke).status_code == 409
    assert crm.post({}, path=f"{second}/links/{link.pk}/revoke").status_code == 404
    rows = crm.get(WEEKLIES, week=MONDAY.isoformat(), state="sent").json()["results"]
    assert len(rows) == 2


def test_who_may_not_does_nothing(
    tenant: Tenant, world: WeeklyWorld, crm: Program, make_member: Any
) -> None:
    path = f"{WEEKLIES}/{drafted(crm)['id']}"
    Contact.objects.create(customer=world.project.customer, key="wu", name="Wu")
    service = program(tenant, *SCOPES, member=make_member(tenant, "s@acme.example",
                                                          "service_manager"))  # fmt: skip
    assert service.get(path).status_code == 200
    for verb in ("refresh", "send", "correct"):
        assert service.post({}, path=f"{path}/{verb}").status_code == 403, verb
    assert service.patch(path, {"shows_risks": True}, if_match="*").status_code == 403
    VisibilityRule.objects.create(role="project_manager", record="projects", visibility="mine")
    blind = make_member(tenant, "blind@acme.example", "project_manager")
    who = program(tenant, *SCOPES, member=blind)
    assert who.get(WEEKLIES).json()["results"] == []
    assert who.get(path).status_code == 404
    assert who.delete(path, if_match="*").status_code == 404
    for verb in ("refresh", "send", "correct"):
        assert who.post({}, path=f"{path}/{verb}").status_code == 404, verb
    refused = who.post({"project": "W-P1"}, path=WEEKLIES)
    assert [one["field"] for one in refused.json()["errors"]] == ["project"]


def test_many_are_read_in_as_many_statements_as_few(
    crm: Program, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    for week in ("2026-10-05", "2026-10-12", "2026-10-19", "2026-10-26"):
        drafted(crm, week=week)
    crm.get(WEEKLIES)
    with django_assert_max_num_queries(25) as few:
        crm.get(WEEKLIES, limit=1)
    with django_assert_num_queries(len(few)):
        assert len(crm.get(WEEKLIES, limit=500).json()["results"]) == 4


def test_another_tenant_finds_nothing(tenant: Tenant, make_member: Any, make_tenant: Any) -> None:
    with tenant_scope(tenant.pk):
        world = weekly_world(tenant, make_member)
        member = world.manager
    own = program(tenant, *SCOPES, member=member)
    path = f"{WEEKLIES}/{drafted(own)['id']}"
    strange = program(make_tenant("other"), *SCOPES)
    assert strange.get(WEEKLIES).json()["results"] == []
    assert strange.get(path).status_code == 404
    assert strange.post({"revision": 1}, path=f"{path}/send").status_code == 404
