"""One report through the API: its words, who gets it and by which link, how reports look, their runs."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from django.test.utils import CaptureQueriesContext
from members import make_member

from accounts.models import ApiAnswer, AuditRecord, Colleague, Customer, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from reports.models import (
    Report,
    ReportFailure,
    ReportLink,
    ReportRecipient,
    ReportRun,
    ReportSettings,
    ReportTemplate,
)
from reports.queries.report_customers import report_rule
from tests.reports.logo_images import png
from tests.reports.report_world import make, reader, served

REPORTS, TEMPLATES, RULES = "/api/v1/reports", "/api/v1/report-templates", "/api/v1/report-rules"
RUNS = "/api/v1/report-runs"
ALL = ("reports:read", "reports:write")
LOOKS = ("report_templates:read", "report_templates:write", "reports:read", "figures:read")


@pytest.fixture
def month(tenant: Tenant) -> Tenant:
    with tenant_scope(tenant.pk):
        for key in ("anna", "bert"):
            served(key)
    make(tenant)
    return tenant


@pytest.fixture
def his(month: Tenant) -> Program:
    return program(month, *ALL, member=make_member(month, "sam@acme.example", "service_manager"))


def report_of(his: Program, customer: str = "anna") -> str:
    rows = his.get(REPORTS, customer=customer, kind="customer").json()["results"]
    return f"{REPORTS}/{rows[0]['id']}"


def sent(his: Program, customer: str = "anna") -> str:
    path = report_of(his, customer)
    for verb in ("approve", "send"):
        answer = his.post({}, path=f"{path}/{verb}")
        assert answer.status_code == 200, answer.content
    return path


def test_words_are_put_into_a_report_and_figures_are_not(month: Tenant, his: Program) -> None:
    path = f"{report_of(his)}/texts"
    read = his.get(path)
    slot = read.json()["slots"][0]
    changed = his.patch(
        path, {"slots": [{"slot": slot["slot"], "text": "Well done."}]}, if_match=read["ETag"]
    )
    assert changed.status_code == 200, changed.content
    held = {one["slot"]: one for one in changed.json()["slots"]}
    assert held[slot["slot"]]["text"] == "Well done."
    assert held[slot["slot"]]["shipped"] == slot["shipped"]
    body = {"slots": [{"slot": slot["slot"], "text": "Lost."}]}
    assert his.patch(path, body, if_match=read["ETag"]).status_code == 412
    for wrong in ({"slots": [{"slot": "x", "text": "x"}]}, {"slots": ["x"]}, {"x": 1}):
        assert his.patch(path, wrong, if_match="*").status_code == 400, wrong
    assert program(month, *ALL).patch(path, body, if_match="*").status_code == 403
    same = his.post({}, path=path.replace("texts", "refresh"))
    assert same.status_code == 200, same.content
    assert his.get(path).json() == changed.json(), "people's words stay"
    sent(his)
    assert his.patch(path, body, if_match="*").status_code == 400, "what is sent never changes"


def test_what_is_approved_is_what_was_read(month: Tenant, his: Program) -> None:
    path = report_of(his)
    read, texts = his.get(path), his.get(f"{path}/texts")
    body = {"slots": [{"slot": texts.json()["slots"][0]["slot"], "text": "Something else."}]}
    assert his.patch(f"{path}/texts", body, if_match=texts["ETag"]).status_code == 200
    for verb in ("review", "approve", "refresh"):
        assert his.post({}, path=f"{path}/{verb}", if_match=read["ETag"]).status_code == 412, verb
    again = his.get(path)["ETag"]
    approved = his.post({}, path=f"{path}/approve", if_match=again)
    assert approved.status_code == 200, approved.content
    assert approved["ETag"] == his.get(path)["ETag"] != again
    assert his.post({}, path=f"{path}/send", if_match=again).status_code == 412
    assert his.post({}, path=f"{path}/send", if_match=approved["ETag"]).status_code == 200


def test_what_was_sent_is_corrected_in_a_further_version(month: Tenant, his: Program) -> None:
    path = report_of(his)
    assert his.post({}, path=f"{path}/correct").status_code == 400, "it is no sent one"
    sent(his)
    made = his.post({}, path=f"{path}/correct", key="once")
    assert made.status_code == 201, made.content
    assert (made.json()["version"], made.json()["status"]) == (2, "draft")
    assert his.post({}, path=f"{path}/correct").status_code == 400
    draft = f"{REPORTS}/{made.json()['id']}"
    assert his.delete(path, if_match="*").status_code == 400, "the first stays"
    assert his.delete(draft, if_match='"x"').status_code == 412
    assert his.delete(draft, if_match=his.get(draft)["ETag"]).status_code == 204
    with tenant_scope(month.pk):
        assert list(Report.objects.filter(customer__key="anna").values_list("version")) == [(1,)]


def test_recipients_are_told_and_their_links_given_and_ended(month: Tenant, his: Program) -> None:
    path = sent(his)
    rows = his.get(f"{path}/recipients", sort="name").json()["results"]
    assert [(one["name"], one["audience"]) for one in rows] == [
        ("Li Wei", "key_user"), ("Zhou Min", "decision_maker"),
    ]  # fmt: skip
    one = f"{path}/recipients/{rows[0]['id']}"
    assert his.get(one).json() == rows[0]
    given = his.post({}, path=f"{one}/link", key="once")
    assert given.status_code == 201, given.content
    assert given.json()["url"].startswith("http")
    again = his.post({}, path=f"{one}/link", key="once")
    assert again.json() == given.json() | {"url": None}, "a secret is said once"
    with tenant_scope(month.pk):
        assert ReportLink.objects.filter(recipient=rows[0]["id"]).count() == 1
        assert given.json()["url"] not in str(list(ApiAnswer.objects.values_list("body")))
    assert his.get(one).json()["has_link"] is True
    ended = his.post({}, path=f"{one}/revoke")
    assert ended.status_code == 200, ended.content
    assert (ended.json()["has_link"], ended.json()["why"]) == (False, "revoked")
    assert his.post({}, path=f"{one}/revoke").status_code == 400
    assert his.post({}, path=f"{one}/write-again").status_code == 409
    with tenant_scope(month.pk):
        ReportRecipient.objects.filter(pk=rows[0]["id"]).update(state="left_out", why="failed")
    assert his.post({}, path=f"{one}/write-again").json()["state"] == "waiting"
    assert his.get(f"{path}/answers").json()["results"] == []


def test_a_report_goes_to_those_who_are_chosen(month: Tenant, his: Program) -> None:
    path = report_of(his)
    with tenant_scope(month.pk):
        anna, bert = (Customer.objects.get(key=key) for key in ("anna", "bert"))
        reader(anna, "New Person")
        foreign = reader(bert, "Other Person")
    wanted = {"readers": [{"contact": "anna-New Person", "audience": "decision_maker"}]}
    assert his.post(wanted, path=f"{path}/send-to").status_code == 400, "not approved yet"
    his.post({}, path=f"{path}/approve")
    for wrong in ({"readers": []}, {"readers": [{"contact": foreign.key}]}, {"readers": [{}]},
                  {"readers": [{"address": "x@y.example"}]}, {"readers": ["x"]}):  # fmt: skip
        assert his.post(wrong, path=f"{path}/send-to").status_code == 400, wrong
    done = his.post(wanted, path=f"{path}/send-to")
    assert done.status_code == 201, done.content
    assert done.json()["status"] == "sent"
    with tenant_scope(month.pk):
        held = ReportRecipient.objects.filter(report=done.json()["id"])
        assert [(one.name, one.audience) for one in held] == [("New Person", "decision_maker")]
    further = {"readers": [{"contact": "anna-Li Wei"}, {"contact": "anna-New Person"}]}
    assert his.post(further, path=f"{path}/send-to").status_code == 201
    assert len(his.get(f"{path}/recipients").json()["results"]) == 2


def test_of_restricted_managers_and_other_tenants_nothing_is_told(
    month: Tenant, his: Program, make_tenant: Callable[..., Tenant]
) -> None:
    path = sent(his)
    pk = his.get(f"{path}/recipients").json()["results"][0]["id"]
    member = make_member(month, "eve@acme.example", "service_manager")
    with tenant_scope(month.pk):
        eve = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="bert").update(service_manager=eve)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    other = program(make_tenant("other"), *ALL)
    for who in (program(month, *ALL, member=member), other):
        for way in ("", "/texts", "/recipients", f"/recipients/{pk}", "/answers"):
            assert who.get(f"{path}{way}").status_code == 404, way
        for way in ("/send-to", f"/recipients/{pk}/link", f"/recipients/{pk}/revoke"):
            assert who.post({}, path=f"{path}{way}").status_code in (403, 404), way


def test_how_reports_look_is_versioned_and_tried_before(month: Tenant) -> None:
    boss = program(month, *LOOKS, member=make_member(month, "ida@acme.example", "admin"))
    figures = boss.get("/api/v1/figure-sets", customer="anna").json()["results"][0]["id"]
    image = base64.b64encode(png()).decode()
    tried = boss.post(
        {"figure_set": figures, "accent": "#0b6e7f", "logo_image": image,
         "texts": {"en": {"greeting": "Hello {customer}!"}}},
        path=f"{TEMPLATES}/preview",
    )  # fmt: skip
    assert tried.status_code == 200, tried.content
    assert "Hello Anna!" in tried.json()["html"]
    assert "data:image/png" in tried.json()["html"]
    assert boss.get(TEMPLATES).json()["results"] == []
    body = {
        "seen": 0, "accent": "#0B6E7F", "logo_image": image,
        "sections": {"decision_maker": ["did", "used"], "key_user": ["used"]},
        "names": {"en": {"used": "Use"}},
    }  # fmt: skip
    made = boss.post(body, path=TEMPLATES)
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["version"], told["accent"], told["names"]) == (
        1,
        "#0b6e7f",
        {"en": {"used": "Use"}},
    )
    assert told["sections"] == body["sections"]
    logo = boss.get(f"/api/v1/report-logos/{told['logo']}")
    assert (logo["Content-Type"], logo.content) == ("image/png", png())
    assert boss.get("/api/v1/report-logos/none").status_code == 404
    assert boss.post(body, path=TEMPLATES).status_code == 409, "somebody was faster"
    second = boss.post({"seen": 1, "texts": {"en": {"footer": "Bye"}}}, path=TEMPLATES).json()
    assert (second["version"], second["accent"], second["logo"]) == (2, "#0b6e7f", told["logo"])
    for wrong in (
        {"accent": "#ffffff"}, {"accent": "red"}, {"logo": "x"}, {"logo_image": "x"},
        {"logo_image": base64.b64encode(b"GIF89a").decode()}, {"sections": {"key_user": ["x"]}},
        {"sections": {"key_user": ["used", "used"], "decision_maker": []}},
        {"names": {"fr": {"used": "x"}}}, {"texts": {"en": {"greeting": "{secret}"}}},
        {"texts": {"en": {"other": "x"}}}, {"names": 7},
    ):  # fmt: skip
        assert boss.post({"seen": 2} | wrong, path=TEMPLATES).status_code == 400, wrong
    with tenant_scope(month.pk):
        assert ReportTemplate.objects.count() == 2
        assert AuditRecord.objects.filter(verb="report_template.changed").count() == 2
    manager = make_member(month, "sam@acme.example", "service_manager")
    assert program(month, *LOOKS, member=manager).get(TEMPLATES).status_code == 403


def test_who_gets_what_is_set_by_tier(month: Tenant) -> None:
    boss = program(month, *LOOKS)
    read = boss.get(RULES)
    assert read.json()["day"] == 1
    tiers = read.json()["month"]["key_user"]
    assert "" in tiers
    assert len(tiers) > 2
    wanted = {"quarter": {"decision_maker": tiers[:1], "key_user": []}, "hour": 9}
    changed = boss.patch(RULES, wanted, if_match=read["ETag"])
    assert changed.status_code == 200, changed.content
    assert changed.json() == read.json() | wanted
    assert boss.patch(RULES, {"day": 2}, if_match=read["ETag"]).status_code == 412
    for wrong in ({"day": 15}, {"hour": 24}, {"month": {"key_user": ["x"], "decision_maker": []}}):
        assert boss.patch(RULES, wrong, if_match="*").status_code == 400, wrong
    with tenant_scope(month.pk):
        rule = report_rule()
        assert rule.customer["quarter"].reads("decision_maker", tiers[0])
        assert not rule.customer["quarter"].reads_at_all("key_user")
        assert rule.customer["month"].is_on
        assert not rule.customer["month"].readers
        assert (rule.day, rule.hour, ReportSettings.objects.get().version) == (1, 9, 1)


def test_runs_are_told_and_tried_again(month: Tenant) -> None:
    boss = program(month, "report_runs:read", "report_runs:write")
    rows = boss.get(RUNS, kind="customer").json()["results"]
    assert [(one["period"], one["state"], one["made"], one["failed"]) for one in rows] == [
        ("2026-10", "done", 2, 0)
    ]
    path = f"{RUNS}/{rows[0]['id']}"
    assert boss.post({}, path=f"{path}/retry").status_code == 409
    with tenant_scope(month.pk):
        run = ReportRun.objects.get(pk=rows[0]["id"])
        for key in ("anna", "bert"):
            ReportFailure.objects.create(
                run=run, customer=Customer.objects.get(key=key), reason="KeyError in figures"
            )
    counts = []
    for limit in (1, 2):
        with CaptureQueriesContext(connection) as queries:
            failures = boss.get(f"{path}/failures", limit=limit).json()["results"]
        counts.append(len(queries))
    assert [one["customer"] for one in failures] == ["anna", "bert"]
    assert counts[0] == counts[1]
    assert boss.get(path).json()["failed"] == 2
    again: Any = boss.post({}, path=f"{path}/retry")
    assert (again.status_code, again.json()["state"]) == (200, "queued")
    lead = make_member(month, "tim@acme.example", "team_member")
    assert program(month, "report_runs:read", member=lead).get(RUNS).status_code == 403
