"""Statistics of tables that a load has just filled."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from accounts.loads.statistics import refresh_statistics
from accounts.models import Customer, Tenant
from accounts.tenancy import tenant_scope


def row_estimate(table: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        return float(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_a_table_that_grew_is_analysed_in_the_owners_name(make_tenant: Any) -> None:
    with connection.as_owner(), connection.cursor() as cursor:
        # Pages that other tests have left would hide how much the table grows.
        cursor.execute("TRUNCATE accounts_customer CASCADE")
    tenant = make_tenant("acme")
    with tenant_scope(tenant.id):
        Customer.objects.bulk_create(Customer(key=f"C{i}", name="x" * 200) for i in range(1000))
    before = row_estimate("accounts_customer")
    assert refresh_statistics() >= 1
    assert row_estimate("accounts_customer") == 1000 != before
    assert refresh_statistics() == 0


def test_inside_another_transaction_nothing_is_locked(tenant: Tenant, scope: Tenant) -> None:
    Customer.objects.bulk_create(Customer(key=f"C{i}", name="x" * 200) for i in range(1000))
    assert refresh_statistics() == 0
