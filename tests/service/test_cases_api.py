"""Cases for other programs, and what every part of the API promises: tokens, scopes, problems, pages,
answers said again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from api_program import Program
from api_program import program as program_with
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from members import make_member
from pytest_django import DjangoAssertNumQueries

from accounts.actions.tokens import make_token, revoke_token
from accounts.models import ApiAnswer, ApiToken, Case, Contact, Customer, Module, Tenant, User
from accounts.rest.tokens import written
from accounts.tenancy import tenant_scope
from service.models import CaseEntry

CASES = "/api/v1/cases"
BOTH = ("cases:read", "cases:write")


def program(tenant: Tenant, *scopes: str, **further: Any) -> Program:
    return program_with(tenant, *(scopes or BOTH), path=CASES, **further)


@pytest.fixture
def customer(tenant: Tenant) -> Customer:
    with tenant_scope(tenant.id):
        made: Customer = Customer.objects.create(key="C-1", name="Uno")
        Contact.objects.create(customer=made, key="ann", name="Ann")
    return made


def test_a_case_is_reported_and_read(tenant: Tenant, customer: Customer) -> None:
    tickets = program(tenant)
    answer = tickets.post(
        {"customer": "C-1", "title": "It stops", "text": "Since noon.", "contact": "ann"}
    )
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["customer"] == "C-1"
    assert made["contact"] == "ann"
    assert made["state"] == "open"
    assert made["response_due_at"], "its clock runs"
    assert tickets.get(f"{CASES}/{made['key']}").json() == made
    assert tickets.get(CASES).json() == {"next": None, "previous": None, "results": [made]}
    with tenant_scope(tenant.id):
        said = CaseEntry.objects.get(kind="customer")
        assert (said.text, said.name) == ("Since noon.", "Ann")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "customer"),
        ({"customer": "C-9"}, "customer"),
        ({"title": ""}, "title"),
        ({"title": "a" * 301}, "title"),
        ({"title": "a\u0000b"}, "title"),
        ({"kind": "fire"}, "kind"),
        ({"priority": "yesterday"}, "priority"),
        ({"contact": "bob"}, "contact"),
        ({"module": "nothing"}, "module"),
        ({"priority": "urgent", "kind": "question"}, "priority_why"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    tenant: Tenant, customer: Customer, given: dict[str, str], field: str
) -> None:
    body = ({"customer": "C-1", "title": "T"} | given) if given else {}
    answer = program(tenant).post(body, key="k")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == 400
    assert field in [error["field"] for error in problem["errors"]]
    with tenant_scope(tenant.id):
        assert not Case.objects.exists()
        assert not ApiAnswer.objects.exists(), "the key may be used for the mended request"


def test_text_that_is_no_json_is_a_problem(tenant: Tenant) -> None:
    answer = Client().post(
        CASES, "{", content_type="application/json", headers=program(tenant).headers()
    )
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_request_that_comes_again_is_answered_again(tenant: Tenant, customer: Customer) -> None:
    tickets = program(tenant)
    body = {"customer": "C-1", "title": "It stops"}
    first, again = tickets.post(body, key="k-1"), tickets.post(body, key="k-1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotent-Replayed"] == "true"
    other = tickets.post(body | {"title": "Something else"}, key="k-1")
    assert other.status_code == 422
    assert other.json()["code"] == "key_of_another_request"
    with tenant_scope(tenant.id):
        assert Case.objects.count() == 1


def test_words_are_added_by_whose_they_are(tenant: Tenant, customer: Customer) -> None:
    tickets = program(tenant)
    key = tickets.post({"customer": "C-1", "title": "It stops", "contact": "ann"}).json()["key"]
    words = f"{CASES}/{key}/words"
    said = tickets.post({"kind": "customer", "text": "Again."}, path=words)
    assert (said.status_code, said.json()["name"]) == (201, "Ann")
    refused = tickets.post({"kind": "answer", "text": "Hello."}, path=words)
    assert refused.status_code == 403, "no program answers in nobody's name"
    his = program(tenant, member=make_member(tenant, "sam@acme.example", "service_manager"))
    assert his.post({"kind": "answer", "text": "Hello."}, path=words).status_code == 201
    assert tickets.get(f"{CASES}/{key}").json()["first_response_at"]
    assert his.post({"kind": "change", "text": "x"}, path=words).status_code == 400
    assert his.post({"kind": "note", "text": "x"}, path=f"{CASES}/no/words").status_code == 404
    with tenant_scope(tenant.id):
        assert list(CaseEntry.objects.exclude(kind="change").values_list("kind", "text")) == [
            ("customer", "Again."),
            ("answer", "Hello."),
        ]


def test_a_case_is_changed_and_worked_on(tenant: Tenant, customer: Customer) -> None:
    tickets = program(tenant)
    member = make_member(tenant, "sam@acme.example", "service_manager")
    his = program(tenant, member=member)
    with tenant_scope(tenant.id):
        Module.objects.create(key="core", name="Core")
    made = tickets.post({"customer": "C-1", "title": "It stops"})
    path, tag = f"{CASES}/{made.json()['key']}", made["ETag"]
    better = {"title": "It stops at noon", "module": "core", "contact": "ann", "kind": "question"}
    assert tickets.patch(path, better).status_code == 428
    changed = tickets.patch(path, better, if_match=tag)
    assert changed.status_code == 200, changed.content
    assert {name: changed.json()[name] for name in better} == better
    assert tickets.patch(path, better, if_match=tag).status_code == 412
    assert tickets.patch(path, {"contact": "bob"}, if_match="*").status_code == 400
    assert tickets.patch(path, {"contact": None}, if_match="*").json()["contact"] is None
    assigned = tickets.post({"owner": "sam@acme.example"}, path=f"{path}/assign").json()
    assert assigned["owner"] == "sam@acme.example"
    urgent = {"priority": "urgent", "why": "All stand still."}
    assert tickets.post(urgent, path=f"{path}/prioritise").json()["priority"] == "urgent"
    assert tickets.post(urgent, path=f"{path}/prioritise").status_code == 400
    assert tickets.post({"why": "x"}, path=f"{path}/wait").status_code == 400, "nobody answered"
    assert his.post({"kind": "answer", "text": "Soon."}, path=f"{path}/words").status_code == 201
    assert tickets.post({"why": "x"}, path=f"{path}/wait").json()["state"] == "waiting"
    assert tickets.post({"why": "x"}, path=f"{path}/go-on").json()["state"] == "open"
    assert tickets.post({"text": "Done."}, path=f"{path}/solve").status_code == 403
    solved = his.post({"text": "Done."}, path=f"{path}/solve").json()
    assert (solved["state"], solved["closed_at"] is None) == ("solved", False)
    assert tickets.post({"why": "x"}, path=f"{path}/reopen").status_code == 403
    assert his.post({"why": "Again."}, path=f"{path}/reopen").json()["state"] == "reopened"
    assert tickets.post({"why": ""}, path=f"{path}/close").status_code == 400
    assert tickets.post({"why": "Gave up."}, path=f"{path}/close").json()["state"] == "closed"
    with tenant_scope(tenant.id):
        told = CaseEntry.objects.filter(kind="change").exclude(by=member.user)
        assert {one.name for one in told} == {"tickets"}


def test_of_a_case_that_came_by_a_file_just_now(tenant: Tenant, customer: Customer) -> None:
    tickets = program(tenant)
    with tenant_scope(tenant.id):
        Case.objects.create(customer=customer, key="k", title="t", opened_at=timezone.now())
    for verb, body in (("close", {"why": "x"}), ("words", {"kind": "customer", "text": "x"})):
        assert tickets.post(body, path=f"{CASES}/k/{verb}").status_code == 409
    assert tickets.patch(f"{CASES}/k", {"title": "x"}, if_match="*").status_code == 409


def test_who_has_no_token_that_lets_in(tenant: Tenant, customer: Customer, alice: User) -> None:
    with tenant_scope(tenant.id):
        token, secret = make_token(name="old", scopes=BOTH, by=alice)
        revoke_token(token=token, by=alice)
        past, past_secret = make_token(
            name="past", scopes=BOTH, expires_at=timezone.now() + timedelta(days=1), by=alice
        )
        ApiToken.objects.filter(pk=past.pk).update(expires_at=timezone.now())
    for wrong in (
        "",
        "nonsense",
        written(tenant.pk, secret),
        written(tenant.pk, past_secret),
        written(tenant.pk, "x" * 43),
        written(10**17, secret),
    ):
        answer = Program(wrong).get(CASES)
        assert answer.status_code == 401, wrong
        assert answer["WWW-Authenticate"] == "Bearer"
        assert answer.json()["status"] == 401


def test_a_token_does_what_its_scopes_name(tenant: Tenant, customer: Customer) -> None:
    reader, writer = program(tenant, "cases:read"), program(tenant, "cases:write")
    assert reader.get(CASES).status_code == 200
    assert reader.post({"customer": "C-1", "title": "T"}).status_code == 403
    assert writer.get(CASES).status_code == 403
    assert "cases:read" in writer.get(CASES).json()["detail"]


def test_a_persons_token_sees_and_may_what_the_person_does(
    tenant: Tenant, customer: Customer
) -> None:
    member = make_member(tenant, "exe@acme.example", "executive")
    hers = program(tenant, member=member)
    assert hers.post({"customer": "C-1", "title": "T"}).status_code == 403
    mine = make_member(tenant, "own@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        Case.objects.create(customer=customer, key="k", title="t", opened_at=timezone.now())
        from accounts.actions.visibility import set_visibility

        set_visibility(reach={"service_manager": "mine"}, by=None, record_kind="customers")
    his = program(tenant, member=mine)
    assert his.get(CASES).json()["results"] == []
    assert his.get(f"{CASES}/k").status_code == 404
    assert his.post({"customer": "C-1", "title": "T"}).status_code == 400
    with tenant_scope(tenant.id):
        type(mine).objects.filter(pk=mine.pk).update(is_active=False)
    assert his.get(CASES).status_code == 401


def test_another_tenants_case_is_not_there(
    tenant: Tenant, customer: Customer, make_tenant: Any
) -> None:
    other = make_tenant("other")
    with tenant_scope(tenant.id):
        Case.objects.create(customer=customer, key="k", title="t", opened_at=timezone.now())
    stranger = program(other)
    assert stranger.get(f"{CASES}/k").status_code == 404
    assert stranger.get(CASES).json()["results"] == []
    assert stranger.post({"customer": "C-1", "title": "T"}).status_code == 400


def test_pages_and_filters_cost_the_same_whatever_the_length(
    tenant: Tenant, customer: Customer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tickets = program(tenant)
    seen, path, query = [], CASES, {"limit": 3}
    with tenant_scope(tenant.id):
        Case.objects.bulk_create(
            Case(
                customer=customer, key=f"k{number}", title="t", opened_at=timezone.now(),
                priority="high" if number % 2 else "low",
            )
            for number in range(8)
        )  # fmt: skip
    tickets.get(CASES)
    while path:
        with django_assert_num_queries(8):
            page = tickets.get(path, **query).json()
        seen += [row["key"] for row in page["results"]]
        path, query = (page["next"] or "").removeprefix("http://testserver"), {}
    assert seen == [f"k{number}" for number in range(7, -1, -1)]
    high = tickets.get(CASES, priority="high", customer="C-1").json()["results"]
    assert len(high) == 4
    assert tickets.get(CASES, priority="soon").status_code == 400
    assert tickets.get(CASES, cursor="nonsense").status_code == 404
    assert tickets.get(CASES, customer="nobody").json()["results"] == []


def test_the_last_use_is_noted(tenant: Tenant) -> None:
    program(tenant).get(CASES)
    with tenant_scope(tenant.id):
        assert ApiToken.objects.get().last_used_at is not None


def test_too_many_requests_are_told_when_to_come_again(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    from accounts.rest.base import TokenThrottle

    monkeypatch.setattr(TokenThrottle, "rate", "2/min")
    tickets = program(tenant)
    answers = [tickets.get(CASES) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 61


def test_addresses_that_nothing_is_at_are_problems_too() -> None:
    answer = Client().get("/api/v1/nothing")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_the_api_describes_itself() -> None:
    answer = Client().get("/api/schema/", headers={"accept": "application/json"})
    assert answer.status_code == 200
    document = answer.content.decode()
    assert "3.1.0" in document
    assert "/api/v1/cases" in document


def test_create_key_prints_a_token_alone_on_its_line(
    tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_key", tenant=tenant.slug, kind="api", scope=["cases:read"])
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    assert Program(printed.strip()).get(CASES).status_code == 200
