"""A tenant with BI access, another one beside it, and a connection as a tool has it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg2
from django.core.management import call_command
from django.db import connection

from accounts.models import BiAccess, Customer, Tenant
from accounts.tenancy import tenant_scope
from config.bi.access import revoke_access

NOVEMBER = datetime(2026, 11, 20, 4, tzinfo=UTC)


def given(tenant: Tenant, *options: str) -> str:
    """The URL that the command prints."""
    out = io.StringIO()
    call_command("bi_access", "--tenant", tenant.slug, *options, stdout=out, stderr=io.StringIO())
    [line] = out.getvalue().splitlines()
    return line


@contextmanager
def as_tool(url: str) -> Iterator[Any]:
    """A cursor of a BI tool, each statement for itself."""
    session = psycopg2.connect(url)
    session.autocommit = True
    try:
        with session.cursor() as cursor:
            yield cursor
    finally:
        session.close()


def asked(cursor: Any, query: str, *values: Any) -> list[tuple[Any, ...]]:
    cursor.execute(query, values or None)
    return list(cursor.fetchall())


def take_all_away() -> None:
    """Roles are the whole server's: none is left to other tests."""
    for tenant in Tenant.objects.all():
        with tenant_scope(tenant.pk):
            there = BiAccess.objects.exists()
        if there:
            revoke_access(tenant)


def customer(tenant: Tenant, key: str, **values: Any) -> int:
    with tenant_scope(tenant.pk):
        made = Customer.objects.create(key=key, name=values.pop("name", key.title()), **values)
        return int(made.pk)


def policies() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT policyname, roles::text FROM pg_policies")
        return set(cursor.fetchall())
