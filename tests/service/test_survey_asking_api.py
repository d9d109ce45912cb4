"""Surveys through the API: words, rules, rounds and links, as screens keep, start and end them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_program import Program, program
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from members import make_member

from accounts.models import (
    ApiAnswer,
    AuditRecord,
    Colleague,
    Customer,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.tenancy import tenant_scope
from service.models import Survey, SurveyInvitation, SurveyRound
from tests.service.survey_world import SurveyWorld, survey_world

SURVEYS, RULES = "/api/v1/surveys", "/api/v1/survey-rules"
ROUNDS, LINKS = "/api/v1/survey-rounds", "/api/v1/survey-links"
ALL = ("surveys:read", "surveys:write", "surveys:edit")
WORDS = {
    "question": "How did it go?", "low": "Badly", "high": "Well", "why": "Why?", "thanks": "Thanks.",
    "further": ["What else?"],
}  # fmt: skip


@pytest.fixture
def world(tenant: Tenant, alice: User) -> SurveyWorld:
    with tenant_scope(tenant.id):
        return survey_world(tenant, alice)


@pytest.fixture
def crm(tenant: Tenant, world: SurveyWorld) -> Program:
    return program(tenant, *ALL)


def rows(crm: Program, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = crm.get(path, **query)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_surveys_are_written_and_changed(tenant: Tenant, crm: Program) -> None:
    shipped = rows(crm, SURVEYS)
    assert {one["kind"] for one in shipped} == {"nps", "csat", "ces"}
    new = {"name": "After a year", "kind": "nps", "document": {"en": WORDS}}
    made = crm.post(new, path=SURVEYS, key="k")
    assert made.status_code == 201, made.content
    one = made.json()
    path = f"{SURVEYS}/{one['reference']}"
    assert crm.get(path).json() == one
    assert (one["document"], one["version"]) == ({"en": WORDS}, 1)
    tag = crm.get(path)["ETag"]
    body = {"is_active": False, "document": {"en": WORDS | {"question": "And now?"}}}
    changed = crm.patch(path, body, if_match=tag)
    assert changed.status_code == 200, changed.content
    assert (changed.json()["version"], changed.json()["is_active"]) == (2, False)
    assert changed.json()["name"] == "After a year"
    assert crm.patch(path, body, if_match=tag).status_code == 412
    assert crm.patch(path, body).status_code == 428
    for wrong, field in (
        ({"name": "After a year"}, "name"),
        ({"name": "x", "kind": "moon"}, "kind"),
        ({"name": "x", "document": {}}, "document"),
        ({"name": "x", "document": {"fr": WORDS}}, "document.fr"),
        ({"name": "x", "document": {"en": {"question": "?"}}}, "document.en.low"),
        ({"name": "x", "document": {"en": WORDS | {"further": ["a"] * 4}}}, "document.en.further"),
    ):
        refused = crm.post(new | wrong, path=SURVEYS)
        assert refused.status_code == 400, wrong
        assert refused.json()["errors"][0]["field"] == field
    half = crm.patch(path, {"document": {"en": {"low": "x"}}}, if_match=changed["ETag"])
    assert half.status_code == 400
    with tenant_scope(tenant.id):
        told = AuditRecord.objects.filter(object_label="After a year").values_list(
            "verb", "actor_label"
        )
        assert set(told) == {("survey.made", "tickets"), ("survey.changed", "tickets")}


def test_a_shipped_survey_becomes_the_tenants_own(tenant: Tenant, crm: Program) -> None:
    one = next(one for one in rows(crm, SURVEYS) if one["version"] == 0)
    path = f"{SURVEYS}/{one['reference']}"
    changed = crm.patch(path, {"name": "Ours"}, if_match=crm.get(path)["ETag"]).json()
    assert (changed["reference"], changed["name"]) == (one["reference"], "Ours")
    assert changed["document"] == one["document"]
    with tenant_scope(tenant.id):
        assert Survey.objects.filter(name="Ours").exists()
    assert crm.get(f"{SURVEYS}/999").status_code == 404


def test_rules_are_kept(tenant: Tenant, crm: Program, world: SurveyWorld) -> None:
    tag = crm.get(RULES)["ETag"]
    body = {
        "cap_days": 30, "quarterly": world.survey.reference, "quarterly_tiers": ["high"],
        "acceptance": world.survey.reference,
    }  # fmt: skip
    kept = crm.patch(RULES, body, if_match=tag)
    assert kept.status_code == 200, kept.content
    said = kept.json()
    assert {name: said[name] for name in body} == body
    assert said["acceptance_since"]
    assert said["next_quarterly_on"]
    assert crm.patch(RULES, body, if_match=tag).status_code == 412
    for wrong in (
        {"cap_days": 5000}, {"quarterly": "none"}, {"quarterly_tiers": ["moon"]}, {"seen": 1},
        {"open_days": 0}, {"acceptance_roles": ["king"]},
    ):  # fmt: skip
        refused = crm.patch(RULES, wrong, if_match=kept["ETag"])
        assert refused.status_code == 400, wrong
    none = crm.patch(RULES, {"quarterly": None}, if_match=kept["ETag"]).json()
    assert (none["quarterly"], none["cap_days"]) == (None, 30)
    with tenant_scope(tenant.id):
        told = AuditRecord.objects.filter(verb="survey.settings_changed")
        assert set(told.values_list("actor_label", flat=True)) == {"tickets"}


def test_a_round_is_looked_at_started_and_closed(
    tenant: Tenant, crm: Program, world: SurveyWorld
) -> None:
    asked = {"survey": world.survey.reference, "label": "Fair", "roles": ["key_user", "end_user"]}
    ahead = crm.post(asked, path=f"{ROUNDS}/preview")
    assert (ahead.status_code, ahead.json()) == (200, {"asked": 2, "left_out": {}})
    with tenant_scope(tenant.id):
        assert not SurveyRound.objects.exists()
    made = crm.post(asked, path=ROUNDS, key="k")
    assert made.status_code == 201, made.content
    one = made.json()
    assert (one["label"], one["asked"], one["why"]) == ("Fair", 2, "hand")
    assert crm.post(asked, path=ROUNDS, key="k").json() == one
    assert crm.get(f"{ROUNDS}/{one['id']}").json() == one
    # Both were asked a moment ago.
    assert crm.post(asked, path=f"{ROUNDS}/preview").json() == {
        "asked": 0, "left_out": {"capped": 2},
    }  # fmt: skip
    assert crm.post(asked, path=ROUNDS).status_code == 400
    for wrong in ({"survey": "none"}, {"group": 77}, {"tiers": ["moon"]}, {"roles": ["king"]}):
        assert crm.post(asked | wrong, path=ROUNDS).status_code == 400, wrong
    links = rows(crm, LINKS, round=one["id"])
    assert {(link["contact"], link["state"]) for link in links} == {
        ("ann", "sent"), ("ben", "sent"),
    }  # fmt: skip
    assert {link["address"] for link in links} == {None}
    assert crm.post({}, path=f"{ROUNDS}/{one['id']}/close").status_code == 200
    assert crm.post({}, path=f"{ROUNDS}/{one['id']}/close").status_code == 400
    assert {link["state"] for link in rows(crm, LINKS, round=one["id"])} == {"expired"}


def path_of(address: str) -> str:
    return address[address.index("/r/") :]


def test_one_contact_is_asked_by_a_link_that_is_told_once(
    tenant: Tenant, crm: Program, world: SurveyWorld, django_capture_on_commit_callbacks: Any
) -> None:
    new = {
        "customer": "A", "contact": "ann", "survey": world.survey.reference, "language": "en",
        "writes": False,
    }  # fmt: skip
    made = crm.post(new, path=LINKS, key="k")
    assert made.status_code == 201, made.content
    assert made["Cache-Control"] == "no-store"
    one = made.json()
    assert Client().get(path_of(one["address"])).status_code == 200
    # Neither the answer that is kept for the key nor what is read later holds the secret.
    assert crm.post(new, path=LINKS, key="k").json() == one | {"address": None}
    assert crm.get(f"{LINKS}/{one['id']}").json()["address"] is None
    with tenant_scope(tenant.id):
        secret = path_of(one["address"]).split(".")[1].strip("/")
        assert secret not in str(list(ApiAnswer.objects.values_list("body", flat=True)))
    assert not mail.outbox
    refused = crm.post(new, path=LINKS)
    assert refused.json()["errors"][0]["field"] == "contact"
    assert crm.post(new | {"contact": "ben"}, path=LINKS).status_code == 400
    again = crm.post({}, path=f"{LINKS}/{one['id']}/renew")
    assert again.status_code == 201, again.content
    assert Client().get(path_of(one["address"])).status_code in (404, 410)
    assert Client().get(path_of(again.json()["address"])).status_code == 200
    assert crm.post({}, path=f"{LINKS}/{one['id']}/revoke").json()["state"] == "revoked"
    assert crm.post({}, path=f"{LINKS}/{one['id']}/revoke").status_code == 400
    assert crm.post({}, path=f"{LINKS}/{one['id']}/renew").status_code == 400
    with tenant_scope(tenant.id):
        verbs = AuditRecord.objects.filter(actor_label="tickets").values_list("verb", flat=True)
        assert set(verbs) >= {"survey.sent", "survey.link_given", "survey.link_revoked"}


def test_a_person_sees_and_may_what_screens_let_it(
    tenant: Tenant, crm: Program, world: SurveyWorld, make_tenant: Callable[..., Tenant]
) -> None:
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="B").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    round_pk = crm.post({"survey": world.survey.reference}, path=ROUNDS).json()["id"]
    his = program(tenant, *ALL, member=member)
    assert [link["contact"] for link in rows(his, LINKS)] == ["ben"]
    with tenant_scope(tenant.id):
        ann = SurveyInvitation.objects.get(name="Ann").pk
    for path in (f"{LINKS}/{ann}/revoke", f"{LINKS}/{ann}/renew"):
        assert his.post({}, path=path).status_code == 404
    # Closing would end the links of customers that he does not see.
    assert his.post({}, path=f"{ROUNDS}/{round_pk}/close").status_code == 403
    new = {"customer": "A", "contact": "dan", "survey": world.survey.reference}
    assert his.post(new, path=LINKS).status_code == 400
    assert his.post({"survey": world.survey.reference}, path=f"{ROUNDS}/preview").json() == {
        "asked": 0, "left_out": {"capped": 1},
    }  # fmt: skip
    # Words and rules are an administrator's.
    assert his.get(SURVEYS).status_code == 200
    assert his.get(RULES).status_code == 403
    tag = his.get(f"{SURVEYS}/{world.survey.reference}")["ETag"]
    one = f"{SURVEYS}/{world.survey.reference}"
    assert his.patch(one, {"name": "x"}, if_match=tag).status_code == 403
    reader = program(tenant, "surveys:read")
    assert reader.post({"survey": world.survey.reference}, path=ROUNDS).status_code == 403
    stranger = program(make_tenant("other"), *ALL)
    assert rows(stranger, LINKS) == []
    assert stranger.get(f"{ROUNDS}/{round_pk}").status_code == 404
    assert stranger.post({}, path=f"{ROUNDS}/{round_pk}/close").status_code == 404
    assert stranger.post({}, path=f"{LINKS}/{ann}/revoke").status_code == 404


def test_a_long_page_costs_what_a_short_one_does(
    tenant: Tenant, crm: Program, world: SurveyWorld
) -> None:
    with tenant_scope(tenant.id):
        for number in range(12):
            Survey.objects.create(kind="nps", name=f"S{number}")
        world.round([world.ann, world.ben, world.dan])
    rows(crm, LINKS)
    counts = []
    for limit in (1, 3):
        with CaptureQueriesContext(connection) as queries:
            assert len(rows(crm, LINKS, limit=limit)) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1]
