"""The calendar, the tenant, channels, letters, mail settings, tokens and notifications, by programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_program import Program, program
from django.core.cache import cache
from members import make_member

from accounts.actions import channels as channel_actions
from accounts.actions.notifications import notify
from accounts.models import (
    ApiToken,
    AuditRecord,
    CalendarVersion,
    Channel,
    MailSettings,
    Membership,
    Notification,
    OutgoingMail,
    Tenant,
    UnreachableAddress,
    User,
)
from accounts.tenancy import tenant_scope

V1 = "/api/v1"
SCOPES = (
    "calendar:read", "calendar:write", "tenant:read", "tenant:write", "tokens:read",
    "tokens:write", "channels:read", "channels:write", "mail:read", "mail:write",
    "notifications:read", "notifications:write",
)  # fmt: skip
READ_BY_ADMINISTRATORS = (
    "calendar-versions", "holiday-proposals/CN/2026", "tenant", "tokens", "channels", "letters",
    "unreachable-addresses", "mail-settings",
)  # fmt: skip


@pytest.fixture
def office(tenant: Tenant) -> Program:
    cache.clear()
    return program(tenant, *SCOPES)


def change(office: Program, path: str, **values: Any) -> Any:
    tag = office.get(f"{V1}/{path}")["ETag"]
    return office.patch(f"{V1}/{path}", values, if_match=tag)


# --- The calendar ---------------------------------------------------------------------------------


def test_the_calendar_is_changed_as_a_further_version(tenant: Tenant, office: Program) -> None:
    path = f"{V1}/calendar-versions"
    first = office.get(path).json()["results"][0]
    body = {
        "put": [{"day": "2026-11-27", "kind": "holiday", "name": "Company day"}],
        "note": "As agreed",
    }
    made = office.post(body, path=path)
    told = made.json()
    assert (made.status_code, told["version"], told["note"]) == (
        201, first["version"] + 1, "As agreed",
    )  # fmt: skip
    assert {"day": "2026-11-27", "kind": "holiday", "name": "Company day"} in told["days"]
    assert office.post(body, path=path).status_code == 409, "it says so already"
    usual = office.post({"drop": ["2026-11-27"], "weekdays": [1, 2, 3, 4]}, path=path).json()
    assert usual["weekdays"] == [1, 2, 3, 4]
    assert usual["days"] == first["days"]
    with tenant_scope(tenant.id):
        assert CalendarVersion.objects.count() == first["version"] + 2
        assert AuditRecord.objects.filter(verb="calendar.changed", actor_label="tickets").exists()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"country": "XX"}, "country"),
        ({"country": "DE-XX"}, "country"),
        ({"weekdays": [0]}, "weekdays.0"),
        ({"weekdays": []}, "weekdays"),
        ({"drop": ["1200-01-01"]}, "put"),
        ({"put": [{"day": "2026-01-01", "kind": "party"}]}, "put.0.kind"),
        ({"complete": [99_999]}, "complete.0"),
        ({"holidays": []}, "holidays"),
    ],
)
def test_a_change_that_is_none_is_refused(office: Program, body: Any, field: str) -> None:
    refused = office.post(body, path=f"{V1}/calendar-versions")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)


def test_a_countrys_holidays_can_be_taken_over(tenant: Tenant, office: Program) -> None:
    found = office.get(f"{V1}/holiday-proposals/DE-BY/2026").json()
    days = {one["day"]: one["kind"] for one in found["days"]}
    assert days["2026-10-03"] == "holiday"
    assert found["weekdays"] == [1, 2, 3, 4, 5]
    body = {"country": "DE-BY", "put": found["days"], "emptied": [2026], "complete": [2026]}
    made = office.post(body, path=f"{V1}/calendar-versions").json()
    assert (made["country"], made["years"]) == ("DE-BY", [2026])
    assert office.get(f"{V1}/holiday-proposals/XX/2026").status_code == 404
    assert office.get(f"{V1}/holiday-proposals/CN/1066").status_code == 404


# --- The tenant -----------------------------------------------------------------------------------


def test_settings_of_the_tenant(tenant: Tenant, office: Program) -> None:
    told = change(office, "tenant", name="Acme Ltd", gross_margin="0.75", night_hour=3).json()
    assert (told["name"], told["gross_margin"], told["night_hour"]) == ("Acme Ltd", "0.7500", 3)
    assert told["slug"] == tenant.slug
    assert change(office, "tenant", time_zone="Mars/Olympus").status_code == 400
    assert change(office, "tenant", gross_margin="1.5").status_code == 400
    assert office.patch(f"{V1}/tenant", {"name": "x"}, if_match='"old"').status_code == 412
    tenant.refresh_from_db()
    assert (tenant.name, tenant.timezone) == ("Acme Ltd", "Asia/Shanghai")


# --- Channels -------------------------------------------------------------------------------------

HOOK = "https://hooks.slack.com/services/T000/B000/" + "x" * 24
ROOM = {"name": "Room", "service": "slack", "address": HOOK, "language": "en", "kinds": ["bounces"]}


def test_channels_never_tell_their_address(
    tenant: Tenant, office: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = office.post(ROOM, path=f"{V1}/channels")
    assert made.status_code == 201, made.content
    assert HOOK not in made.content.decode()
    path = f"channels/{made.json()['id']}"
    assert office.post(ROOM, path=f"{V1}/channels").json()["errors"][0]["field"] == "name"
    unknown = office.post(ROOM | {"name": "B", "kinds": ["x"]}, path=f"{V1}/channels")
    assert unknown.json()["errors"][0]["field"] == "kinds"
    wrong = office.post(
        ROOM | {"name": "B", "address": "https://x.example/"}, path=f"{V1}/channels"
    )
    assert wrong.json()["errors"][0]["field"] == "address"
    with tenant_scope(tenant.id):
        sealed = Channel.objects.get().sealed_address
    assert change(office, path, is_active=False).json()["is_active"] is False
    with tenant_scope(tenant.id):
        assert Channel.objects.get().sealed_address == sealed

    told: list[str] = []
    monkeypatch.setattr(channel_actions, "tell", lambda *given: told.append(given[2]))
    assert office.post({}, path=f"{V1}/{path}/test").json()["told_at"] is not None
    assert len(told) == 1
    tag = office.get(f"{V1}/{path}")["ETag"]
    assert office.delete(f"{V1}/{path}", if_match=tag).status_code == 204


# --- Letters --------------------------------------------------------------------------------------


def letter(state: str, **further: Any) -> OutgoingMail:
    made: OutgoingMail = OutgoingMail.objects.create(
        purpose="work", to="ann@one.example", language="en", template="t", subject=state,
        message_id=state, state=state, sealed_body="sealed words", **further,
    )  # fmt: skip
    return made


def test_what_is_unclear_is_decided(tenant: Tenant, office: Program) -> None:
    with tenant_scope(tenant.id):
        numbers = {state: letter(state).pk for state in ("unclear", "given_up", "queued", "sent")}
    path = f"{V1}/letters"
    waiting = office.get(path, state="unclear,given_up").json()["results"]
    assert {row["subject"] for row in waiting} == {"unclear", "given_up"}
    assert "sealed" not in str(waiting)
    assert len(office.get(path, to="ANN@one.example").json()["results"]) == 4

    def decide(state: str, verb: str) -> tuple[int, str]:
        answer = office.post({}, path=f"{path}/{numbers[state]}/{verb}")
        return answer.status_code, answer.json().get("state", "")

    assert decide("unclear", "count-as-sent") == (200, "sent")
    assert decide("unclear", "count-as-sent")[0] == 409, "somebody decided it meanwhile"
    assert decide("given_up", "send-again") == (200, "queued")
    assert decide("queued", "drop") == (200, "dropped")
    assert decide("sent", "send-again")[0] == 409
    with tenant_scope(tenant.id):
        verbs = set(AuditRecord.objects.values_list("verb", flat=True))
    assert {"mail.counted_as_sent", "mail.sent_again", "mail.dropped"} <= verbs


def test_addresses_are_tried_again(tenant: Tenant, office: Program) -> None:
    with tenant_scope(tenant.id):
        number = UnreachableAddress.objects.create(address="old@one.example", kind="bounced").pk
    path = f"{V1}/unreachable-addresses/{number}"
    assert office.delete(path, if_match=office.get(path)["ETag"]).status_code == 204
    assert office.get(f"{V1}/unreachable-addresses").json()["results"] == []


def test_mail_settings_and_a_letter_to_oneself(tenant: Tenant, office: Program) -> None:
    told = change(office, "mail-settings", sender_name="Acme", signatures={"en": " Bye "}).json()
    assert (told["sender_name"], told["signatures"], told["is_quiet"]) == (
        "Acme", {"en": "Bye"}, True,
    )  # fmt: skip
    stale = office.get(f"{V1}/mail-settings")["ETag"]
    assert change(office, "mail-settings", quiet_from="21:30").json()["quiet_from"] == "21:30"
    late = office.patch(f"{V1}/mail-settings", {"is_quiet": False}, if_match=stale)
    assert late.status_code == 412
    assert change(office, "mail-settings", signatures={"xx": "?"}).status_code == 400
    assert change(office, "mail-settings", letters_kept_days=1).status_code == 400
    with tenant_scope(tenant.id):
        assert MailSettings.objects.get().is_quiet is True
    assert office.post({}, path=f"{V1}/mail-settings/test").status_code == 403
    ida = make_member(tenant, "ida@acme.example", "admin")
    hers = program(tenant, *SCOPES, member=ida)
    sent = hers.post({}, path=f"{V1}/mail-settings/test")
    assert (sent.status_code, sent.json()["to"]) == (201, "ida@acme.example")


# --- Tokens ---------------------------------------------------------------------------------------


def test_tokens_are_listed_and_revoked_and_never_made(tenant: Tenant, office: Program) -> None:
    other = program(tenant, "modules:read")
    rows = office.get(f"{V1}/tokens").json()["results"]
    assert [row["scopes"] for row in rows] == [["modules:read"], sorted(SCOPES)]
    with tenant_scope(tenant.id):
        hashes = list(ApiToken.objects.values_list("secret_hash", flat=True))
    assert not any(one in str(rows) for one in hashes)
    assert office.post({"name": "more", "scopes": []}, path=f"{V1}/tokens").status_code == 405
    gone = office.post({}, path=f"{V1}/tokens/{rows[0]['id']}/revoke")
    assert (gone.status_code, gone.json()["is_open"]) == (200, False)
    assert other.get(f"{V1}/me").status_code == 401
    assert len(office.get(f"{V1}/tokens", kept="true").json()["results"]) == 1


# --- Notifications --------------------------------------------------------------------------------


@pytest.fixture
def bo(tenant: Tenant) -> Membership:
    member = make_member(tenant, "bo@acme.example", "service_manager")
    with tenant_scope(tenant.id):
        other = make_member(tenant, "cy@acme.example", "admin")
        for one in (member, other):
            notify(member=one, kind="mail.down", values={"reason": one.user.email})
    return member


def test_a_person_reads_what_they_were_told(tenant: Tenant, bo: Membership) -> None:
    his = program(tenant, *SCOPES, member=bo)
    path = f"{V1}/notifications"
    (row,) = his.get(path, new="true").json()["results"]
    assert "bo@acme.example" in row["words"]
    seen = his.post({}, path=f"{path}/{row['id']}/read")
    assert (seen.status_code, seen.json()["read_at"] is not None) == (200, True)
    assert his.get(path, new="true").json()["results"] == []
    with tenant_scope(tenant.id):
        for place in range(3):
            notify(member=bo, kind="mail.down", values={"reason": str(place)})
    assert his.post({}, path=f"{path}/read-all").json() == {"count": 3}
    assert his.get(path, new="true").json()["results"] == []
    with tenant_scope(tenant.id):
        assert Notification.objects.filter(read_at=None).count() == 1, "another's is new"
        others = Membership.objects.get(user__email="cy@acme.example").notifications.get()
    assert his.get(f"{path}/{others.pk}").status_code == 404
    nobody = program(tenant, *SCOPES)
    assert nobody.get(path).status_code == 403, "a program of the tenant's own is nobody"


def test_a_person_chooses_topic_by_topic(tenant: Tenant, bo: Membership) -> None:
    his = program(tenant, *SCOPES, member=bo)
    before = his.get(f"{V1}/notification-choices").json()["results"]
    assert "webhooks" not in {row["topic"] for row in before}, "of no concern to this role"
    told = change(his, "notification-choices/bounces", for_digest=False).json()
    assert (told["in_app"], told["for_digest"]) == (True, False)
    after = his.get(f"{V1}/notification-choices").json()["results"]
    assert [row for row in after if row["topic"] != "bounces"] == [
        row for row in before if row["topic"] != "bounces"
    ]
    assert his.get(f"{V1}/notification-choices/webhooks").status_code == 404


# --- Everybody else -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READ_BY_ADMINISTRATORS)
def test_settings_are_for_administrators_alone(
    tenant: Tenant, office: Program, path: str, make_tenant: Callable[..., Tenant], alice: User
) -> None:
    for role, status in (("executive", 403), ("service_manager", 403), ("admin", 200)):
        member = make_member(tenant, f"{role}@acme.example", role)
        assert program(tenant, *SCOPES, member=member).get(f"{V1}/{path}").status_code == status
    with tenant_scope(tenant.id):
        letter("unclear")
    other = program(make_tenant("elsewhere"), *SCOPES).get(f"{V1}/{path}")
    assert other.status_code == 200
    assert "one.example" not in other.content.decode()
