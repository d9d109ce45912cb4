"""Sources through the API: keys, what senders may do, the mapping, and what nobody could take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from api_program import Program, program
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from ingest_world import Sender, make_customers, track
from members import make_member

from accounts.models import ApiAnswer, AuditRecord, Customer, Tenant
from accounts.tenancy import tenant_scope
from segmentation.models import (
    CustomerAlias,
    DeadLetter,
    EventRule,
    HeldEvent,
    IngestSettings,
    UsageEvent,
    WriteKey,
)

KEYS = "/api/v1/write-keys"
RULES = "/api/v1/event-rules"
LETTERS = "/api/v1/dead-letters"
UNKNOWN = "/api/v1/unknown-customers"
ALIASES = "/api/v1/customer-aliases"
SCOPES = (
    "sources:read", "sources:write", "dead_letters:read", "dead_letters:write",
    "quarantine:read", "quarantine:write",
)  # fmt: skip


@pytest.fixture
def boss(tenant: Tenant) -> Program:
    return program(tenant, *SCOPES)


@pytest.fixture
def sender(tenant: Tenant, boss: Program) -> Sender:
    return Sender(boss.post({"name": "Product"}, path=KEYS).json()["write_key"])


def rows(program: Program, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = program.get(path, **query)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_a_key_is_said_once_and_opens_the_door_until_it_is_revoked(
    tenant: Tenant, boss: Program
) -> None:
    make_customers(tenant, "acme")
    body = {"name": " web ", "source": "Python", "events_per_second": 50}
    made = boss.post(body, path=KEYS, key="once")
    assert made.status_code == 201, made.content
    shown = made.json()["write_key"]
    assert (made.json()["name"], made.json()["events_per_second"]) == ("web", 50)
    again = boss.post(body, path=KEYS, key="once")
    assert (again.json()["id"], again.json()["write_key"]) == (made.json()["id"], None)
    with tenant_scope(tenant.id):
        assert WriteKey.objects.count() == 1
        assert shown not in str(ApiAnswer.objects.get().body)
    assert Sender(shown).post("track", track()).status_code == 200
    path = f"{KEYS}/{made.json()['id']}"
    read = boss.get(path)
    assert read.json()["write_key"] is None
    changed = boss.patch(path, {"events_per_second": None}, if_match=read["ETag"])
    assert (changed.json()["events_per_second"], changed.json()["name"]) == (None, "web")
    assert boss.patch(path, {"name": "x"}, if_match=read["ETag"]).status_code == 412
    ended = boss.post({}, path=f"{path}/revoke")
    assert ended.json()["revoked_at"]
    assert boss.patch(path, {"name": "x"}, if_match="*").status_code == 409
    assert Sender(shown).post("track", track(2)).status_code == 401
    assert rows(boss, KEYS, is_in_force="true") == []


def test_who_may_do_what_with_sources(tenant: Tenant, make_tenant: Callable[..., Tenant]) -> None:
    product = make_member(tenant, "pm@acme.example", "product_manager")
    reads = program(tenant, *SCOPES, member=product)
    for path in (KEYS, RULES, "/api/v1/sources", "/api/v1/ingest-settings"):
        assert reads.get(path).status_code == 200
    for path in (LETTERS, UNKNOWN, ALIASES):
        assert reads.get(path).status_code == 403
    assert reads.post({"name": "x"}, path=KEYS).status_code == 403
    manager = make_member(tenant, "sam@acme.example", "service_manager")
    refused = program(tenant, *SCOPES, member=manager)
    for path in (KEYS, RULES, LETTERS, UNKNOWN):
        assert refused.get(path).status_code == 403
    other = program(make_tenant("other"), *SCOPES)
    with tenant_scope(tenant.id):
        key = WriteKey.objects.create(name="ours", secret_hash="x" * 64)
    assert other.get(f"{KEYS}/{key.pk}").status_code == 404
    assert rows(other, KEYS) == []


def test_what_senders_may_do_is_changed(tenant: Tenant, boss: Program) -> None:
    path = "/api/v1/ingest-settings"
    read = boss.get(path)
    assert read.json()["events_per_second"] == 5000
    changed = boss.patch(path, {"create_customers": False}, if_match=read["ETag"])
    assert changed.status_code == 200, changed.content
    assert changed.json() == read.json() | {"create_customers": False}
    assert boss.patch(path, {"update_contacts": False}, if_match=read["ETag"]).status_code == 412
    for wrong in ({"events_per_second": 0}, {"dead_letters_kept_days": 99_999}, {"x": 1}):
        assert boss.patch(path, wrong, if_match="*").status_code == 400
    with tenant_scope(tenant.id):
        assert not IngestSettings.objects.get().create_customers
        assert AuditRecord.objects.filter(verb="ingest_settings.changed").count() == 1


def test_the_mapping_is_replaced_in_order_and_tried_before(
    tenant: Tenant, boss: Program, sender: Sender
) -> None:
    make_customers(tenant, "acme")
    sender.post("track", track(1, event="Order approved", properties={"plan": "Team"}))
    rule = {"pattern": "Order *", "module": "orders"}
    tried = boss.post({"rules": [rule]}, path=f"{RULES}/preview").json()
    assert (tried["moved"], tried["without_module"]) == (1, 0)
    assert tried["events"][0]["then"] == {"module": "orders", "is_ignored": False, "rule": 0}
    with tenant_scope(tenant.id):
        assert not EventRule.objects.exists()
    read = boss.get(RULES)
    assert read.json() == {"rules": []}
    both = {"rules": [{"pattern": "Order void*", "is_ignored": True}, rule]}
    put = put_rules(boss, both, read["ETag"])
    assert put.status_code == 200, put.content
    assert [one["pattern"] for one in put.json()["rules"]] == ["Order void*", "Order *"]
    assert put_rules(boss, {"rules": []}, read["ETag"]).status_code == 412
    assert put_rules(boss, {"rules": []}, "").status_code == 428
    for wrong in ([{"pattern": "x"}], [{"module": "x"}], [rule | {"is_ignored": True}], ["x"], 7):
        assert put_rules(boss, {"rules": wrong}, "*").status_code == 400, wrong
    assert boss.get(RULES).json() == put.json()
    names = rows(boss, "/api/v1/event-names")
    assert [(one["event"], one["module"], one["rule"]) for one in names] == [
        ("Order approved", "orders", 1)
    ]
    assert names[0]["properties"] == {"plan": "Team"}
    product = make_member(tenant, "pm@acme.example", "product_manager")
    reads = program(tenant, "sources:read", member=product)
    assert rows(reads, "/api/v1/event-names")[0]["properties"] is None


def put_rules(boss: Program, body: Any, tag: str) -> Any:
    return Client().put(
        RULES, body, content_type="application/json", headers=boss.headers(if_match=tag)
    )


def test_dead_letters_are_read_put_aside_and_sent_again(
    tenant: Tenant, boss: Program, sender: Sender
) -> None:
    sender.post("batch", {"batch": [track(number, context={}) for number in range(3)]})
    found = rows(boss, LETTERS, state="open", sort="event")
    assert {one["reason"] for one in found} == {"no_customer"}
    ids = [one["id"] for one in found]
    whole = boss.get(f"{LETTERS}/{ids[0]}").json()
    assert '"Report opened"' in whole["body"]
    assert whole["remedy"]
    aside = boss.post({"ids": [*ids[:1], 10**9]}, path=f"{LETTERS}/discard")
    assert aside.json() == {"count": 1}
    assert boss.post({"ids": ids[:1]}, path=f"{LETTERS}/discard").json() == {"count": 0}
    assert boss.post({"ids": ids[:1]}, path=f"{LETTERS}/reopen").json() == {"count": 1}
    make_customers(tenant, "acme")
    sender.post("group", {"type": "group", "userId": "ann", "groupId": "acme"})
    done = boss.post({"ids": ids}, path=f"{LETTERS}/replay", key="a")
    assert done.json() == {"taken": 3, "held": 0, "dead": 0}
    assert boss.post({"ids": ids}, path=f"{LETTERS}/replay", key="a").json() == done.json()
    with tenant_scope(tenant.id):
        assert UsageEvent.objects.count() == 3
        assert set(DeadLetter.objects.values_list("state", flat=True)) == {"replayed"}
    for wrong in ({"ids": []}, {"ids": ["x"]}, {"ids": [2**64]}, {}, {"ids": [1] * 501}):
        assert boss.post(wrong, path=f"{LETTERS}/replay").status_code == 400


def test_who_an_unknown_customer_is_gets_decided(
    tenant: Tenant, boss: Program, sender: Sender
) -> None:
    make_customers(tenant, "acme")
    with tenant_scope(tenant.id):
        IngestSettings.objects.create(create_customers=False)
    for key in ("acme/cn", "new one", "noise"):
        messages = [track(f"{key}-{number}", context={"groupId": key}) for number in range(2)]
        sender.post("batch", {"batch": messages})
    assert [(one["key"], one["held"]) for one in rows(boss, UNKNOWN)] == [
        ("acme/cn", 2), ("new one", 2), ("noise", 2),
    ]  # fmt: skip
    whole = boss.get(f"{UNKNOWN}/acme~1cn").json()
    assert [one["event"] for one in whole["messages"]] == ["Report opened"] * 2
    for wrong in ({}, {"customer": "none"}, {"customer": "acme", "is_ignored": True},
                  {"key": "x"}, {"key": "acme", "name": "Taken"}):  # fmt: skip
        refused = boss.post(wrong, path=f"{UNKNOWN}/acme~1cn/resolve")
        assert refused.status_code == 400, wrong
    here = boss.post({"customer": "acme"}, path=f"{UNKNOWN}/acme~1cn/resolve", key="k")
    assert (here.status_code, here.json()) == (201, {"count": 2})
    again = boss.post({"customer": "acme"}, path=f"{UNKNOWN}/acme~1cn/resolve", key="k")
    assert again.json() == {"count": 2}
    made = boss.post({"key": "new one", "name": "New"}, path=f"{UNKNOWN}/new one/resolve")
    assert made.json() == {"count": 2}
    gone = boss.post({"is_ignored": True}, path=f"{UNKNOWN}/noise/resolve")
    assert gone.json() == {"count": 2}
    assert boss.get(f"{UNKNOWN}/noise").status_code == 404
    with tenant_scope(tenant.id):
        assert not HeldEvent.objects.exists()
        assert UsageEvent.objects.filter(customer__key="acme").count() == 2
        assert Customer.objects.get(key="new one").name == "New"
    aliases = rows(boss, ALIASES)
    assert [(one["key"], one["customer"], one["is_ignored"]) for one in aliases] == [
        ("acme/cn", "acme", False), ("noise", None, True),
    ]  # fmt: skip
    path = f"{ALIASES}/{aliases[1]['id']}"
    assert boss.delete(path, if_match=boss.get(path)["ETag"]).status_code == 204
    with tenant_scope(tenant.id):
        assert CustomerAlias.objects.count() == 1


def test_how_it_goes_is_told(tenant: Tenant, boss: Program, sender: Sender) -> None:
    assert boss.get("/api/v1/sources").json()["last_at"] is None
    make_customers(tenant, "acme")
    sender.post("batch", {"batch": [track(1), track(1), track(2, context={})]})
    told = boss.get("/api/v1/sources").json()
    assert (told["dead_letters"], told["held"], told["waiting"]) == (1, 0, 0)
    assert told["last_hour"]["dead"] == 1
    assert told["last_hour"]["accepted"] == sum(one["accepted"] for one in told["minutes"])
    assert len(told["minutes"]) == 60


@pytest.mark.parametrize("path", [KEYS, LETTERS, UNKNOWN, ALIASES, "/api/v1/event-names"])
def test_a_long_page_costs_what_a_short_one_does(
    tenant: Tenant, boss: Program, sender: Sender, path: str
) -> None:
    with tenant_scope(tenant.id):
        IngestSettings.objects.create(create_customers=False)
    for number in range(6):
        boss.post({"name": f"k{number}"}, path=KEYS)
        held = [track(f"h-{place}", context={"groupId": f"g{place}"}) for place in range(30)]
        dead = [track(f"d-{place}", event=f"E{place}", context={}) for place in range(6)]
    sender.post("batch", {"batch": [*held, *dead]})
    if path == ALIASES:
        for place in range(6):
            boss.post({"is_ignored": True}, path=f"{UNKNOWN}/g{place}/resolve")
    boss.get(path)
    counts = []
    for limit in (2, 6):
        with CaptureQueriesContext(connection) as queries:
            found = rows(boss, path, limit=limit)
        counts.append(len(queries))
        assert len(found) == limit
    assert counts[0] == counts[1]
