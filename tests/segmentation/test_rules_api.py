"""Rules through the API: drafts as the editor has them, tried before, compared; strategies; views."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from api_program import Program, program
from django.core.management import call_command
from members import make_member
from night_facts import customer, pay, sign

from accounts.models import Membership, Tenant
from accounts.tenancy import tenant_scope
from segmentation.models import RuleDraft, RuleSet, SavedView, StrategyText
from segmentation.queries.rules import current_rules

D = date(2026, 6, 30)
DAY = timedelta(1)
DRAFTS = "/api/v1/rule-drafts"
SETS = "/api/v1/rule-sets"
VIEWS = "/api/v1/saved-views"
STRATEGY = "/api/v1/strategies/a/high"


@pytest.fixture
def boss(tenant: Tenant) -> Membership:
    return make_member(tenant, "ida@acme.example", "admin")


@pytest.fixture
def hers(tenant: Tenant, boss: Membership) -> Program:
    return program(tenant, "rules:read", "rules:write", "rule_drafts:read", member=boss)


def test_a_draft_is_changed_and_published(tenant: Tenant, hers: Program) -> None:
    made = hers.post({}, path=DRAFTS)
    assert made.status_code == 201, made.content
    assert (made.json()["owner"], made.json()["revision"]) == ("ida@acme.example", 1)
    assert hers.post({}, path=DRAFTS).status_code == 400, "one each"
    path = f"{DRAFTS}/{made.json()['id']}"
    whole = hers.get(path)
    with tenant_scope(tenant.id):
        assert whole.json()["rules"] == current_rules()
    changed = hers.patch(path, {"change": {"hysteresis_nights": 5}}, if_match=whole["ETag"])
    assert changed.status_code == 200, changed.content
    assert changed.json()["rules"] == whole.json()["rules"] | {"hysteresis_nights": 5}
    assert hers.patch(path, {"change": {}}, if_match=whole["ETag"]).status_code == 412
    for wrong in ({}, {"change": {"hysteresis_nights": "x"}}, {"rules": {}}, {"rules": 7},
                  {"change": {}, "rules": {}}):  # fmt: skip
        assert hers.patch(path, wrong, if_match="*").status_code == 400, wrong
    assert hers.post({"note": " "}, path=f"{path}/publish").status_code == 400
    out = hers.post({"note": "Calmer."}, path=f"{path}/publish", key="once")
    assert out.status_code == 201, out.content
    version = out.json()["version"]
    with tenant_scope(tenant.id):
        assert not RuleDraft.objects.exists()
        assert current_rules()["hysteresis_nights"] == 5
        assert RuleSet.objects.get(version=version).note == "Calmer."
    changes = hers.get(f"{SETS}/{version}/changes").json()
    assert {"path": ["hysteresis_nights"], "old": 3, "new": 5} in changes["differences"]
    assert changes["words"]
    assert hers.get(f"{SETS}/{version}/changes", since=99).status_code == 404
    assert hers.get(f"{SETS}/{version}/changes", since="x").status_code == 400


def test_a_draft_is_not_published_over_another_version(tenant: Tenant, hers: Program) -> None:
    path = f"{DRAFTS}/{hers.post({}, path=DRAFTS).json()['id']}"
    hers.patch(path, {"change": {"window_days": 365}}, if_match="*")
    hers.post({"change": {"hysteresis_nights": 7}}, path=SETS)
    refused = hers.post({"note": "Longer."}, path=f"{path}/publish")
    assert refused.status_code == 409
    updated = hers.post({}, path=f"{path}/update")
    assert updated.status_code == 200, updated.content
    assert updated.json()["rules"]["hysteresis_nights"] == 7
    assert updated.json()["rules"]["window_days"] == 365
    assert hers.post({"note": "Longer."}, path=f"{path}/publish").status_code == 201
    with tenant_scope(tenant.id):
        assert (current_rules()["hysteresis_nights"], current_rules()["window_days"]) == (7, 365)


def test_drafts_are_administrators_and_are_discarded(
    tenant: Tenant, hers: Program, make_tenant: Callable[..., Tenant]
) -> None:
    path = f"{DRAFTS}/{hers.post({}, path=DRAFTS).json()['id']}"
    scopes = ("rules:read", "rules:write", "rule_drafts:read")
    manager = make_member(tenant, "sam@acme.example", "service_manager")
    his = program(tenant, *scopes, member=manager)
    assert his.get(DRAFTS).status_code == 403
    assert his.post({}, path=DRAFTS).status_code == 403
    nobodys = program(tenant, *scopes)
    assert nobodys.post({}, path=DRAFTS).status_code == 403
    other = program(make_tenant("other"), *scopes)
    assert other.get(path).status_code == 404
    assert other.get(DRAFTS).json()["results"] == []
    assert hers.delete(path, if_match='"x"').status_code == 412
    assert hers.delete(path, if_match=hers.get(path)["ETag"]).status_code == 204
    with tenant_scope(tenant.id):
        assert not RuleDraft.objects.exists()


def test_a_draft_is_tried_on_the_latest_night(tenant: Tenant, hers: Program) -> None:
    path = f"{DRAFTS}/{hers.post({}, path=DRAFTS).json()['id']}"
    assert hers.get(f"{path}/preview").status_code == 409, "before the first night"
    with tenant_scope(tenant.id):
        for number in range(8):
            whom = customer(f"c{number}")
            pay(whom, D - 40 * number * DAY, 100 * number + 50)
            sign(whom, D - 300 * DAY, D + 65 * DAY, fee=1000 * number + 1)
    call_command("run_night", f"--as-of={D}", "--tenant=acme")
    same = hers.get(f"{path}/preview").json()
    assert (same["night"], same["customers"], same["moved"]) == (
        "2026-06-30", 8, {"tier": 0, "stage": 0},
    )  # fmt: skip
    assert sum(one["customers"] for one in same["flows"]) == 8
    rules = hers.get(path).json()["rules"]
    order = rules["tiers"]["schemes"]["a"]["order"]
    assert hers.get(f"{path}/preview", of="x").status_code == 400
    assert hers.get(f"{path}/movers").json() == {"total": 0, "results": []}
    tier = next(one["to"] for one in same["flows"])
    stay = hers.get(f"{path}/movers", **{"from": tier or "none", "to": tier or "none"}).json()
    assert stay["total"] == sum(
        one["customers"] for one in same["flows"] if one["from"] == one["to"] == tier
    )
    assert {one["to"] for one in stay["results"]} <= {tier, *order}
    assert hers.get(f"{path}/movers", limit=0).status_code == 400


def test_strategies_are_written_and_taken_back(tenant: Tenant, boss: Membership) -> None:
    writer = program(tenant, "strategies:read", "strategies:write", member=boss)
    read = writer.get(STRATEGY)
    assert not any(one["is_own"] for one in read.json()["texts"])
    text = {"kind": "service", "language": "en", "text": "Ours."}
    changed = writer.patch(STRATEGY, {"texts": [text]}, if_match=read["ETag"])
    assert changed.status_code == 200, changed.content
    own = [one for one in changed.json()["texts"] if one["is_own"]]
    assert [(one["kind"], one["language"], one["text"]) for one in own] == [
        ("service", "en", "Ours.")
    ]
    assert writer.patch(STRATEGY, {"texts": [text]}, if_match=read["ETag"]).status_code == 412
    assert writer.patch(STRATEGY, {"texts": [text]}).status_code == 428
    for wrong in ({"texts": []}, {"texts": [text | {"kind": "x"}]}, {"texts": ["x"]}, {"x": 1}):
        assert writer.patch(STRATEGY, wrong, if_match="*").status_code == 400, wrong
    back, tag = f"{STRATEGY}/return", read["ETag"]
    assert writer.post({}, path=back, if_match=tag).status_code == 412, "not as it was read"
    assert writer.post({}, path=f"{STRATEGY}/return").json() == read.json()
    with tenant_scope(tenant.id):
        assert not StrategyText.objects.exists()
    assert writer.get("/api/v1/strategies/a/none").status_code == 404
    manager = make_member(tenant, "sam@acme.example", "service_manager")
    his = program(tenant, "strategies:read", "strategies:write", member=manager)
    assert his.get(STRATEGY).status_code == 200
    assert his.patch(STRATEGY, {"texts": [text]}, if_match="*").status_code == 403


def test_views_are_saved_and_let_go(tenant: Tenant, boss: Membership) -> None:
    scopes = ("saved_views:read", "saved_views:write")
    hers = program(tenant, *scopes, member=boss)
    made = hers.post({"name": "Quiet", "query": "tier=low&x=%00"}, path=VIEWS)
    assert made.status_code == 400
    made = hers.post({"name": "Quiet", "query": "tier=low&stage=active"}, path=VIEWS)
    assert made.status_code == 201, made.content
    again = hers.post({"name": "Quiet", "query": "tier=high"}, path=VIEWS).json()
    assert (again["id"], again["query"]) == (made.json()["id"], "tier=high")
    assert hers.post({"name": "x", "screen": "nothing"}, path=VIEWS).status_code == 400
    path = f"{VIEWS}/{again['id']}"
    eve = make_member(tenant, "eve@acme.example", "service_manager")
    assert program(tenant, *scopes, member=eve).get(path).status_code == 404
    assert program(tenant, *scopes).post({"name": "x"}, path=VIEWS).status_code == 403
    nobodys = program(tenant, *scopes)
    assert nobodys.delete(path, if_match="*").status_code == 404, "it is hers alone"
    shared = hers.post({"name": "Ours", "is_shared": True}, path=VIEWS).json()
    assert [one["id"] for one in nobodys.get(VIEWS).json()["results"]] == [shared["id"]]
    assert hers.delete(f"{VIEWS}/{shared['id']}", if_match="*").status_code == 204
    assert hers.delete(path, if_match=hers.get(path)["ETag"]).status_code == 204
    with tenant_scope(tenant.id):
        assert not SavedView.objects.exists()
