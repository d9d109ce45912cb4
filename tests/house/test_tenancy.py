"""The laws of tenancy: every table is a tenant's own or on a short list, and PostgreSQL refuses."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.utils import DatabaseError

from accounts.models import Customer, Module
from accounts.tenancy import (
    NoTenantScope,
    TenantForeignKey,
    TenantManager,
    TenantModel,
    WrongTenantScope,
    current_tenant_id,
    tenant_scope,
)
from accounts.tenancy.operations import POLICY

# Tables that exist before a tenant is known. Each is a decision.
GLOBAL_MODELS = {
    "account.EmailAddress",  # allauth: a person's addresses
    "account.EmailConfirmation",
    "accounts.DirectoryEntry",  # lists a person's tenants, grants nothing
    "accounts.Tenant",
    "accounts.User",
    "auth.Group",  # Django's own, unused
    "auth.Permission",
    "contenttypes.ContentType",
    "mfa.Authenticator",  # allauth: a person's second factors
    "sessions.Session",
}
EVERY_TENANT_MODEL = [model for model in apps.get_models() if issubclass(model, TenantModel)]
TENANT_MODELS = [model for model in EVERY_TENANT_MODEL if model._meta.managed]
VIEWS = [model._meta.db_table for model in EVERY_TENANT_MODEL if not model._meta.managed]
TENANT_TABLES = [model._meta.db_table for model in TENANT_MODELS]
each_model = pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model._meta.label)
each_table = pytest.mark.parametrize("table", TENANT_TABLES)


def rows(sql: str, *parameters: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def test_every_model_is_a_tenants_own_or_on_the_list() -> None:
    others = {model._meta.label for model in apps.get_models()} - {
        model._meta.label for model in EVERY_TENANT_MODEL
    }
    assert others - {label for label in others if label.startswith("auth.Group_")} == GLOBAL_MODELS


@each_model
def test_model_declares_its_tenancy(model: type[TenantModel]) -> None:
    assert isinstance(model._meta.base_manager, TenantManager)
    assert isinstance(model._meta.default_manager, TenantManager)
    assert not model._meta.local_many_to_many, "a hidden table would have no tenant"
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey):
            within_tenant = issubclass(field.remote_field.model, TenantModel)
            assert isinstance(field, TenantForeignKey) == within_tenant, field
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint):
            assert constraint.fields[0] == "tenant_id", constraint.name


@each_table
def test_table_has_forced_row_level_security_and_one_policy(db: None, table: str) -> None:
    assert rows(
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", table
    ) == [(True, True)]
    policies = rows(
        "SELECT policyname, permissive, cmd, qual, with_check FROM pg_policies WHERE tablename = %s",
        table,
    )
    condition = "(tenant_id = (current_setting('app.tenant_id'::text))::bigint)"
    assert policies == [(POLICY, "PERMISSIVE", "ALL", condition, condition)]


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_reads_as_whoever_asks_and_is_not_written(db: None, view: str) -> None:
    """Else it would read as its owner, past the policies of its tables."""
    assert rows("SELECT reloptions FROM pg_class WHERE oid = %s::regclass", view) == [
        (["security_invoker=true"],)
    ]
    ((reads, writes),) = rows(
        "SELECT has_table_privilege(%s, 'SELECT'), has_table_privilege(%s, 'INSERT, UPDATE, DELETE')",
        view,
        view,
    )
    assert (reads, writes) == (True, False)


@each_table
def test_keys_start_with_the_tenant(db: None, table: str) -> None:
    """In the database tenant_id is first in every primary key, unique constraint and foreign key
    that stays within tenants."""
    found = rows(
        """
        SELECT con.conname, con.contype,
               (SELECT attname FROM pg_attribute
                 WHERE attrelid = con.conrelid AND attnum = con.conkey[1]),
               con.confrelid::regclass::text
          FROM pg_constraint con
         WHERE con.conrelid = %s::regclass AND con.contype IN ('p', 'u', 'f')
        """,
        table,
    )
    assert any(kind == "p" for _, kind, _, _ in found)
    for name, kind, first, target in found:
        if kind == "f" and target not in TENANT_TABLES:
            continue
        assert first == "tenant_id", name
    for name, first in rows(
        """
        SELECT i.relname, a.attname FROM pg_index x
          JOIN pg_class i ON i.oid = x.indexrelid
          JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
         WHERE x.indrelid = %s::regclass AND x.indisunique
        """,
        table,
    ):
        assert first == "tenant_id", name


@each_model
def test_references_within_a_tenant_are_composite_in_the_database(
    db: None, model: type[TenantModel]
) -> None:
    for field in model._meta.local_fields:
        if not isinstance(field, TenantForeignKey):
            continue
        found = rows(
            """
            SELECT pg_get_constraintdef(oid) FROM pg_constraint
             WHERE conrelid = %s::regclass AND contype = 'f' AND confrelid = %s::regclass
            """,
            model._meta.db_table,
            field.remote_field.model._meta.db_table,
        )
        assert any(
            definition.startswith(f"FOREIGN KEY (tenant_id, {field.column})")
            and "(tenant_id, id)" in definition
            and "SET NULL" not in definition
            for (definition,) in found
        ), field


@each_table
def test_without_a_tenant_the_table_cannot_be_read_or_written(db: None, table: str) -> None:
    for statement in (
        f"SELECT count(*) FROM {table}",
        f"INSERT INTO {table} DEFAULT VALUES",
    ):
        with pytest.raises(DatabaseError, match=r"app\.tenant_id|bigint"), transaction.atomic():
            rows(statement)


def test_with_one_tenant_set_another_is_neither_seen_nor_changed(make_tenant) -> None:  # type: ignore[no-untyped-def]
    ours, theirs = make_tenant("ours"), make_tenant("theirs")
    with tenant_scope(theirs.id):
        Customer.objects.create(key="secret", name="Secret")
    with tenant_scope(ours.id):
        assert rows("SELECT count(*) FROM accounts_customer") == [(0,)]
        with connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_customer SET name = 'x'")
            assert cursor.rowcount == 0
            cursor.execute("DELETE FROM accounts_customer")
            assert cursor.rowcount == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            rows(
                "INSERT INTO accounts_module (tenant_id, key, name, known_from) "
                "VALUES (%s, 'x', 'x', now()) RETURNING id",
                theirs.id,
            )
    with tenant_scope(theirs.id):
        assert Customer.objects.get().name == "Secret"


def test_a_reference_into_another_tenant_is_refused(make_tenant) -> None:  # type: ignore[no-untyped-def]
    ours, theirs = make_tenant("ours"), make_tenant("theirs")
    with tenant_scope(theirs.id):
        stranger = Customer.objects.create(key="secret", name="Secret")

    def refer_to_stranger() -> None:
        Customer.objects.create(key="child", name="Child", parent_id=stranger.id)
        rows("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(DatabaseError, match="foreign key"), tenant_scope(ours.id):
        refer_to_stranger()


def test_outside_a_scope_python_refuses_too(tenant) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NoTenantScope):
        Customer.objects.count()
    with pytest.raises(NoTenantScope):
        current_tenant_id()


def test_scopes_of_one_tenant_nest_and_of_two_do_not(make_tenant) -> None:  # type: ignore[no-untyped-def]
    ours, theirs = make_tenant("ours"), make_tenant("theirs")
    with tenant_scope(ours.id):
        with tenant_scope(ours.id):
            Module.objects.create(key="m", name="M")
        with pytest.raises(WrongTenantScope), tenant_scope(theirs.id):
            pass
        assert Module.objects.count() == 1
    with tenant_scope(theirs.id):
        assert Module.objects.count() == 0


def test_every_query_names_its_tenant(scope) -> None:  # type: ignore[no-untyped-def]
    literal = f'"tenant_id" = {scope.id}'
    assert literal in str(Customer.objects.all().query)
    customer = Customer.objects.create(key="c", name="C")
    assert literal in str(customer.subsidiaries.all().query)


def test_the_applications_role_owns_and_bypasses_nothing(db: None) -> None:
    assert rows(
        "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole "
        "FROM pg_roles WHERE rolname = current_user"
    ) == [(False, False, False, False)]
    assert rows("SELECT current_user") == [(settings.DATABASES["default"]["USER"],)]
    assert (
        rows(
            "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p', 'S', 'v') "
            "AND pg_has_role(current_user, relowner, 'MEMBER')"
        )
        == []
    )


def test_rights_are_named_one_by_one(db: None) -> None:
    """No TRUNCATE, which ignores row-level security; no partition, which its parent's policy does
    not cover; append-only tables cannot be changed."""
    rights = rows(
        "SELECT table_name, privilege_type FROM information_schema.role_table_grants "
        "WHERE grantee = current_user AND table_schema = 'public'"
    )
    assert {right for _, right in rights} == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    partitions = {name for (name,) in rows("SELECT relname FROM pg_class WHERE relispartition")}
    granted = {table for table, _ in rights}
    assert partitions
    assert not partitions & granted
    append_only = {
        model._meta.db_table for model in TENANT_MODELS if getattr(model, "append_only", False)
    }
    assert append_only
    for table in append_only:
        assert {right for name, right in rights if name == table} == {"SELECT", "INSERT"}
