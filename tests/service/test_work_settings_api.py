"""Weights of ranks, reasons, points and forecasts of renewals through the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from api_program import Program, program
from members import make_member

from accounts.models import AuditRecord, Tenant
from accounts.tenancy import tenant_scope
from service.actions.ranks import refresh_ranks
from service.models import Cta
from service.queries.ranks import top_with, weights_of
from tests.service.work_world import customer_of, work_for

RANKS, REASONS = "/api/v1/rank-weights", "/api/v1/close-reasons"
POINTS, CHURN = "/api/v1/renewal-points", "/api/v1/churn-reasons"
ALL = (
    "ctas:read", "ctas:write", "rank_weights:write", "renewals:read", "renewal_points:write",
    "churn_reasons:write",
)  # fmt: skip


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    return program(tenant, *ALL)


def test_weights_are_tried_then_set(tenant: Tenant, crm: Program) -> None:
    with tenant_scope(tenant.id):
        for key, due in (("a", 0), ("b", 20)):
            work_for(customer_of(None, key), due=due)
        refresh_ranks(ctas=list(Cta.objects.values_list("pk", flat=True)))
    held = crm.get(RANKS)
    assert held.json()["version"] == 0
    asked = {"pace": 250, "floor": 100}
    tried = crm.post(asked, path=f"{RANKS}/preview")
    assert tried.status_code == 200, tried.content
    with tenant_scope(tenant.id):
        weights = weights_of(None).to_json() | asked
        expected = [
            (cta.pk, place.place, place.place_before)
            for place, cta in top_with(type(weights_of(None))(**weights), 10)
        ]
    rows = tried.json()["results"]
    assert [(row["cta"], row["place"], row["place_before"]) for row in rows] == expected
    assert len(expected) == 2
    assert crm.get(RANKS).json() == held.json(), "trying changes nothing"
    kept = crm.patch(RANKS, asked | {"note": "Slower"}, if_match=held["ETag"])
    assert kept.status_code == 200, kept.content
    assert (kept.json()["version"], kept.json()["pace"], kept.json()["moved"]) == (1, 250, 30)
    assert crm.patch(RANKS, asked, if_match=held["ETag"]).status_code == 412
    with tenant_scope(tenant.id):
        assert Cta.objects.get(customer__key="a").rank_factors["version"] == 1
        assert AuditRecord.objects.get(verb="rank_weights.changed").actor_label == "tickets"
    none = dict.fromkeys(("moved", "trend", "overdue", "cases", "silence"), 0)
    for wrong in (none, {"pace": 0}, {"limit": 10**6}, {"seen": 1}):
        assert crm.patch(RANKS, wrong, if_match=kept["ETag"]).status_code == 400, wrong
    assert crm.post(none, path=f"{RANKS}/preview").status_code == 400
    assert crm.get(f"{RANKS}/versions").json()["results"] == [kept.json()]


def test_reasons_for_closing_are_added_and_said_otherwise(tenant: Tenant, crm: Program) -> None:
    shipped = crm.get(REASONS).json()["results"]
    assert {one["ending"] for one in shipped} == {"done", "dismissed"}
    made = crm.post({"ending": "dismissed", "label": "Bankrupt"}, path=REASONS, key="k")
    assert made.status_code == 201, made.content
    one = made.json()
    assert (one["label"], one["is_offered"], one["is_shipped"]) == ("Bankrupt", True, False)
    assert (
        crm.post({"ending": "dismissed", "label": "Bankrupt"}, path=REASONS, key="k").json() == one
    )
    path = f"{REASONS}/dismissed/{one['key']}"
    tag = crm.get(path)["ETag"]
    assert crm.patch(path, {"label": "Insolvent"}, if_match=tag).json()["label"] == "Insolvent"
    assert crm.patch(path, {"is_offered": False}, if_match=tag).status_code == 412
    # One of each ending stays.
    for other in crm.get(REASONS).json()["results"]:
        if other["ending"] != "dismissed" or other["key"] == one["key"]:
            continue
        where = f"{REASONS}/dismissed/{other['key']}"
        off = crm.patch(where, {"is_offered": False}, if_match=crm.get(where)["ETag"])
        assert off.json()["is_offered"] is False
    last = crm.patch(path, {"is_offered": False}, if_match=crm.get(path)["ETag"])
    assert last.status_code == 400
    assert crm.get(f"{REASONS}/done/none").status_code == 404
    with tenant_scope(tenant.id):
        cta = work_for(customer_of(None))
    closed = crm.post({"reason": one["key"]}, path=f"/api/v1/ctas/{cta.pk}/dismiss")
    assert (closed.status_code, closed.json()["close_reason"]) == (200, one["key"])


def test_points_and_churn_reasons_are_set(tenant: Tenant, crm: Program) -> None:
    held = crm.get(POINTS)
    kept = crm.patch(POINTS, {"silent": 40}, if_match=held["ETag"])
    assert kept.status_code == 200, kept.content
    assert kept.json()["silent"] == 40
    assert kept.json()["tier_low"] == held.json()["tier_low"]
    assert crm.patch(POINTS, {"silent": 1}, if_match=held["ETag"]).status_code == 412
    assert crm.patch(POINTS, {"silent": 101}, if_match=kept["ETag"]).status_code == 400
    made = crm.post({"name": "Merged"}, path=CHURN)
    assert made.status_code == 201, made.content
    path = f"{CHURN}/{made.json()['key']}"
    assert crm.post({"name": "Merged"}, path=CHURN).status_code == 400
    away = crm.patch(path, {"is_archived": True}, if_match=made["ETag"]).json()
    assert (away["name"], away["is_archived"]) == ("Merged", True)
    assert crm.patch(path, {"name": "x"}, if_match=made["ETag"]).status_code == 412
    others = [one for one in crm.get(CHURN).json()["results"] if not one["is_archived"]]
    for one in others[:-1]:
        where = f"{CHURN}/{one['key']}"
        crm.patch(where, {"is_archived": True}, if_match=crm.get(where)["ETag"])
    where = f"{CHURN}/{others[-1]['key']}"
    refused = crm.patch(where, {"is_archived": True}, if_match=crm.get(where)["ETag"])
    assert refused.json()["errors"][0]["field"] == "is_archived"
    with tenant_scope(tenant.id):
        verbs = AuditRecord.objects.filter(actor_label="tickets").values_list("verb", flat=True)
        assert {"renewal.weights_set", "churn_reason.added", "churn_reason.changed"} <= set(verbs)


def test_forecasts_are_told(crm: Program) -> None:
    told = crm.get("/api/v1/renewal-forecasts").json()["results"]
    assert len(told) > 1
    assert {one["renewals"] for one in told} == {0}
    came = crm.get("/api/v1/renewal-accuracy").json()
    assert (came["quarters"], came["system"]["calls"]) == ([], 0)


def test_who_may_not_and_who_is_elsewhere(
    tenant: Tenant, crm: Program, make_tenant: Callable[..., Tenant]
) -> None:
    member = make_member(tenant, "sam@acme.example", "service_manager")
    his = program(tenant, *ALL, member=member)
    for path in (RANKS, f"{RANKS}/versions", POINTS):
        assert his.get(path).status_code == 403
    assert his.get(REASONS).status_code == his.get(CHURN).status_code == 200
    assert his.post({"ending": "done", "label": "x"}, path=REASONS).status_code == 403
    assert his.post({"name": "x"}, path=CHURN).status_code == 403
    assert his.post({}, path=f"{RANKS}/preview").status_code == 403
    for path, body in ((RANKS, {"pace": 3}), (POINTS, {"silent": 3})):
        assert his.patch(path, body, if_match="*").status_code == 403
    made = crm.post({"name": "Merged"}, path=CHURN).json()
    stranger = program(make_tenant("other"), *ALL)
    assert stranger.get(f"{CHURN}/{made['key']}").status_code == 404
