"""What every address of the API keeps to: methods, media types, limits, languages, who one is; and what
administrators read there."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from api_program import JSON, Program, program
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from members import make_member

from accounts.actions.audit import record
from accounts.actions.teams import create_team
from accounts.api.me import WhoAmI
from accounts.models import (
    ApiToken,
    CalendarVersion,
    Colleague,
    Customer,
    Department,
    Team,
    Tenant,
    User,
)
from accounts.rest.base import TokenThrottle
from accounts.tenancy import tenant_scope

V1 = "/api/v1"
PROBLEM = "application/problem+json"
OFFICE = ("people:read", "departments:read", "calendar:read", "audit:read")


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    return program(tenant, "customers:read", "customers:write", "contacts:write", "modules:read")


# --- Who one is -----------------------------------------------------------------------------------


def test_a_token_is_told_what_it_is(tenant: Tenant, crm: Program) -> None:
    told = crm.get(f"{V1}/me").json()
    assert told["tenant"] == {
        "slug": tenant.slug, "name": tenant.name, "time_zone": tenant.timezone,
        "currency": tenant.currency,
    }  # fmt: skip
    assert told["person"] is None
    assert told["token"]["name"] == "tickets"
    assert told["token"]["scopes"] == sorted(
        ["customers:read", "customers:write", "contacts:write", "modules:read"]
    )
    sam = make_member(tenant, "sam@acme.example", "executive")
    his = program(tenant, "modules:read", member=sam).get(f"{V1}/me").json()
    assert his["person"] == {"email": "sam@acme.example", "name": "sam", "roles": ["executive"]}
    assert Client().get(f"{V1}/me").status_code == 401
    with tenant_scope(tenant.id):
        ApiToken.objects.update(revoked_at=ApiToken.objects.first().made_at)  # type: ignore[union-attr]
    assert crm.get(f"{V1}/me").status_code == 401


# --- Methods, media types, addresses --------------------------------------------------------------


def test_head_is_get_without_words_and_options_says_what_there_is(
    tenant: Tenant, crm: Program
) -> None:
    with tenant_scope(tenant.id):
        Customer.objects.create(key="C1", name="One")
    headers = crm.headers()
    head = Client().head(f"{V1}/customers/C1", headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    assert head["ETag"] == crm.get(f"{V1}/customers/C1")["ETag"]
    options = Client().options(f"{V1}/customers/C1", headers=headers)
    assert (options.status_code, options.content) == (204, b"")
    assert set(options["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "PATCH"}


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "modules"), ("delete", "customers"), ("put", "customers/C1"), ("delete", "me")],
)
def test_a_method_that_is_not_there_is_a_problem(crm: Program, method: str, path: str) -> None:
    answer = getattr(Client(), method)(f"{V1}/{path}", headers=crm.headers())
    assert (answer.status_code, answer["Content-Type"]) == (405, PROBLEM)
    assert "GET" in answer["Allow"]
    assert answer.json()["code"] == "method_not_allowed"


def test_other_media_types_are_problems(tenant: Tenant, crm: Program) -> None:
    xml = Client().get(f"{V1}/customers", headers=crm.headers() | {"Accept": "text/xml"})
    assert (xml.status_code, xml["Content-Type"]) == (406, PROBLEM)
    form = Client().post(f"{V1}/contacts", {"name": "x"}, headers=crm.headers())
    assert (form.status_code, form["Content-Type"]) == (415, PROBLEM)
    named = crm.get(f"{V1}/customers", format="xml")
    assert (named.status_code, named.json()["errors"][0]["field"]) == (400, "format")


@pytest.mark.parametrize(
    "path",
    ["", "nothing", "v1", "v1/", "v1/customers/", "v1/nothing/at/all", "v2/customers", "a%0Ab"],
)
def test_where_nothing_is_a_problem_says_so(crm: Program, path: str) -> None:
    answer = Client().get(f"/api/{path}", headers=crm.headers())
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


def test_where_nothing_is_no_form_is_asked_for_either(crm: Program) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"{V1}/loads/none/undo", headers=crm.headers())
    assert (answer.status_code, answer["Content-Type"]) == (404, PROBLEM)


def test_words_are_in_the_language_that_is_asked_for(crm: Program) -> None:
    answer = Client().get(
        f"{V1}/customers", {"limit": "0"}, headers=crm.headers() | {"Accept-Language": "zh-Hans"}
    )
    assert answer["Content-Language"] == "zh-hans"
    english = crm.get(f"{V1}/customers", limit="0")
    assert english["Content-Language"] == "en"
    assert answer.json()["detail"] != english.json()["detail"]
    assert answer.json()["code"] == english.json()["code"] == "invalid"


@pytest.mark.parametrize("path", ["customers/a%00b", "customers?name=%00", "customers?%00=1"])
def test_a_nul_is_no_text_anywhere(crm: Program, path: str) -> None:
    answer = Client().get(f"{V1}/{path}", headers=crm.headers())
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)


def test_what_breaks_is_a_problem_too(crm: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WhoAmI, "get", lambda *given, **named: 1 / 0)
    answer = Client(raise_request_exception=False).get(f"{V1}/me", headers=crm.headers())
    assert (answer.status_code, answer["Content-Type"]) == (500, PROBLEM)
    assert "division" not in answer.content.decode()


# --- Bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b"[" * 500 + b"]" * 500,
        b'{"name": ' * 60 + b"1" + b"}" * 60,
        b'{"name": NaN}',
        b'{"name": 1e999}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b"\xff\xfe",
        b'"\xed\xa0\x80"',
        b'{"name": "\\ud800"}',
        b'{"\\udfff": 1}',
        b"nothing",
    ],
)
def test_json_that_would_break_us_is_refused(crm: Program, body: bytes) -> None:
    answer = Client().post(f"{V1}/contacts", body, content_type=JSON, headers=crm.headers())
    assert (answer.status_code, answer["Content-Type"]) == (400, PROBLEM)
    assert answer.json()["code"] == "parse_error"


@pytest.mark.parametrize("key", ["", "once"])
def test_more_than_five_megabytes_are_too_much(crm: Program, key: str) -> None:
    body = json.dumps({"name": "x" * (5 * 1024 * 1024)})
    answer = Client().post(
        f"{V1}/contacts", body, content_type=JSON, headers=crm.headers(idempotency_key=key)
    )
    assert (answer.status_code, answer["Content-Type"]) == (413, PROBLEM)


# --- Limits ---------------------------------------------------------------------------------------


def test_what_is_left_of_the_minute_is_said(crm: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TokenThrottle, "rate", "2/min")
    first, second, third = (crm.get(f"{V1}/me") for _ in range(3))
    assert [first["RateLimit-Remaining"], second["RateLimit-Remaining"]] == ["1", "0"]
    assert first["RateLimit-Limit"] == "2"
    assert 1 <= int(second["RateLimit-Reset"]) <= 60
    assert (third.status_code, third["Content-Type"]) == (429, PROBLEM)
    assert 1 <= int(third["Retry-After"]) <= 61
    assert third["RateLimit-Remaining"] == "0"


# --- What administrators read ---------------------------------------------------------------------


@pytest.fixture
def office(tenant: Tenant, alice: User) -> Program:
    team = None
    with tenant_scope(tenant.id):
        team = create_team(name="East", by=alice)
    lead = make_member(tenant, "lea@acme.example", "service_manager")
    make_member(tenant, "sam@acme.example", "team_member")
    with tenant_scope(tenant.id):
        lead.team, lead.leads_team = team, True
        lead.save()
        Colleague.objects.create(key="Old Hand", name="Old Hand")
        Department.objects.create(name="Development", lead=lead, kinds=["problem"])
        CalendarVersion.objects.create(
            version=2,
            document={
                "weekdays": [1, 2, 3, 4, 5], "country": "CN", "years": [2026],
                "days": [{"day": "2026-10-01", "kind": "holiday", "name": "国庆节"}],
            },
        )  # fmt: skip
    return program(tenant, *OFFICE)


def test_people_and_teams_are_read(office: Program) -> None:
    members = office.get(f"{V1}/members", role="service_manager").json()["results"]
    assert [one["email"] for one in members] == ["lea@acme.example"]
    assert members[0]["leads_team"]
    assert office.get(f"{V1}/members/lea@acme.example").json() == members[0]
    team = office.get(f"{V1}/teams").json()["results"][0]
    assert (team["name"], team["lead"], team["members"]) == (
        "East", "lea@acme.example", ["lea@acme.example"],
    )  # fmt: skip
    assert office.get(f"{V1}/teams/{team['id']}").json() == team
    old = office.get(f"{V1}/colleagues/Old Hand").json()
    assert old == {"key": "Old Hand", "name": "Old Hand", "member": None}
    assert office.get(f"{V1}/members", role="king").status_code == 400


def test_departments_and_the_calendar_are_read(office: Program) -> None:
    department = office.get(f"{V1}/departments").json()["results"][0]
    assert (department["lead"], department["kinds"]) == ("lea@acme.example", ["problem"])
    version = office.get(f"{V1}/calendar-versions").json()["results"][0]
    assert (version["version"], version["weekdays"]) == (2, [1, 2, 3, 4, 5])
    assert version["days"] == [{"day": "2026-10-01", "kind": "holiday", "name": "国庆节"}]
    assert office.get(f"{V1}/calendar-versions/2").json() == version


def test_the_audit_is_read_by_what_and_who(tenant: Tenant, office: Program, alice: User) -> None:
    with tenant_scope(tenant.id):
        record("test.done", by=alice, label="Something", figure=1)
    found = office.get(f"{V1}/audit", verb="test.done").json()["results"]
    assert [(one["actor"], one["object_label"], one["data"]) for one in found] == [
        (alice.email, "Something", {"figure": 1})
    ]
    assert office.get(f"{V1}/audit/{found[0]['id']}").json() == found[0]
    assert office.get(f"{V1}/audit", actor="nobody").json()["results"] == []


@pytest.mark.parametrize(
    "path", ["members", "teams", "colleagues", "departments", "calendar-versions", "audit"]
)
def test_only_administrators_and_their_own_tenants(
    tenant: Tenant, office: Program, make_tenant: Callable[..., Tenant], path: str
) -> None:
    manager = make_member(tenant, "mo@acme.example", "service_manager", "executive")
    assert program(tenant, *OFFICE, member=manager).get(f"{V1}/{path}").status_code == 403
    chief = make_member(tenant, "kim@acme.example", "admin")
    assert program(tenant, *OFFICE, member=chief).get(f"{V1}/{path}").status_code == 200
    stranger = program(make_tenant("other"), *OFFICE)
    strange = json.dumps(stranger.get(f"{V1}/{path}").json())
    assert "acme" not in strange
    assert "East" not in strange


def test_more_teams_take_no_further_statement(tenant: Tenant, office: Program) -> None:
    def statements(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert office.get(f"{V1}/{path}").status_code == 200
        return len(asked)

    paths = ("teams", "members", "colleagues", "audit", "departments")
    statements("teams")
    before = {path: statements(path) for path in paths}
    for place in range(20):
        member: Any = make_member(tenant, f"m{place}@acme.example", "team_member")
        with tenant_scope(tenant.id):
            member.team = Team.objects.create(name=f"Team {place}")
            member.save()
            Department.objects.create(name=f"D{place}", lead=member)
    assert {path: statements(path) for path in paths} == before
