"""Surveys through the API: rounds, answers, and answers that were given elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from django.test.utils import CaptureQueriesContext
from members import make_member

from accounts.models import AuditRecord, Colleague, Customer, Tenant, User, VisibilityRule
from accounts.tenancy import tenant_scope
from service.actions.survey_answers import give_score, give_words
from service.models import SurveyAnswer
from tests.service.survey_world import survey_world

ANSWERS, ROUNDS = "/api/v1/survey-answers", "/api/v1/survey-rounds"
BOTH = ("surveys:read", "surveys:write")


@pytest.fixture
def crm(tenant: Tenant, alice: User) -> Program:
    """Ann of A answered 9 and why, Ben of B was asked too."""
    with tenant_scope(tenant.id):
        world = survey_world(tenant, alice)
        link, _path = world.asked()
        world.asked(world.ben)
        give_score(invitation=link, score=9, tenant=tenant)
        give_words(invitation=link, comment="Quick.", further={})
    return program(tenant, *BOTH)


def rows(crm: Program, path: str = ANSWERS, **query: Any) -> list[dict[str, Any]]:
    answer = crm.get(path, **query)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_answers_and_rounds_are_listed_and_read(tenant: Tenant, crm: Program) -> None:
    (one,) = rows(crm)
    assert (one["customer"], one["contact"], one["score"]) == ("A", "ann", 9)
    assert (one["standing"], one["comment"]) == ("good", "Quick.")
    assert crm.get(f"{ANSWERS}/{one['key']}").json() == one
    assert rows(crm, kind="csat") == rows(crm, most_score=8) == rows(crm, customer="B") == []
    assert rows(crm, kind="nps", least_score=9, round=one["round"]) == [one]
    counted = {row["id"]: (row["asked"], row["answered"]) for row in rows(crm, ROUNDS)}
    assert counted.pop(one["round"]) == (1, 1)
    assert list(counted.values()) == [(1, 0)]
    assert crm.get(f"{ANSWERS}/none").status_code == 404


def test_an_answer_from_elsewhere_is_written_down_once(tenant: Tenant, crm: Program) -> None:
    new = {
        "customer": "B", "contact": "ben", "key": "form-1", "kind": "nps", "score": 3,
        "comment": "Slow.", "answered_on": "2026-11-02",
    }  # fmt: skip
    made = crm.post(new, path=ANSWERS, key="k")
    assert made.status_code == 201, made.content
    one = made.json()
    assert (one["standing"], one["answered_on"], one["round"]) == ("bad", "2026-11-02", None)
    assert crm.get(f"{ANSWERS}/form-1").json() == one
    assert crm.post(new, path=ANSWERS, key="k").json() == one
    for wrong, field in (
        ({}, "key"),
        ({"key": "x", "score": 11}, "score"),
        ({"key": "x", "kind": "csat", "score": 0}, "score"),
        ({"key": "x", "contact": "ann"}, "contact"),
        ({"key": "x", "customer": "none"}, "customer"),
        ({"key": "x", "answered_on": "2190-01-01"}, "answered_on"),
        ({"key": "", "kind": "ces"}, "key"),
    ):
        refused = crm.post(new | wrong, path=ANSWERS)
        assert refused.status_code == 400, wrong
        assert [error["field"] for error in refused.json()["errors"]] == [field]
    with tenant_scope(tenant.id):
        assert SurveyAnswer.objects.count() == 2
        told = AuditRecord.objects.filter(verb="survey.answered").order_by("-pk")[0]
        assert (told.actor_label, told.data["contact"]) == ("tickets", "Ben")


def test_a_person_sees_and_may_what_screens_let_it(
    tenant: Tenant, crm: Program, make_tenant: Callable[..., Tenant]
) -> None:
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="B").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, *BOTH, member=member)
    assert rows(his) == []
    assert [(row["asked"], row["answered"]) for row in rows(his, ROUNDS)] == [(1, 0)]
    key = rows(crm)[0]["key"]
    assert his.get(f"{ANSWERS}/{key}").status_code == 404
    new = {"customer": "A", "key": "x", "kind": "nps", "score": 3}
    assert his.post(new, path=ANSWERS).status_code == 400
    boss = program(tenant, *BOTH, member=make_member(tenant, "eve@acme.example", "executive"))
    assert len(rows(boss)) == 1
    assert boss.post(new, path=ANSWERS).status_code == 403
    assert program(tenant, "surveys:read").post(new, path=ANSWERS).status_code == 403
    stranger = program(make_tenant("other"), *BOTH)
    assert rows(stranger) == rows(stranger, ROUNDS) == []
    assert stranger.get(f"{ANSWERS}/{key}").status_code == 404


@pytest.mark.parametrize("path", [ANSWERS, ROUNDS])
def test_a_long_page_costs_what_a_short_one_does(
    tenant: Tenant, crm: Program, alice: User, path: str
) -> None:
    with tenant_scope(tenant.id):
        for number in range(30):
            SurveyAnswer.objects.create(
                customer=Customer.objects.get(key="A"), key=f"k{number}", kind="nps", score=5,
                answered_on="2026-11-02",
            )  # fmt: skip
    rows(crm, path)
    counts = []
    for limit in (1, 30):
        with CaptureQueriesContext(connection) as queries:
            rows(crm, path, limit=limit)
        counts.append(len(queries))
    assert counts[0] == counts[1]
