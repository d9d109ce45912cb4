"""BI access over its life: given, renewed, listed, taken away; and migrations beneath its views."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.utils import timezone
from migrated import superuser

from accounts.management.tenant_command import Refused
from accounts.models import AuditRecord, BiAccess, Contact, ContactRole, Tenant
from accounts.tenancy import tenant_scope
from config.bi import access as giving
from config.bi.access import schemas
from config.bi.migrating import after_migrating, before_migrating
from config.bi.registry import VIEWS
from config.bi.remains import ASKED, what_remains
from config.bi.roles import role_of, schema_of
from tests.config.bi.bi_world import as_tool, asked, customer, given


def test_the_password_is_printed_once_and_kept_nowhere(tenant: Tenant) -> None:
    url = given(tenant)
    password = url.split(":")[2].split("@")[0]
    with as_tool(url) as cursor:
        assert asked(cursor, "SELECT current_user::text, current_schema::text") == [
            (role_of(tenant.pk), schema_of(tenant.pk))
        ]
    with tenant_scope(tenant.pk):
        kept = BiAccess.objects.get()
        told = AuditRecord.objects.get(verb="bi_access.made")
    assert password not in str(vars(kept)) + str(vars(told))
    with pytest.raises(Refused, match="already"):
        given(tenant)


def test_another_password_ends_what_the_former_opened(tenant: Tenant) -> None:
    former = given(tenant)
    with as_tool(former) as cursor:
        url = given(tenant, "--rotate")
        with pytest.raises(psycopg2.OperationalError):
            asked(cursor, "SELECT 1")
    with pytest.raises(psycopg2.OperationalError, match="password"), as_tool(former):
        pass
    with as_tool(url) as cursor:
        assert asked(cursor, "SELECT count(*) FROM customers") == [(0,)]


def test_it_is_listed_and_taken_away(tenant: Tenant) -> None:
    url = given(tenant, "--with-persons")
    out = io.StringIO()
    call_command("bi_access", "--list", stdout=out)
    header, row = out.getvalue().splitlines()
    assert header == "tenant,role,schema,since,password_since,with_persons"
    assert row.startswith(f"acme,{role_of(tenant.pk)},{schema_of(tenant.pk)},")
    assert row.endswith(",true")
    call_command("bi_access", "--tenant", "acme", "--revoke", stderr=io.StringIO())
    with pytest.raises(psycopg2.OperationalError), as_tool(url):
        pass
    with pytest.raises(Refused, match="no BI access"):
        call_command("bi_access", "--tenant", "acme", "--revoke", stderr=io.StringIO())
    with pytest.raises(CommandError):
        call_command("bi_access")


def test_migrations_change_what_views_read(tenant: Tenant) -> None:
    url = given(tenant)
    customer(tenant, "ours", industry="banks")
    change = "ALTER TABLE accounts_customer ALTER COLUMN industry TYPE {}"
    with connection.as_owner(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        with pytest.raises(DatabaseError, match="view"):
            cursor.execute(change.format("text"))
        for kind in ("text", "varchar(200)"):
            before_migrating("default", ["a migration"])
            assert schemas() == [(schema_of(tenant.pk), "")]
            with pytest.raises(psycopg2.OperationalError), as_tool(url):
                pass
            cursor.execute(change.format(kind))
            after_migrating("default")
    with as_tool(url) as tool:
        assert asked(tool, "SELECT key, industry FROM customers") == [("ours", "banks")]


def test_an_upgrade_brings_the_views_of_its_release(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(giving, "VIEWS", VIEWS[:2])
        patch.setattr(giving, "digest", lambda: "0:former")
        url = given(tenant)
    with as_tool(url) as cursor, pytest.raises(psycopg2.errors.UndefinedTable):
        asked(cursor, "SELECT * FROM nights")
    call_command("migrate", verbosity=0)
    with as_tool(url) as cursor:
        assert asked(cursor, "SELECT * FROM nights") == []
        # With nothing to do, it leaves readers alone.
        cursor.execute("BEGIN; SELECT * FROM customers")
        call_command("migrate", verbosity=0)
        cursor.execute("COMMIT")


def test_filters_reach_the_tables(tenant: Tenant) -> None:
    """In spite of the barrier: equality and order of keys, days and moments tell nobody anything."""
    customer(tenant, "ours")
    with as_tool(given(tenant)) as cursor:
        plan = _plan(
            cursor,
            "SELECT * FROM usage_events WHERE customer = 'ours' AND occurred_at >= '2026-10-01'",
        )
        # Where rows are read, and not behind a fence above: there it would be a Subquery Scan.
        assert "Subquery Scan" not in plan
        assert "occurred_at >= '2026-10-01" in plan
        assert "(key)::text = 'ours'" in plan
        assert plan.count("on usage_event_") == 1, "one partition of sixteen"
        by_day = _plan(cursor, "SELECT * FROM usage_by_day WHERE customer = 'ours'")
        assert "(key)::text = 'ours'" in by_day


def _plan(cursor: Any, query: str) -> str:
    return "\n".join(line for (line,) in asked(cursor, f"EXPLAIN (COSTS OFF) {query}"))


def test_a_superuser_can_take_away_what_remains(tenant: Tenant) -> None:
    given(tenant)
    guide = (Path(settings.BASE_DIR) / "docs/guide/bi.md").read_text("utf-8")
    script = "-- advisory" + guide.partition("```\n-- advisory")[2].partition("```")[0]
    application = str(connection.settings_dict["USER"])
    with superuser(str(connection.settings_dict["NAME"])) as cursor:
        cursor.execute("BEGIN")
        cursor.execute(script)
        for fault, question in ASKED.items():
            assert asked(cursor, question, role_of(tenant.pk)) == [(False,)], fault
        logging = (
            "SELECT count(*) FROM pg_proc WHERE proname = 'pg_logical_emit_message' "
            "AND has_function_privilege(%s, oid, 'EXECUTE')"
        )
        assert asked(cursor, logging, role_of(tenant.pk)) == [(0,)]
        for fault in ("locks", "large_objects"):
            assert asked(cursor, ASKED[fault], application) == [(True,)]
        cursor.execute("ROLLBACK")
    assert set(what_remains(role_of(tenant.pk))) == {"locks", "large_objects"}


def test_roles_of_contacts_are_those_of_today(tenant: Tenant) -> None:
    pk, today = customer(tenant, "ours"), tenant.local_date(timezone.now())
    before, after = today - timedelta(days=1), today + timedelta(days=1)
    with tenant_scope(tenant.pk):
        contact = Contact.objects.create(customer_id=pk, key="k", name="Kim")
        for role, first, last in (
            ("always", None, None),
            ("since today", today, None),
            ("until today", None, today),
            ("from tomorrow", after, None),
            ("until yesterday", None, before),
        ):
            ContactRole.objects.create(contact=contact, role=role, from_on=first, to_on=last)
    with as_tool(given(tenant)) as cursor:
        assert asked(cursor, "SELECT roles FROM contacts") == [("always;since today;until today",)]
