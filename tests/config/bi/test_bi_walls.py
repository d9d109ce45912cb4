"""A tenant's BI role reads its tenant and nothing else, whatever it tries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import psycopg2
import pytest
from django.db import connection
from migrated import superuser

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from config.bi.access import revoke_access
from config.bi.registry import VIEWS
from config.bi.roles import reader, role_of, schema_of, tag
from config.bi.statements import tables_read
from tests.config.bi.bi_world import as_tool, asked, customer, given, policies

SECRET = "rival-secret"


@pytest.fixture
def rival(make_tenant: Any) -> Tenant:
    """Another tenant with BI access of its own."""
    other: Tenant = make_tenant("rival", timezone="Europe/Vienna")
    customer(other, SECRET)
    given(other)
    return other


@pytest.fixture
def tool(tenant: Tenant, rival: Tenant) -> Iterator[Any]:
    customer(tenant, "ours")
    with as_tool(given(tenant)) as cursor:
        yield cursor


def test_it_sees_the_rows_of_its_tenant(tool: Any) -> None:
    assert asked(tool, "SELECT key FROM customers") == [("ours",)]


def test_every_view_can_be_read(tool: Any) -> None:
    for view in VIEWS:
        tool.execute(f'SELECT * FROM "{view.name}"')
        assert [column.name for column in tool.description] == [c.name for c in view.columns]


def test_no_setting_opens_another_tenants_rows(tool: Any, tenant: Tenant, rival: Tenant) -> None:
    for setting in (str(rival.pk), str(tenant.pk), "", "0", "x"):
        tool.execute("SET app.tenant_id = %s", [setting])
        tool.execute("SET row_security = off")
        # PostgreSQL then rather refuses than filters.
        with suppress(psycopg2.errors.InsufficientPrivilege):
            assert asked(tool, "SELECT key FROM customers") == [("ours",)]
        tool.execute("RESET row_security")
        assert asked(tool, "SELECT key FROM customers") == [("ours",)]


def test_another_tenants_views_are_closed(tool: Any, rival: Tenant) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        tool.execute(f"SELECT * FROM {schema_of(rival.pk)}.customers")


def test_a_view_without_its_filter_would_show_no_more(
    tool: Any, tenant: Tenant, rival: Tenant
) -> None:
    """The second wall, alone: who logged in decides, and no setting."""
    schema = schema_of(tenant.pk)
    with connection.as_owner(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute(f"GRANT CREATE ON SCHEMA {schema} TO {reader()}")
        cursor.execute(f"SET ROLE {reader()}")
        cursor.execute(f"CREATE VIEW {schema}.naive AS SELECT key FROM public.accounts_customer")
        cursor.execute(f"GRANT SELECT ON {schema}.naive TO {role_of(tenant.pk)}")
        cursor.execute("RESET ROLE")
        cursor.execute(f"REVOKE CREATE ON SCHEMA {schema} FROM {reader()}")
    assert asked(tool, "SELECT key FROM naive") == [("ours",)]
    tool.execute("SET app.tenant_id = %s", [str(rival.pk)])
    assert asked(tool, "SELECT key FROM naive") == [("ours",)]


NO_REFUSAL = (psycopg2.errors.SyntaxError, psycopg2.errors.ReadOnlySqlTransaction)
REFUSED = [
    "SELECT * FROM public.accounts_customer",
    "SELECT * FROM public.accounts_tenant",
    "SELECT * FROM public.accounts_user",
    "SELECT salt FROM public.accounts_biaccess",
    "SELECT * FROM public.usage_event",
    "SELECT * FROM public.segmentation_scored",
    "SELECT * FROM public.django_migrations",
    "SELECT nextval('public.accounts_customer_id_seq')",
    "SELECT public.refresh_statistics()",
    "SET ROLE {reader}",
    "SET ROLE {rival}",
    "SET ROLE {owner}",
    "SET ROLE {application}",
    "SET SESSION AUTHORIZATION {rival}",
    "SET session_replication_role = replica",
    "ALTER ROLE {own} SUPERUSER",
    "ALTER ROLE {own} BYPASSRLS",
    "ALTER ROLE {own} CONNECTION LIMIT 100",
    "ALTER ROLE {rival} PASSWORD 'x'",
    "GRANT {reader} TO {own}",
    "CREATE ROLE another",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY (SELECT 1) TO '/tmp/out'",
    "COPY customers TO '/tmp/out'",
    "CREATE TABLE {schema}.t (i int)",
    "CREATE TABLE public.t (i int)",
    "CREATE TEMPORARY TABLE t (i int)",
    "CREATE SCHEMA other",
    "CREATE VIEW {schema}.v AS SELECT 1",
    "CREATE OR REPLACE VIEW {schema}.customers AS SELECT 1",
    "ALTER VIEW {schema}.customers SET (security_barrier = off)",
    "ALTER VIEW {schema}.customers OWNER TO {own}",
    "DROP VIEW {schema}.customers",
    "DROP SCHEMA {schema} CASCADE",
    "CREATE FUNCTION {schema}.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION pg_temp.f(text) RETURNS bool LANGUAGE plpgsql COST 0.0001 "
    "AS 'BEGIN RAISE NOTICE ''%%'', $1; RETURN true; END'",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION postgres_fdw",
    "CREATE EXTENSION file_fdw",
    "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw",
    "CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION f()",
    "CREATE PUBLICATION p FOR ALL TABLES",
    "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
    "CREATE LANGUAGE plpython3u",
    "LOAD 'x'",
    "SELECT pg_read_file('pg_hba.conf')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('pg_hba.conf')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/out')",
    "SELECT dblink('dbname=tenure', 'SELECT 1')",
    "SELECT pg_reload_conf()",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{application}'",
    "SELECT * FROM pg_authid",
    "SELECT * FROM pg_statistic",
    "SELECT * FROM pg_user_mapping",
    "ALTER SYSTEM SET work_mem = '1GB'",
    "ALTER DATABASE {database} SET work_mem = '1GB'",
    "VACUUM FULL public.accounts_customer",
    "TRUNCATE public.accounts_customer",
    "LOCK TABLE public.accounts_customer IN ACCESS SHARE MODE",
    "INSERT INTO customers (key) VALUES ('x')",
    "UPDATE customers SET key = 'x'",
    "DELETE FROM customers",
    "COMMENT ON SCHEMA {schema} IS 'x'",
    "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO PUBLIC",
]  # fmt: skip


def test_everything_else_is_refused(tool: Any, tenant: Tenant, rival: Tenant) -> None:
    names = {
        "reader": reader(),
        "rival": role_of(rival.pk),
        "own": role_of(tenant.pk),
        "owner": "tenure_owner",
        "application": connection.settings_dict["USER"],
        "schema": schema_of(tenant.pk),
        "database": connection.settings_dict["NAME"],
    }
    # Read-only is a habit that it may change.
    tool.execute("SET default_transaction_read_only = off")
    let_through = []
    for statement in REFUSED:
        try:
            asked(tool, statement.format(**names))
        except NO_REFUSAL as error:
            let_through.append((statement, str(error)))
        except psycopg2.Error:
            continue
        else:
            let_through.append((statement, "done"))
    assert let_through == []
    with tenant_scope(tenant.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_customer")
        assert cursor.fetchone() == (1,)


LEAKY = [
    "SELECT * FROM customers WHERE 1 / (CASE WHEN key = 'rival-secret' THEN 0 ELSE 1 END) = 1",
    "SELECT * FROM customers WHERE key::int > 0",
    "SELECT * FROM contacts WHERE customer::xml IS NOT NULL",
    "SELECT * FROM usage_events WHERE event::int > 0",
    "SELECT query_to_xml('SELECT * FROM customers WHERE key::int > 0', true, true, '')",
]


def test_no_predicate_tells_of_rows_that_are_filtered_out(tool: Any) -> None:
    told = []
    for query in LEAKY:
        try:
            asked(tool, query)
        except psycopg2.Error as error:
            told.append(str(error))
    assert not any(SECRET in words or "division" in words for words in told), told


def test_blocks_of_code_and_cursors_see_no_more(tool: Any, rival: Tenant) -> None:
    tool.execute(
        "DO $$ DECLARE found text; BEGIN SELECT string_agg(key, ',') INTO found FROM customers "
        "WHERE set_config('app.tenant_id', '" + str(rival.pk) + "', false) IS NOT NULL; "
        "RAISE NOTICE '%', found; END $$"
    )
    assert not any(SECRET in notice for notice in tool.connection.notices)
    tool.execute("BEGIN")
    tool.execute("DECLARE held SCROLL CURSOR WITH HOLD FOR SELECT key FROM customers")
    tool.execute("SET app.tenant_id = %s", [str(rival.pk)])
    assert asked(tool, "FETCH ALL FROM held") == [("ours",)]
    tool.execute("COMMIT")


def test_the_catalogue_tells_no_tenants_name_and_no_value(
    tool: Any, tenant: Tenant, rival: Tenant
) -> None:
    with connection.as_owner(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("ANALYZE")
    assert asked(tool, "SELECT * FROM pg_stats WHERE schemaname = 'public'") == []
    for catalogue in (
        "pg_views", "pg_roles", "pg_namespace", "pg_description", "pg_db_role_setting", "pg_policies",
        "pg_shdescription", "pg_settings", "pg_stat_activity", "pg_class", "pg_proc",
    ):  # fmt: skip
        told = str(asked(tool, f"SELECT * FROM {catalogue}"))
        for word in (rival.slug, SECRET, rival.timezone, "rival"):
            assert word not in told, (catalogue, word)
        assert not re.search(r"salt'", told) or catalogue == "pg_views"


def test_a_role_of_one_database_opens_no_other(tool: Any) -> None:
    """Other databases of the server let nobody read by themselves."""
    dsn = tool.connection.get_dsn_parameters()
    assert asked(
        tool, "SELECT has_database_privilege(current_database(), 'CREATE, TEMPORARY')"
    ) == [(False,)]
    assert "password" not in dsn


def test_its_habits_are_careful(tool: Any) -> None:
    for name, value in (
        ("default_transaction_read_only", "on"),
        ("statement_timeout", "10min"),
        ("idle_in_transaction_session_timeout", "5min"),
    ):
        assert asked(tool, f"SHOW {name}") == [(value,)]
    assert asked(
        tool,
        "SELECT rolconnlimit, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolreplication, "
        "rolbypassrls FROM pg_roles WHERE rolname = current_user",
    ) == [(10, False, False, False, False, False, False)]


def test_the_reader_cannot_log_in_and_reads_only_what_views_read(tool: Any) -> None:
    with superuser(str(connection.settings_dict["NAME"])) as cursor:
        assert asked(cursor, "SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", reader()) == [
            (False,)
        ]
        readable = asked(
            cursor,
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p', 'v') AND has_table_privilege(%s, oid, 'SELECT')",
            reader(),
        )
        writable = asked(
            cursor,
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p', 'v') "
            "AND has_table_privilege(%s, oid, 'INSERT, UPDATE, DELETE, TRUNCATE')",
            reader(),
        )
    assert sorted(name for (name,) in readable) == tables_read()
    assert writable == []


def test_the_program_itself_sees_what_it_saw(tenant: Tenant, rival: Tenant) -> None:
    given(tenant)
    customer(tenant, "ours")
    with tenant_scope(tenant.pk), connection.cursor() as cursor:
        cursor.execute("SELECT key FROM accounts_customer")
        assert cursor.fetchall() == [("ours",)]
    with connection.cursor() as cursor, pytest.raises(Exception, match=r"app\.tenant_id|bigint"):
        cursor.execute("SELECT key FROM accounts_customer")


def test_what_was_given_is_taken_away_without_a_trace(tenant: Tenant, rival: Tenant) -> None:
    revoke_access(rival)
    before = policies()
    given(tenant)
    assert policies() != before
    revoke_access(tenant)
    assert policies() == before
    with superuser(str(connection.settings_dict["NAME"])) as cursor:
        # Other databases of the server have roles of their own.
        ours = "SELECT rolname FROM pg_roles WHERE starts_with(rolname, %s)"
        assert asked(cursor, ours, f"tenure_bi_{tag()}_") == []
        assert asked(cursor, "SELECT nspname FROM pg_namespace WHERE nspname ~ '^bi_'") == []
