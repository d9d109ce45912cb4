"""Requests through the API: their weight as on the board, asked for, voted for, merged, decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from django.test.utils import CaptureQueriesContext
from members import make_member
from night_facts import customer

from accounts.models import Colleague, Customer, OutgoingMail, Tenant, VisibilityRule
from accounts.tenancy import tenant_scope
from service.actions.update_sending import write_letters
from service.models import Ask, Request, RequestAnswer, Vote
from service.queries.requests import BoardFilter, listed
from tests.service.request_world import contact, module, night

REQUESTS = "/api/v1/requests"
ALL = ("requests:read", "requests:write", "requests:decide")


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    with tenant_scope(tenant.id):
        for key in ("one", "two", "three"):
            contact(customer(key), f"ann-{key}", "key_user")
        module("core")
        night(one=100, two=50)
    return program(tenant, *ALL)


def made(crm: Program, whom: str = "one", title: str = "Export", **more: Any) -> dict[str, Any]:
    answer = crm.post({"customer": whom, "title": title} | more, path=REQUESTS)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def rows(crm: Program, path: str = REQUESTS, **query: Any) -> list[dict[str, Any]]:
    answer = crm.get(path, **query)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_requests_weigh_what_the_board_says(tenant: Tenant, crm: Program) -> None:
    export = made(crm, contact="ann-one", module="core", text="As PDF.")
    assert (export["customers"], export["arr"], export["status"]) == (1, "100.0000", "new")
    path = f"{REQUESTS}/{export['id']}"
    crm.post({"customer": "two", "title": "As a file"}, path=f"{path}/ask")
    voted = crm.post({"customer": "three", "contact": "ann-three"}, path=f"{path}/vote").json()
    assert (voted["customers"], voted["arr"]) == (3, "150.0000")
    assert crm.post({"customer": "three"}, path=f"{path}/vote").json() == voted
    with tenant_scope(tenant.id):
        _count, board = listed(BoardFilter())
        assert [(row.id, row.customers, row.arr) for row in board] == [
            (export["id"], 3, board[0].arr)
        ]
        assert f"{board[0].arr:.4f}" == voted["arr"]
    assert rows(crm) == [crm.get(path).json()]
    asks = rows(crm, "/api/v1/asks", request=export["id"])
    assert {(one["customer"], one["title"]) for one in asks} == {
        ("one", "Export"), ("two", "As a file"),
    }  # fmt: skip
    assert rows(crm, title="xpo", module="core", status="new,review") == rows(crm)
    assert rows(crm, status="planned") == []
    taken = crm.post({"customer": "three"}, path=f"{path}/withdraw-vote").json()
    assert taken["customers"] == 2
    assert crm.post({"customer": "three"}, path=f"{path}/withdraw-vote").status_code == 409


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"customer": "none"}, "customer"),
        ({"title": " "}, "title"),
        ({"contact": "ann-two"}, "contact"),
        ({"module": "none"}, "module"),
        ({"made_on": "2999-01-01"}, "made_on"),
        ({"made_on": "2190-01-01"}, "made_on"),
        ({"text": "a" * 10_001}, "text"),
        ({"status": "shipped"}, "status"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    tenant: Tenant, crm: Program, given: dict[str, Any], field: str
) -> None:
    answer = crm.post({"customer": "one", "title": "T"} | given, path=REQUESTS)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    with tenant_scope(tenant.id):
        assert not Request.objects.exists()
        assert not Ask.objects.exists()


def test_a_request_is_put_into_better_words(crm: Program) -> None:
    path = f"{REQUESTS}/{made(crm)['id']}"
    tag = crm.get(path)["ETag"]
    better = {"title": "Export of lists", "module": "core", "shared_titles": {"en": "Exports"}}
    changed = crm.patch(path, better, if_match=tag)
    assert changed.status_code == 200, changed.content
    assert {name: changed.json()[name] for name in better} == better
    assert crm.patch(path, {"title": "X"}, if_match=tag).status_code == 412
    for wrong in ({"title": ""}, {"shared_titles": {"xx": "X"}}, {"status": "planned"}):
        assert crm.patch(path, wrong, if_match="*").status_code == 400


def test_requests_are_merged_and_taken_out_again(tenant: Tenant, crm: Program) -> None:
    one, two = made(crm), made(crm, "two", "Excel")
    path = f"{REQUESTS}/{one['id']}"
    assert crm.post({"into": one["id"]}, path=f"{path}/merge").status_code == 400
    assert crm.post({"into": 10**15}, path=f"{path}/merge").status_code == 400
    merged = crm.post({"into": two["id"]}, path=f"{path}/merge").json()
    assert merged["merged_into"] == two["id"]
    (top,) = rows(crm)
    assert (top["id"], top["customers"]) == (two["id"], 2)
    (ask,) = rows(crm, "/api/v1/asks", customer="one")
    assert (ask["request"], ask["counts_for"]) == (one["id"], two["id"])
    assert crm.post({"status": "review"}, path=f"{path}/decide").status_code == 400
    apart = crm.post({}, path=f"{path}/separate").json()
    assert (apart["merged_into"], apart["customers"]) == (None, 1)
    assert crm.post({}, path=f"{path}/separate").status_code == 400


def test_a_decision_is_told_to_who_asked(tenant: Tenant, crm: Program) -> None:
    path = f"{REQUESTS}/{made(crm, contact='ann-one')['id']}"
    for wrong in (
        {"status": "planned"}, {"status": "declined"}, {"status": "new"},
        {"status": "accepted", "answers": {"en": "Yes."}},
        {"status": "accepted", "answers": {"xx": "Yes."}, "language": "en"},
        {"status": "accepted", "language": "xx"},
    ):  # fmt: skip
        assert crm.post(wrong, path=f"{path}/decide").status_code == 400, wrong
    decided = crm.post(
        {"status": "planned", "planned_for": "2027-Q1", "answers": {"en": "Soon."},
         "language": "en"},
        path=f"{path}/decide",
    )  # fmt: skip
    assert decided.status_code == 200, decided.content
    assert (decided.json()["status"], decided.json()["planned_for"]) == ("planned", "2027-Q1")
    with tenant_scope(tenant.id):
        assert RequestAnswer.objects.get().name == "Ann-One"
    write_letters(tenant_id=tenant.pk)
    with tenant_scope(tenant.id):
        assert OutgoingMail.objects.get().to == "ann-one@one.example"


def test_a_person_sees_and_may_what_screens_let_it(
    tenant: Tenant, crm: Program, make_tenant: Callable[..., Tenant]
) -> None:
    path = f"{REQUESTS}/{made(crm)['id']}"
    made(crm, "two", "Excel")
    member = make_member(tenant, "sam@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        sam = Colleague.objects.get(membership=member)
        Customer.objects.filter(key="two").update(service_manager=sam)
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
    his = program(tenant, *ALL, member=member)
    assert len(rows(his)) == 2, "everybody sees the board"
    assert [one["customer"] for one in rows(his, "/api/v1/asks")] == ["two"]
    assert his.post({"customer": "one"}, path=f"{path}/vote").status_code == 400
    assert his.post({"customer": "two"}, path=f"{path}/vote").json()["customers"] == 2
    assert his.post({"status": "review"}, path=f"{path}/decide").status_code == 403
    assert his.patch(path, {"title": "X"}, if_match="*").status_code == 403
    writer = program(tenant, "requests:read", "requests:write")
    assert writer.post({"status": "review"}, path=f"{path}/decide").status_code == 403
    stranger = program(make_tenant("other"), *ALL)
    assert rows(stranger) == rows(stranger, "/api/v1/asks") == []
    assert stranger.get(path).status_code == 404
    assert stranger.post({"customer": "one"}, path=f"{path}/vote").status_code == 404
    with tenant_scope(tenant.id):
        assert Vote.objects.count() == 1


@pytest.mark.parametrize("path", [REQUESTS, "/api/v1/asks"])
def test_a_long_page_costs_what_a_short_one_does(tenant: Tenant, crm: Program, path: str) -> None:
    for number in range(30):
        made(crm, ("one", "two", "three")[number % 3], f"T{number}", module="core")
    rows(crm, path)
    counts = []
    for limit in (3, 30):
        with CaptureQueriesContext(connection) as queries:
            assert len(rows(crm, path, limit=limit)) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1]
