"""Webhooks made, changed, switched and sent again by programs, as administrators do on screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from api_program import Program, program
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from members import make_member

from accounts.actions.webhook_endpoints import SEALED_AS
from accounts.models import (
    ApiAnswer,
    AuditRecord,
    Tenant,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from accounts.sealing import unseal
from accounts.tenancy import tenant_scope

PATH = "/api/v1/webhooks"
NEW = {"name": "Warehouse", "url": "https://93.184.216.34/in", "kinds": ["night.finished"]}


@pytest.fixture
def ops(tenant: Tenant) -> Program:
    cache.clear()
    return program(tenant, "webhooks:read", "webhooks:write", path=PATH)


def make(ops: Program, **further: Any) -> Any:
    made = ops.post(NEW | further)
    assert made.status_code == 201, made.content
    return made


def test_a_webhook_is_made_and_its_secret_told_once(tenant: Tenant, ops: Program) -> None:
    made = ops.post(NEW, key="k")
    told = made.json()
    assert told["secret"].startswith("whsec_")
    assert (told["state"], told["kinds"]) == ("new", ["night.finished"])
    with tenant_scope(tenant.id):
        kept = WebhookEndpoint.objects.get()
        assert unseal(kept.sealed_secret, purpose=SEALED_AS) == told["secret"]
        assert AuditRecord.objects.get(verb="webhook.made").actor_label == "tickets"
    read = ops.get(f"{PATH}/{told['id']}")
    assert read.json() == {name: value for name, value in told.items() if name != "secret"}
    assert read["ETag"] == made["ETag"]
    assert ops.get(PATH).json()["results"] == [read.json()]
    again = ops.post(NEW, key="k").json()
    assert (again["id"], again["secret"]) == (told["id"], None)
    with tenant_scope(tenant.id):
        assert told["secret"] not in str(ApiAnswer.objects.get().body), "nothing keeps it open"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://93.184.216.34/in"}, "url"),
        ({"url": "https://127.0.0.1/in"}, "url"),
        ({"kinds": ["nothing.known"]}, "kinds"),
        ({"kinds": []}, "kinds"),
        ({"name": "  "}, "name"),
    ],
)
def test_what_the_screen_refuses_is_refused(ops: Program, body: Any, field: str) -> None:
    refused = ops.post(NEW | body)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, field)


def test_it_is_changed_against_what_was_read_and_taken_away(tenant: Tenant, ops: Program) -> None:
    path = f"{PATH}/{make(ops).json()['id']}"
    tag = ops.get(path)["ETag"]
    assert ops.patch(path, {"name": "Stock"}).status_code == 428
    changed = ops.patch(path, {"name": "Stock"}, if_match=tag)
    assert (changed.status_code, changed.json()["name"], changed.json()["url"]) == (
        200, "Stock", NEW["url"],
    )  # fmt: skip
    assert ops.patch(path, {"name": "Late"}, if_match=tag).status_code == 412
    assert ops.post({}, path=f"{path}/switch-off").json()["state"] == "off"
    refused = ops.post({}, path=f"{path}/test")
    assert refused.status_code == 409
    assert ops.post({}, path=f"{path}/switch-on").json()["state"] == "new"
    assert ops.delete(path, if_match=ops.get(path)["ETag"]).status_code == 204
    with tenant_scope(tenant.id):
        assert not WebhookEndpoint.objects.exists()


def test_a_secret_is_replaced_while_the_former_holds(tenant: Tenant, ops: Program) -> None:
    made = make(ops).json()
    path = f"{PATH}/{made['id']}"
    rotated = ops.post({"hours": 24}, key="r", path=f"{path}/rotate")
    assert rotated.status_code == 201
    assert rotated.json()["secret"] != made["secret"]
    until = ops.get(path).json()["former_secret_until"]
    assert until == rotated.json()["former_secret_until"] is not None
    assert ops.post({"hours": 24}, key="r", path=f"{path}/rotate").json()["secret"] is None
    assert ops.post({"hours": 5}, path=f"{path}/rotate").status_code == 400
    with tenant_scope(tenant.id):
        kept = WebhookEndpoint.objects.get()
        assert unseal(kept.sealed_secret, purpose=SEALED_AS) == rotated.json()["secret"]
        assert unseal(kept.sealed_previous, purpose=SEALED_AS) == made["secret"]


def failed(tenant: Tenant, number: int, count: int = 1) -> list[WebhookDelivery]:
    with tenant_scope(tenant.id):
        found = []
        for place in range(count):
            event = WebhookEvent.objects.create(
                kind="night.finished", data={"night": "2026-01-01"},
                happened_at=timezone.now() - timedelta(days=place),
            )  # fmt: skip
            delivery = WebhookDelivery.objects.create(
                event=event, endpoint_id=number, state="failed", trouble="status", last_status=500
            )
            WebhookAttempt.objects.create(delivery=delivery, milliseconds=3, status=500)
            found.append(delivery)
        return found


def test_deliveries_are_read_with_every_try_and_sent_again(tenant: Tenant, ops: Program) -> None:
    number = make(ops).json()["id"]
    delivery, older = failed(tenant, number, 2)
    path = f"{PATH}/{number}/deliveries"
    rows = ops.get(path, state="failed", kind="night.finished").json()["results"]
    assert [row["id"] for row in rows] == [older.pk, delivery.pk]
    assert ops.get(f"{PATH}/{number}").json()["failed"] == 2
    whole = ops.get(f"{path}/{delivery.pk}").json()
    assert whole["payload"]["data"] == {"night": "2026-01-01"}
    assert [one["status"] for one in whole["tries"]] == [500]
    assert whole["next_at"] is None
    again = ops.post({}, path=f"{path}/{delivery.pk}/redeliver")
    assert (again.status_code, again.json()["state"], again.json()["trouble"]) == (
        200, "waiting", "",
    )  # fmt: skip
    since = (timezone.now() - timedelta(days=7)).isoformat()
    many = ops.post({"since": since}, path=f"{PATH}/{number}/redeliver-failed")
    assert (many.status_code, many.json()) == (201, {"count": 1})
    tested = ops.post({}, path=f"{PATH}/{number}/test")
    assert (tested.status_code, tested.json()["kind"]) == (201, "webhook.test")
    assert ops.get(f"{PATH}/99999/deliveries").status_code == 404
    other = make(ops, name="Other").json()["id"]
    assert ops.get(f"{PATH}/{other}/deliveries/{delivery.pk}").status_code == 404


def test_nobody_is_knocked_at_again_and_again(tenant: Tenant, ops: Program) -> None:
    path = f"{PATH}/{make(ops).json()['id']}/test"
    statuses = [ops.post({}, path=path).status_code for _ in range(11)]
    assert statuses == [201] * 10 + [429]
    failed = ops.post(
        {"since": "2026-01-01T00:00:00Z"}, path=path.replace("test", "redeliver-failed")
    )
    assert failed.status_code == 429


def test_kinds_come_with_examples(ops: Program) -> None:
    rows = ops.get("/api/v1/webhook-kinds").json()["results"]
    assert {"night.finished", "renewal.decided"} <= {row["key"] for row in rows}
    assert all(row["example"] and row["words"] for row in rows)


@pytest.mark.parametrize("role", ["service_manager", "executive"])
def test_only_administrators_and_none_of_another_tenant(
    tenant: Tenant, ops: Program, role: str, make_tenant: Callable[..., Tenant]
) -> None:
    number = make(ops).json()["id"]
    member = make_member(tenant, "bo@acme.example", role)
    his = program(tenant, "webhooks:read", "webhooks:write", member=member, path=PATH)
    assert (his.get(PATH).status_code, his.post(NEW).status_code) == (403, 403)
    only_reads = program(tenant, "webhooks:read", path=PATH)
    assert (only_reads.get(PATH).status_code, only_reads.post(NEW).status_code) == (200, 403)
    other = program(make_tenant("elsewhere"), "webhooks:read", "webhooks:write")
    assert other.get(PATH).json()["results"] == []
    assert other.get(f"{PATH}/{number}").status_code == 404
    assert other.post({"hours": 0}, path=f"{PATH}/{number}/rotate").status_code == 404


def test_as_many_statements_for_many(tenant: Tenant, ops: Program) -> None:
    number = make(ops).json()["id"]
    counts = []
    for count in (3, 27):
        failed(tenant, number, count)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert ops.get(f"{PATH}/{number}/deliveries").status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
