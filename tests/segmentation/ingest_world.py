"""What the tests of ingestion share: a key, requests as clients send them, and what became of them."""

from __future__ import annotations

import base64
import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.models import Sum
from django.test import Client

from accounts.models import Customer, Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.write_keys import make_write_key
from segmentation.models import DeadLetter, HeldEvent, IngestCount, UsageEvent
from segmentation.queries.doors import forget_doors

OUTCOMES = ("accepted", "duplicates", "ignored", "dead", "held")


def make_key(tenant: Tenant, **values: Any) -> str:
    with tenant_scope(tenant.id):
        return make_write_key(name="Product", by=None, **values)[1]


def make_customers(tenant: Tenant, *keys: str) -> None:
    with tenant_scope(tenant.id):
        for key in keys:
            Customer.objects.create(key=key, name=key.title())


def track(number: int = 1, **further: Any) -> dict[str, Any]:
    """A message as libraries send it."""
    return {
        "type": "track",
        "event": "Report opened",
        "userId": "ann",
        "messageId": f"m-{number}",
        "context": {"groupId": "acme", "library": {"name": "analytics-python"}},
        "properties": {},
        **further,
    }


@contextmanager
def meanwhile(tenant: Tenant, work: Callable[[], Any]) -> Iterator[None]:
    """Somebody has done something in a transaction that does not end."""
    begun, done = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with tenant_scope(tenant.id):
                work()
                begun.set()
                done.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    assert begun.wait(20)
    try:
        yield
    finally:
        done.set()
        thread.join()


class Sender:
    """A client library: posts to one key's address."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.client = Client()

    def post(self, call: str, body: Any, *, key: bool = True, **headers: Any) -> Any:
        """Send a body: bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        if key and "HTTP_AUTHORIZATION" not in headers:
            headers["HTTP_AUTHORIZATION"] = basic(self.key)
        headers.setdefault("content_type", "application/json")
        return self.client.post(f"/v1/{call}", data, **headers)

    def batch(self, *messages: Any, **further: Any) -> dict[str, int]:
        """Send a batch that is taken."""
        answer = self.post("batch", {"batch": list(messages), **further})
        assert answer.status_code == 200, answer.content
        assert answer.json() == {"success": True}
        return counts(self.key)

    def zipped(self, body: Any) -> Any:
        data = gzip.compress(json.dumps(body).encode())
        return self.post("batch", data, HTTP_CONTENT_ENCODING="gzip")


def basic(key: str) -> str:
    return "Basic " + base64.b64encode(f"{key}:".encode()).decode()


def counts(key: str) -> dict[str, int]:
    """Outcome → messages that had it so far; those with none are left out."""
    with tenant_scope(int(key.split("_")[1])):
        found = IngestCount.objects.aggregate(**{name: Sum(name) for name in OUTCOMES})
    return {name: count for name, count in found.items() if count}


def events(tenant: Tenant) -> list[UsageEvent]:
    with tenant_scope(tenant.id):
        rows = UsageEvent.objects.select_related("customer", "module").order_by("message_id")
        return list(rows)


def dead(tenant: Tenant) -> list[tuple[str, str]]:
    with tenant_scope(tenant.id):
        return list(DeadLetter.objects.order_by("pk").values_list("reason", "detail"))


def held(tenant: Tenant) -> list[tuple[str, str]]:
    with tenant_scope(tenant.id):
        rows = HeldEvent.objects.order_by("message_id")
        return list(rows.values_list("group_key", "message_id"))


@contextmanager
def looked_up_again() -> Iterator[None]:
    """What a process remembers for seconds is forgotten before and after."""
    forget_doors()
    yield
    forget_doors()
