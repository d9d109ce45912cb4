"""Product updates through the API: drafted, changed, sent to who asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from members import make_member
from night_facts import customer

from accounts.models import OutgoingMail, Tenant
from accounts.tenancy import tenant_scope
from service.actions.requests import Asking, capture_ask
from service.actions.update_sending import write_letters
from service.models import ProductUpdate, Request, UpdateRecipient
from tests.service.request_world import contact, module

UPDATES = "/api/v1/updates"
BOTH = ("updates:read", "updates:write")


@pytest.fixture
def crm(tenant: Tenant) -> Program:
    """Ann of One asked for something."""
    today = tenant.local_date(timezone.now())
    with tenant_scope(tenant.id):
        whom = customer("one")
        ann = contact(whom, "ann", "key_user")
        module("core")
        capture_ask(
            customer=whom, asking=Asking("Export", today, contact=ann), today=today, by=None
        )
    return program(tenant, *BOTH)


def draft(tenant: Tenant, **further: Any) -> dict[str, Any]:
    with tenant_scope(tenant.id):
        wish = Request.objects.get()
    return {
        "titles": {"en": "Export"}, "texts": {"en": "It is there."}, "language": "en",
        "shipped_on": tenant.local_date(timezone.now()).isoformat(), "requests": [wish.pk],
    } | further  # fmt: skip


def test_an_update_is_drafted_changed_and_sent(tenant: Tenant, crm: Program) -> None:
    made = crm.post(draft(tenant), path=UPDATES)
    assert made.status_code == 201, made.content
    path = f"{UPDATES}/{made.json()['id']}"
    assert crm.get(path).json() == made.json()
    assert (made.json()["state"], made.json()["roles"]) == ("draft", ["key_user"])
    changed = crm.patch(path, {"modules": ["core"], "roles": []}, if_match=made["ETag"])
    assert changed.status_code == 200, changed.content
    same = ("titles", "texts", "language", "shipped_on", "requests", "event")
    assert {name: changed.json()[name] for name in same} == {
        name: made.json()[name] for name in same
    }
    assert (changed.json()["modules"], changed.json()["roles"]) == (["core"], [])
    assert crm.patch(path, {"event": "x"}, if_match=made["ETag"]).status_code == 412
    sent = crm.post({}, path=f"{path}/send", if_match=changed["ETag"])
    assert (sent.status_code, sent.json()["state"]) == (200, "sending")
    assert sent.json()["recipients"]["waiting"] == 1
    assert crm.post({}, path=f"{path}/send").status_code == 400
    assert crm.patch(path, {"event": "x"}, if_match="*").status_code == 400
    assert crm.delete(path, if_match="*").status_code == 400
    write_letters(tenant_id=tenant.pk)
    assert crm.get(path).json()["recipients"]["queued"] == 1
    with tenant_scope(tenant.id):
        assert OutgoingMail.objects.get().to == "ann@one.example"
        assert Request.objects.get().status == "shipped"
        assert UpdateRecipient.objects.get().because == "asked"


def test_what_is_wrong_is_named_and_a_draft_is_thrown_away(tenant: Tenant, crm: Program) -> None:
    for wrong, field in (
        ({"titles": {"xx": "X"}}, "titles.xx"),
        ({"titles": {"en": "E", "zh-hans": "Z"}}, ""),
        ({"language": "zh-hans"}, "language"),
        ({"requests": [10**12]}, "requests"),
        ({"requests": []}, ""),
        ({"modules": ["none"]}, "modules"),
        ({"roles": ["boss"]}, "roles.0"),
        ({"shipped_on": "soon"}, "shipped_on"),
        ({"state": "sent"}, "state"),
    ):
        refused = crm.post(draft(tenant) | wrong, path=UPDATES)
        assert refused.status_code == 400, wrong
        assert [error["field"] for error in refused.json()["errors"]] == [field], wrong
    made = crm.post(draft(tenant, shipped_on="2199-01-01"), path=UPDATES)
    path = f"{UPDATES}/{made.json()['id']}"
    assert crm.post({}, path=f"{path}/send").status_code == 400, "it is not there yet"
    assert crm.delete(path).status_code == 428
    assert crm.delete(path, if_match=made["ETag"]).status_code == 204
    with tenant_scope(tenant.id):
        assert not ProductUpdate.objects.exists()


def test_who_may_read_and_who_may_send(
    tenant: Tenant, crm: Program, make_tenant: Callable[..., Tenant]
) -> None:
    path = f"{UPDATES}/{crm.post(draft(tenant), path=UPDATES).json()['id']}"
    boss = program(tenant, *BOTH, member=make_member(tenant, "eve@acme.example", "executive"))
    assert boss.get(path).status_code == 200
    assert boss.post({}, path=f"{path}/send").status_code == 403
    assert boss.post(draft(tenant), path=UPDATES).status_code == 403
    assert program(tenant, "updates:read").delete(path, if_match="*").status_code == 403
    stranger = program(make_tenant("other"), *BOTH)
    assert stranger.get(UPDATES).json()["results"] == []
    assert stranger.get(path).status_code == 404
    assert stranger.post({}, path=f"{path}/send").status_code == 404
    assert stranger.post(draft(tenant), path=UPDATES).status_code == 400


def test_a_long_page_costs_what_a_short_one_does(tenant: Tenant, crm: Program) -> None:
    for _number in range(12):
        crm.post(draft(tenant, modules=["core"]), path=UPDATES)
    crm.get(UPDATES)
    counts = []
    for limit in (2, 12):
        with CaptureQueriesContext(connection) as queries:
            assert len(crm.get(UPDATES, limit=limit).json()["results"]) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_letters_of_a_draft_are_shown_to_who_may_send_it(tenant: Tenant, crm: Program) -> None:
    path = f"{UPDATES}/{crm.post(draft(tenant), path=UPDATES).json()['id']}/preview"
    shown = {}
    for role in ("service_manager", "team_member"):
        member = make_member(tenant, f"{role}@acme.example", role)
        shown[role] = program(tenant, *BOTH, member=member).get(path).json()
        assert shown[role]["asked"] == 1
    assert [one["because"] for one in shown["service_manager"]["letters"]] == ["asked"]
    assert shown["team_member"]["letters"] == []
    assert crm.get(path).json() == shown["service_manager"]
