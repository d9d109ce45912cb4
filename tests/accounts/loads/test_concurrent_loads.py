"""Two loads of one tenant at once."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.actions.loads import load_file
from accounts.loads.registry import find_kind
from accounts.loads.running import LoadOptions
from accounts.models import Customer, Load, Tenant
from accounts.tenancy import tenant_scope
from segmentation.models import UsageEvent

CUSTOMERS = "key,name,salesperson\n" + "".join(f"C{i},Name,ann\n" for i in range(300))
USAGE = "customer,occurred_at,event,module\n" + "".join(
    f"C{i},2024-01-01,e,NEW\n" for i in range(300)
)


def load(tenant: Tenant, kind: str, text: str) -> tuple[int, int]:
    """(created, unchanged)"""
    found = find_kind(kind)
    assert found is not None
    with tenant_scope(tenant.id):
        _, result = load_file(
            handle=io.BytesIO(text.encode()),
            filename="f.csv",
            kind=found,
            options=LoadOptions(),
            tenant=tenant,
            by=None,
        )
    return result.created, result.unchanged


@pytest.mark.django_db(transaction=True)
def test_the_same_file_loaded_twice_at_once_counts_once(make_tenant: Any) -> None:
    tenant = make_tenant("acme")
    start = Barrier(2)

    def work(kind: str, text: str) -> tuple[int, int]:
        try:
            start.wait(20)
            return load(tenant, kind, text)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        for kind, text in (("customers", CUSTOMERS), ("usage", USAGE)):
            outcomes = list(threads.map(work, [kind] * 2, [text] * 2))
            assert sorted(outcomes) == [(0, 300), (300, 0)]
    with tenant_scope(tenant.id):
        assert (Customer.objects.count(), UsageEvent.objects.count()) == (300, 300)
        assert Load.objects.filter(state="done").count() == 4
