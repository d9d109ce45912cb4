"""Plays through the API: made, changed and switched as the editor does, tried on the past, told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from django.test.utils import CaptureQueriesContext
from members import make_member

from accounts.models import AuditRecord, Colleague, Customer, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from service.models import Cta, Play, PlayVersion
from tests.service.play_world import (
    DAY,
    later,
    make_colleague,
    make_customer,
    move,
    run,
    stand,
    store_night,
)
from tests.service.play_world import make_play as play_on

PLAYS = "/api/v1/plays"
BOTH = ("plays:read", "plays:write")
DOCUMENT: dict[str, Any] = {
    "names": {"en": "Renewal soon", "zh-hans": "即将续约"},
    "trigger": {"kind": "renewal", "days": 90},
    "condition": {
        "match": "all",
        "conditions": [{"field": "arr", "operator": "at_least", "value": 1000}],
    },
    "steps": [
        {"titles": {"en": "Call"}, "owner": "member", "member": "mia", "due": 3},
        {"titles": {"en": "Visit"}},
    ],
    "end": {"expires_days": 90},
}


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    with tenant_scope(tenant.id):
        make_colleague("mia")
    return program(tenant, *BOTH, path=PLAYS)


def made(crm: Program, **parts: Any) -> dict[str, Any]:
    answer = crm.post({"document": DOCUMENT | parts}, path=PLAYS)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_a_play_is_made_as_the_editor_makes_it(tenant: Tenant, crm: Program) -> None:
    one = made(crm)
    assert (one["is_on"], one["version"], one["trigger"]) == (False, 1, "renewal")
    said = one["document"]
    assert said["trigger"] == {"kind": "renewal", "days": 90}
    assert [(step["owner"], step["member"], step["due"]) for step in said["steps"]] == [
        ("member", "mia", 3),
        ("face", "", 5),
    ]
    assert said["end"] == {"trigger_gone": True, "condition_gone": False, "expires_days": 90}
    assert said["condition"] == DOCUMENT["condition"]
    assert crm.get(f"{PLAYS}/{one['key']}").json() == one
    with tenant_scope(tenant.id):
        assert AuditRecord.objects.get(verb="play.made").actor_label == "tickets"
        # What came through the API is what the editor would have kept.
        assert PlayVersion.objects.get(play__key=one["key"]).document == said


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"names": {}}, "names.zh-hans"),
        ({"names": {"fr": "Non"}}, "document.names.fr"),
        ({"trigger": {"kind": "renewal"}}, "trigger.days"),
        ({"trigger": {"kind": "renewal", "days": "1); DROP TABLE"}}, "trigger.days"),
        ({"trigger": {"kind": "renewal", "days": 90, "more": 1}}, "trigger.more"),
        ({"trigger": {"kind": ["renewal"], "days": 90}}, "trigger.kind"),
        ({"trigger": {"kind": "moon"}}, "trigger.kind"),
        ({"trigger": {"kind": "date"}}, "trigger.day"),
        ({"trigger": {"kind": "date", "day": [1]}}, "trigger.day"),
        ({"trigger": {"kind": "measure", "measure": "x'; --", "way": "rises", "number": 1}},
         "trigger.measure"),
        ({"trigger": {"kind": "tier", "way": "enters", "scheme": "a", "value": "none"}},
         "trigger.value"),
        ({"condition": {"match": "all", "conditions": [{"field": "no"}]}}, "condition.conditions[0]"),
        ({"condition": {}}, "condition"),
        ({"steps": []}, ""),
        ({"steps": [{"titles": {"en": "Call"}, "owner": "member", "member": "nobody"}]},
         "steps.0.member"),
        ({"steps": [{"titles": {"en": "Call"}, "kind": "dance"}]}, "steps.0.kind"),
        ({"steps": [{"titles": {"en": "Call"}, "due": 9999}]}, "document.steps.0.due"),
        ({"end": {"condition_gone": True}, "condition": None}, "end.condition_gone"),
        ({"end": {"expires_days": 0}}, "document.end.expires_days"),
    ],
)  # fmt: skip
def test_what_is_no_play_is_refused_by_its_path(
    tenant: Tenant, crm: Program, parts: dict[str, Any], field: str
) -> None:
    refused = crm.post({"document": DOCUMENT | parts}, path=PLAYS)
    assert refused.status_code == 400, refused.content
    told = [error["field"] for error in refused.json()["errors"]]
    wanted = field if field.startswith("document") else f"document.{field}".rstrip(".")
    assert any(one.rstrip(".").startswith(wanted) for one in told), told
    with tenant_scope(tenant.id):
        assert not Play.objects.filter(key__startswith="own-").exists()


def test_a_play_is_changed_part_by_part_as_its_next_version(tenant: Tenant, crm: Program) -> None:
    one = made(crm)
    path = f"{PLAYS}/{one['key']}"
    tag = crm.get(path)["ETag"]
    body = {"document": {"trigger": {"kind": "renewal", "days": 60}, "end": {"expires_days": None}}}
    assert crm.patch(path, body).status_code == 428
    changed = crm.patch(path, body, if_match=tag)
    assert changed.status_code == 200, changed.content
    two = changed.json()
    assert (two["version"], two["document"]["trigger"]["days"]) == (2, 60)
    assert two["document"]["steps"] == one["document"]["steps"]
    assert two["document"]["end"]["expires_days"] is None
    assert crm.patch(path, body, if_match=tag).status_code == 412
    other = {"document": {"trigger": {"kind": "payment", "days": 60}}}
    refused = crm.patch(path, other, if_match=changed["ETag"])
    assert refused.json()["errors"][0]["field"] == "document.trigger.kind"
    # What is read may be written again, and changes nothing.
    same = crm.patch(path, {"document": two["document"]}, if_match=changed["ETag"])
    assert (same.status_code, same.json()) == (200, two)
    versions = crm.get(f"{path}/versions").json()["results"]
    assert [found["version"] for found in versions] == [2, 1]
    assert versions[1]["document"] == one["document"]


def test_every_shipped_play_can_be_written_as_it_is_read(crm: Program) -> None:
    for one in crm.get(PLAYS, limit=100).json()["results"]:
        path = f"{PLAYS}/{one['key']}"
        again = crm.patch(path, {"document": one["document"]}, if_match=crm.get(path)["ETag"])
        assert (again.status_code, again.json()) == (200, one), again.content


def test_a_play_is_switched_and_put_away(tenant: Tenant, crm: Program) -> None:
    key = made(crm)["key"]
    path = f"{PLAYS}/{key}"
    assert crm.post({}, path=f"{path}/switch-on").json()["is_on"] is True
    assert crm.post({}, path=f"{path}/switch-on").status_code == 400
    assert crm.post({}, path=f"{path}/put-away").status_code == 400
    with tenant_scope(tenant.id):
        play = Play.objects.get(key=key)
        whom = make_customer()
        cta = Cta.objects.create(
            customer=whom, play=play, version=play.versions.get(), title="Call",
            opened_on=DAY, due_on=DAY, reason={},
        )  # fmt: skip
    assert crm.post({}, path=f"{path}/switch-off").status_code == 400
    off = crm.post({"open_work": "close"}, path=f"{path}/switch-off").json()
    assert (off["is_on"], off["open"]) == (False, 0)
    with tenant_scope(tenant.id):
        cta.refresh_from_db()
        assert cta.state == Cta.State.SWITCHED_OFF
    assert crm.post({}, path=f"{path}/put-away").json()["archived_at"]
    assert crm.post({}, path=f"{path}/switch-on").status_code == 400
    assert crm.post({}, path=f"{path}/bring-back").json()["archived_at"] is None
    assert crm.post({"take": True}, path=f"{path}/answer-release").status_code == 400
    with tenant_scope(tenant.id):
        verbs = AuditRecord.objects.filter(object_id=play.pk, actor_label="tickets")
        assert set(verbs.values_list("verb", flat=True)) == {
            "play.made", "play.switched_on", "play.switched_off", "play.archived", "play.restored",
        }  # fmt: skip


def test_what_a_newer_release_ships_is_taken_or_left(tenant: Tenant, crm: Program) -> None:
    one = crm.get(PLAYS).json()["results"][0]
    with tenant_scope(tenant.id):
        Play.objects.filter(key=one["key"]).update(shipped_digest="of the release before")
    path = f"{PLAYS}/{one['key']}"
    assert crm.get(path).json()["has_newer"] is True
    kept = crm.post({"take": False}, path=f"{path}/answer-release").json()
    assert (kept["has_newer"], kept["version"]) == (False, 1)


def moved(tenant: Tenant) -> None:
    """Two customers were lost between two nights; each was set off."""
    first, second = store_night(DAY), None
    for key in ("C1", "C2"):
        stand(make_customer(key, face="mia"), DAY, tier="high")
    play_on(key="p")
    run(tenant, DAY)
    second = store_night(later(1))
    for customer in Customer.objects.all():
        move(customer, second, "high", "lost")
    run(tenant, later(1))
    assert first.as_of == DAY


def test_what_plays_did_and_would_have_done_is_told(tenant: Tenant, crm: Program) -> None:
    with tenant_scope(tenant.id):
        moved(tenant)
        cta = Cta.objects.get(customer__key="C1")
    fired = crm.get(f"{PLAYS}/p/firings").json()["results"]
    assert {(one["customer"], one["outcome"]) for one in fired} == {
        ("C1", "opened"),
        ("C2", "opened"),
    }
    assert next(one["cta"] for one in fired if one["customer"] == "C1") == cta.pk
    runs = crm.get("/api/v1/play-runs").json()["results"]
    assert [(one["night"], one["fired"]) for one in runs] == [(str(later(1)), 2), (str(DAY), 0)]
    past = crm.get(f"{PLAYS}/p/dry-run").json()
    assert (past["events"], past["opened"], past["customers"]) == (2, 2, 2)
    assert {row["customer"] for row in past["rows"]} == {"C1", "C2"}
    assert past["people"][0]["person"] == "Mia"
    key = made(crm)["key"]
    assert crm.get(f"{PLAYS}/{key}/firings").json()["results"] == []
    assert crm.get(f"{PLAYS}/none/dry-run").status_code == 404
    assert crm.get(f"{PLAYS}/none/firings").status_code == 404


def test_who_may_not_and_who_is_elsewhere(
    tenant: Tenant, crm: Program, make_tenant: Callable[..., Tenant]
) -> None:
    with tenant_scope(tenant.id):
        moved(tenant)
    key = made(crm)["key"]
    leader = program(
        tenant, *BOTH, member=make_member(tenant, "pam@acme.example", "project_manager")
    )
    assert leader.get(f"{PLAYS}/{key}").status_code == 200
    assert leader.post({"document": DOCUMENT}, path=PLAYS).status_code == 403
    assert leader.post({}, path=f"{PLAYS}/{key}/switch-on").status_code == 403
    assert leader.get(f"{PLAYS}/p/dry-run").status_code == 403
    reader = program(tenant, "plays:read")
    assert reader.post({}, path=f"{PLAYS}/{key}/switch-on").status_code == 403
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="C2").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, *BOTH, member=member)
    fired = his.get(f"{PLAYS}/p/firings").json()["results"]
    assert [one["customer"] for one in fired] == ["C2"]
    past = his.get(f"{PLAYS}/p/dry-run").json()
    assert (past["events"], [row["customer"] for row in past["rows"]]) == (2, ["C2"])
    stranger = program(make_tenant("other"), *BOTH)
    for path in ("", "/versions", "/firings", "/dry-run"):
        assert stranger.get(f"{PLAYS}/{key}{path}").status_code == 404
    assert stranger.post({}, path=f"{PLAYS}/{key}/switch-on").status_code == 404


def test_a_long_page_costs_what_a_short_one_does(tenant: Tenant, crm: Program) -> None:
    with tenant_scope(tenant.id):
        store_night(DAY)
        for number in range(12):
            stand(make_customer(f"C{number}"), DAY, tier="high")
            play_on(key=f"p{number}")
        play_on(key="p")
        run(tenant, DAY)
        night = store_night(later(1))
        for customer in Customer.objects.all():
            move(customer, night, "high", "lost")
        run(tenant, later(1))
    for path in (PLAYS, f"{PLAYS}/p/firings"):
        crm.get(path)
        counts = []
        for limit in (3, 12):
            with CaptureQueriesContext(connection) as queries:
                assert len(crm.get(path, limit=limit).json()["results"]) == limit
            counts.append(len(queries))
        assert counts[0] == counts[1]
