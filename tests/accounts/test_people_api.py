"""Members, invitations, teams, how far roles see, and naming people for customers, by programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from django.test.utils import CaptureQueriesContext
from members import make_member

from accounts.actions.invitations import invite
from accounts.models import (
    ApiAnswer,
    AuditRecord,
    Colleague,
    Customer,
    Invitation,
    Membership,
    OutgoingMail,
    Team,
    Tenant,
    User,
    VisibilityRule,
)
from accounts.models.members import hash_secret
from accounts.tenancy import tenant_scope

V1 = "/api/v1"
SCOPES = ("people:read", "people:write", "responsibilities:read", "responsibilities:write")


@pytest.fixture
def office(tenant: Tenant, alice: User) -> Program:
    return program(tenant, *SCOPES)


def read(office: Program, path: str) -> tuple[Any, str]:
    answer = office.get(f"{V1}/{path}")
    assert answer.status_code == 200, answer.content
    return answer.json(), answer["ETag"]


def change(office: Program, path: str, **values: Any) -> Any:
    return office.patch(f"{V1}/{path}", values, if_match=read(office, path)[1])


# --- Members --------------------------------------------------------------------------------------


def test_roles_and_team_are_changed(tenant: Tenant, office: Program) -> None:
    make_member(tenant, "bo@acme.example", "team_member")
    team = office.post({"name": "East"}, path=f"{V1}/teams").json()["id"]
    path = "members/bo@acme.example"
    told = change(office, path, roles=["service_manager"], team=team, leads_team=True).json()
    assert (told["roles"], told["team"], told["leads_team"]) == (["service_manager"], team, True)
    assert read(office, f"teams/{team}")[0]["lead"] == "bo@acme.example"
    other = office.post({"name": "West"}, path=f"{V1}/teams").json()["id"]
    moved = change(office, path, team=other).json()
    assert (moved["team"], moved["leads_team"]) == (other, False)
    assert change(office, path, team=99_999).json()["errors"][0]["field"] == "team"
    assert change(office, path, roles=[]).json()["errors"][0]["field"] == "roles"
    with tenant_scope(tenant.id):
        record = AuditRecord.objects.filter(verb="member.changed").first()
        assert record is not None
        assert record.actor_label == "tickets"


def test_there_is_always_an_administrator(tenant: Tenant, office: Program) -> None:
    path = "members/alice@acme.example"
    refused = change(office, path, roles=["executive"])
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "roles")
    assert office.post({}, path=f"{V1}/{path}/deactivate").status_code == 409


def test_members_go_and_come_back(tenant: Tenant, office: Program, alice: User) -> None:
    member = make_member(tenant, "bo@acme.example", "admin")
    his = program(tenant, *SCOPES, member=member)
    path = f"{V1}/members/bo@acme.example"
    assert his.post({}, path=f"{path}/deactivate").status_code == 409, "nobody lets oneself go"
    assert office.post({}, path=f"{path}/deactivate").json()["is_active"] is False
    assert his.get(f"{V1}/members").status_code == 401
    assert office.post({}, path=f"{path}/reactivate").status_code == 403, "an administrator"
    make_member(tenant, "cy@acme.example", "team_member")
    path = f"{V1}/members/cy@acme.example"
    assert office.post({}, path=f"{path}/deactivate").json()["is_active"] is False
    assert office.post({}, path=f"{path}/reactivate").json()["is_active"] is True


def test_no_token_makes_an_administrator(tenant: Tenant, office: Program, alice: User) -> None:
    bo = make_member(tenant, "bo@acme.example", "team_member")
    boss = make_member(tenant, "boss@acme.example", "admin")
    path, invited = "members/bo@acme.example", f"{V1}/invitations"
    body = {"email": "noa@acme.example", "roles": ["team_member", "admin"]}
    with tenant_scope(tenant.id):
        waiting, secret = invite(email="mia@acme.example", roles=["admin"], by=alice)
    for one in (office, program(tenant, *SCOPES, member=boss)):
        assert change(one, path, roles=["admin"]).status_code == 403
        assert one.post(body, path=invited).status_code == 403
        # The link would be in the answer.
        assert one.post({}, path=f"{invited}/{waiting.pk}/renew").status_code == 403
    with tenant_scope(tenant.id):
        bo.refresh_from_db()
        assert bo.roles == ["team_member"]
        assert Invitation.objects.get().secret_hash == hash_secret(secret)
    # Who is one stays one, or is one no longer.
    told = change(office, "members/boss@acme.example", roles=["admin", "executive"]).json()
    assert told["roles"] == ["admin", "executive"]
    assert change(office, "members/boss@acme.example", roles=["executive"]).status_code == 200


# --- Invitations ----------------------------------------------------------------------------------


def test_somebody_is_invited_written_to_and_the_link_told_once(
    tenant: Tenant, office: Program
) -> None:
    body = {"email": "Noa@acme.example", "roles": ["team_member"], "language": "zh-hans"}
    path = f"{V1}/invitations"
    made = office.post(body, key="k", path=path)
    told = made.json()
    assert (made.status_code, told["email"], told["state"]) == (201, "noa@acme.example", "open")
    assert f"/invitations/{tenant.pk}." in told["link"]
    with tenant_scope(tenant.id):
        letter = OutgoingMail.objects.get()
        assert (letter.to, letter.language) == ("noa@acme.example", "zh-hans")
        assert told["link"] not in str(ApiAnswer.objects.get().body)
    assert office.post(body, key="k", path=path).json()["link"] is None
    assert "link" not in read(office, f"invitations/{told['id']}")[0]
    twice = office.post(body, path=path)
    assert (twice.status_code, twice.json()["errors"][0]["field"]) == (400, "email")

    one = f"{path}/{told['id']}"
    renewed = office.post({}, path=f"{one}/renew").json()
    assert renewed["link"] != told["link"]
    assert office.post({}, path=f"{one}/revoke").json()["state"] == "revoked"
    assert office.post({}, path=f"{one}/revoke").status_code == 409
    assert office.post({}, path=f"{one}/renew").status_code == 409
    for state, count in (("open", 0), ("revoked", 1), ("open,revoked", 1), ("accepted", 0)):
        assert len(office.get(path, state=state).json()["results"]) == count, state
    assert office.get(path, state="lost").status_code == 400


# --- Teams and reach ------------------------------------------------------------------------------


def test_teams_are_made_renamed_and_taken_away(tenant: Tenant, office: Program) -> None:
    team = office.post({"name": "East"}, path=f"{V1}/teams").json()["id"]
    assert office.post({"name": "East"}, path=f"{V1}/teams").status_code == 400
    assert change(office, f"teams/{team}", name="North").json()["name"] == "North"
    tag = read(office, f"teams/{team}")[1]
    assert office.delete(f"{V1}/teams/{team}", if_match='"old"').status_code == 412
    assert office.delete(f"{V1}/teams/{team}", if_match=tag).status_code == 204
    with tenant_scope(tenant.id):
        assert not Team.objects.exists()


def test_how_far_roles_see_is_said(tenant: Tenant, office: Program) -> None:
    rows = office.get(f"{V1}/reaches").json()["results"]
    assert {row["reach"] for row in rows} == {"all"}
    assert "admin" not in {row["role"] for row in rows}
    path = "reaches/customers/service_manager"
    assert change(office, path, reach="mine").json()["reach"] == "mine"
    with tenant_scope(tenant.id):
        rule = VisibilityRule.objects.get(role="service_manager", record="customers")
        assert rule.visibility == "mine"
    assert office.get(f"{V1}/reaches/customers/admin").status_code == 404
    assert office.get(f"{V1}/reaches/secrets/executive").status_code == 404


# --- Naming people for customers ------------------------------------------------------------------


def test_people_are_named_for_many_customers_and_that_is_taken_back(
    tenant: Tenant, office: Program
) -> None:
    with tenant_scope(tenant.id):
        Colleague.objects.create(key="ben@x.example", name="Ben")
        for key in ("C1", "C2", "C3"):
            Customer.objects.create(key=key, name=key)
    body = {"role": "service_manager", "colleague": "ben@x.example", "customers": ["C1", "C2"]}
    path = f"{V1}/assignments"

    def named() -> dict[str, str | None]:
        with tenant_scope(tenant.id):
            return dict(Customer.objects.values_list("key", "service_manager__key"))

    made = office.post(body, path=path)
    assert (made.status_code, made.json()["customers"], made.json()["colleague"]) == (
        201, 2, "Ben",
    )  # fmt: skip
    assert named() == {"C1": "ben@x.example", "C2": "ben@x.example", "C3": None}
    assert office.post(body, path=path).status_code == 409
    unknown = office.post(body | {"customers": ["C1", "C9"]}, path=path)
    assert unknown.json()["errors"][0]["field"] == "customers"
    undone = office.post({}, path=f"{path}/{made.json()['id']}/undo")
    assert undone.json()["is_undone"] is True
    assert named() == {"C1": None, "C2": None, "C3": None}
    assert office.post({}, path=f"{path}/{made.json()['id']}/undo").status_code == 409


def test_people_name_others_for_customers_that_they_see_and_see_their_own(
    tenant: Tenant, office: Program
) -> None:
    bo = make_member(tenant, "bo@acme.example", "service_manager")
    cy = make_member(tenant, "cy@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        VisibilityRule.objects.create(role="service_manager", visibility="mine")
        him = Colleague.objects.get(key="bo@acme.example")
        Customer.objects.create(key="C1", name="One", service_manager=him)
        Customer.objects.create(key="C2", name="Two")
    his, hers = (program(tenant, *SCOPES, member=one) for one in (bo, cy))
    path = f"{V1}/assignments"
    body = {"role": "salesperson", "colleague": "bo@acme.example", "customers": ["C1"]}
    assert his.post(body | {"customers": ["C2"]}, path=path).status_code == 400
    made = his.post(body, path=path)
    assert made.status_code == 201
    assert len(his.get(path).json()["results"]) == 1
    assert hers.get(path).json()["results"] == []
    assert hers.post({}, path=f"{path}/{made.json()['id']}/undo").status_code == 404
    reader = make_member(tenant, "ex@acme.example", "executive")
    assert program(tenant, *SCOPES, member=reader).post(body, path=path).status_code == 403


# --- Everybody else -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["members", "invitations", "teams", "reaches"])
def test_people_are_for_administrators_alone(
    tenant: Tenant, office: Program, path: str, make_tenant: Callable[..., Tenant]
) -> None:
    bo = make_member(tenant, "bo@acme.example", "service_manager")
    assert program(tenant, *SCOPES, member=bo).get(f"{V1}/{path}").status_code == 403
    other = program(make_tenant("elsewhere"), *SCOPES)
    assert "acme.example" not in other.get(f"{V1}/{path}").content.decode()
    assert other.post({}, path=f"{V1}/members/bo@acme.example/deactivate").status_code == 404


def test_as_many_statements_for_many(tenant: Tenant, office: Program) -> None:
    office.get(f"{V1}/invitations")
    counts = []
    for count in (3, 30):
        with tenant_scope(tenant.id):
            for place in range(Invitation.objects.count(), count):
                Invitation.objects.create(
                    email=f"p{place}@x.example", roles=["executive"], secret_hash=f"{place}",
                    expires_at="2100-01-01T00:00:00Z",
                )  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            assert office.get(f"{V1}/invitations").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    with tenant_scope(tenant.id):
        assert Membership.objects.count() == 1
