"""Requests that wait to be handled while a person is erased."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import Contact, Customer, Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.ingest_inbox import keep
from segmentation.actions.write_keys import make_write_key
from segmentation.models import IngestInbox, UsageEvent
from segmentation.queries.doors import door_of

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL = "ann.lee@anna.example"
JOANN = "joann.lee@anna.example"


def erase(tenant: Tenant, **options: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("erase_person", EMAIL, tenant=tenant.slug, stdout=out, **options)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def test_requests_that_wait_bring_nobody_back(tenant: Tenant) -> None:
    """What can be written is, and counts on; what cannot and names the person goes."""
    with tenant_scope(tenant.pk):
        company = Customer.objects.create(key="ann-co", name="Ann Co")
        Contact.objects.create(customer=company, key="ann-lee-7", name="Ann Lee", email=EMAIL)
        _key, shown = make_write_key(name="Product", by=None)
    door = door_of(shown)
    assert door is not None
    event = {"type": "track", "event": "x", "userId": EMAIL, "groupId": "ann-co"}
    waiting: list[Any] = [
        {"batch": [event, {**event, "userId": JOANN}]},
        *({"batch": 1, "of": told} for told in (EMAIL.upper(), "Ann Lee", "ann-lee-7", JOANN)),
    ]
    for body in waiting:
        keep(json.dumps(body).encode(), door=door, call="batch", arrived=timezone.now())
    escaped = json.dumps({"batch": 1, "of": "_"}).replace("_", r"\u0061nn Lee")
    keep(escaped.encode(), door=door, call="batch", arrived=timezone.now())
    erase(tenant, dry_run=True)
    with tenant_scope(tenant.pk):
        assert IngestInbox.objects.count() == 6
    told = erase(tenant)
    assert told["erased"]["segmentation_ingestinbox"] == 4
    assert "segmentation_ingestinbox" not in told["not_searched"]
    with tenant_scope(tenant.pk):
        assert JOANN in bytes(IngestInbox.objects.get().body).decode()
        written = UsageEvent.objects.filter(event="x").order_by("person")
        assert [event.person == JOANN for event in written] == [False, True]
