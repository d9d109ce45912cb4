"""A tenant's BI access: given, renewed and taken away, by the operator."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.actions.audit import record
from accounts.models import BiAccess, Tenant
from accounts.tenancy import tenant_scope
from config.bi.fences import lower_fences, raise_fences
from config.bi.registry import VIEWS
from config.bi.roles import (
    SCHEMA,
    ask,
    drop_role,
    end_sessions,
    make_login,
    reader,
    role_of,
    run,
    schema_of,
)
from config.bi.statements import digest, select

# On the schema; behind it the digest of the views.
MARK = "Views of Tenure for BI tools"


class NoAccess(Exception):
    """What was asked for does not fit what there is; the text says why."""


@dataclass(frozen=True)
class Given:
    access: BiAccess
    url: str


def give_access(tenant: Tenant, *, with_persons: bool) -> Given:
    """A role of the tenant alone, with its views. The URL holds its password, which is kept nowhere.

    Raises:
        NoAccess: it is given already.
        Busy: a table could not be had.
    """
    with connection.as_owner():  # type: ignore[attr-defined]
        with tenant_scope(tenant.id):
            if BiAccess.objects.exists():
                raise NoAccess(
                    f"“{tenant.slug}” has BI access already. --rotate gives a new password, --revoke "
                    "takes it away."
                )
        raise_fences()
        password = secrets.token_urlsafe(32)
        with tenant_scope(tenant.id):
            access = BiAccess.objects.create(role=role_of(tenant.id), with_persons=with_persons)
            make_login(access.role, password)
            make_views(tenant.id, with_persons=with_persons)
            record("bi_access.made", by=None, about=access, with_persons=with_persons)
    return Given(access, url_of(access.role, password))


def renew_access(tenant: Tenant, *, with_persons: bool | None) -> Given:
    """Another password, and the sessions of the former ended. ``with_persons`` None: as it was.

    Raises:
        NoAccess: there is none.
    """
    password = secrets.token_urlsafe(32)
    with connection.as_owner():  # type: ignore[attr-defined]
        with tenant_scope(tenant.id):
            _access(tenant)
        raise_fences()
        with tenant_scope(tenant.id):
            access = _access(tenant)
            if _is_of_another_database(access):
                raise NoAccess(
                    f"“{tenant.slug}” was given BI access in the database that this one is a copy "
                    "of. --revoke takes it away here, and leaves it there; then give it anew."
                )
            access.password_made_at = timezone.now()
            if with_persons is not None:
                access.with_persons = with_persons
            access.save()
            make_login(access.role, password)
            end_sessions(access.role)
            make_views(tenant.id, with_persons=access.with_persons)
            record("bi_access.renewed", by=None, about=access, with_persons=access.with_persons)
    return Given(access, url_of(access.role, password))


def revoke_access(tenant: Tenant) -> None:
    """End the role's sessions, and drop it with its views.

    Raises:
        NoAccess: there is none.
        Busy: a table could not be had.
    """
    with connection.as_owner():  # type: ignore[attr-defined]
        with tenant_scope(tenant.id):
            access = _access(tenant)
        is_ours = not _is_of_another_database(access)
        if is_ours:
            _close(access.role)
        with tenant_scope(tenant.id):
            run("DROP SCHEMA IF EXISTS {} CASCADE", schema_of(tenant.id))
            if is_ours:
                drop_role(access.role)
            record("bi_access.revoked", by=None, about=access)
            access.delete()
        if not schemas():
            lower_fences()


def make_views(tenant_id: int, *, with_persons: bool) -> None:
    """As the owner, in a transaction: the views of this release instead of any other's."""
    schema, role = schema_of(tenant_id), role_of(tenant_id)
    if schema not in {name for name, _mark in schemas()}:
        run("CREATE SCHEMA {}", schema)
    drop_views(schema)
    run("GRANT USAGE, CREATE ON SCHEMA {} TO {}", schema, reader())
    run("SET LOCAL ROLE {}", reader())
    for view in VIEWS:
        query = select(view, tenant_id, with_persons=with_persons)
        # The barrier keeps functions of the reader's choice away from rows that are filtered out.
        run("CREATE VIEW {}.{} WITH (security_barrier) AS " + _literally(query), schema, view.name)
    run("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", schema, role)
    run("RESET ROLE")
    run("REVOKE CREATE ON SCHEMA {} FROM {}", schema, reader())
    run("GRANT USAGE ON SCHEMA {} TO {}", schema, role)
    database = str(connection.settings_dict["NAME"])
    run("GRANT CONNECT ON DATABASE {} TO {}", database, role)
    run(f"ALTER ROLE {{}} IN DATABASE {{}} SET search_path = {schema}", role, database)
    run("COMMENT ON SCHEMA {} IS %s", schema, values=(f"{MARK} {digest()}",))


def drop_views(schema: str) -> None:
    found = ask(
        "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'v'",
        schema,
    )
    for (name,) in found:
        run("DROP VIEW {}.{} CASCADE", schema, name)


def schemas() -> list[tuple[str, str]]:
    """Schemas with views of ours, and the digest that these have; empty: they were dropped."""
    found = ask(
        "SELECT nspname, coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace "
        "WHERE nspname ~ '^bi_[0-9]+$' ORDER BY nspname"
    )
    return [
        (name, mark.removeprefix(MARK).strip()) for name, mark in found if mark.startswith(MARK)
    ]


def tenant_of(schema: str) -> int:
    found = SCHEMA.fullmatch(schema)
    assert found is not None
    return int(found[1])


def url_of(role: str, password: str) -> str:
    """Where a program of this machine connects to; from elsewhere the host may have another name."""
    database: dict[str, Any] = settings.DATABASES["default"] | connection.settings_dict
    host, port = str(database["HOST"] or "localhost"), str(database["PORT"] or "")
    begin = f"postgresql://{quote(role)}:{quote(password)}@"
    name = quote(str(database["NAME"]), safe="")
    if host.startswith("/"):
        return f"{begin}/{name}?{urlencode({'host': host})}"
    return f"{begin}{host}{':' + port if port else ''}/{name}"


def refresh(schema: str) -> bool:
    """As the owner: the views of one tenant as this release has them; False: nobody may read them any
    more."""
    tenant_id = tenant_of(schema)
    with tenant_scope(tenant_id):
        access = BiAccess.objects.first()
        if access is None or _is_of_another_database(access):
            return False
        make_views(tenant_id, with_persons=access.with_persons)
        run("ALTER ROLE {} LOGIN", access.role)
    return True


def set_aside(schema: str) -> None:
    """As the owner: no view and no session of the tenant's role stands in the way of a migration."""
    _close(role_of(tenant_of(schema)))
    with transaction.atomic():
        drop_views(schema)
        run("COMMENT ON SCHEMA {} IS %s", schema, values=(MARK,))


def _close(role: str) -> None:
    if ask("SELECT 1 FROM pg_roles WHERE rolname = %s", role):
        run("ALTER ROLE {} NOLOGIN", role)
        end_sessions(role)


def _is_of_another_database(access: BiAccess) -> bool:
    """The row came with a copy of that one, or this one has another name by now: the role, which is the
    whole server's, is not ours to change."""
    return access.role != role_of(access.tenant_id)


def _access(tenant: Tenant) -> BiAccess:
    found = BiAccess.objects.first()
    if found is None:
        raise NoAccess(f"“{tenant.slug}” has no BI access.")
    return found


def _literally(query: str) -> str:
    """A query among names of the database: its braces are its own."""
    return query.replace("{", "{{").replace("}", "}}")
