"""The scope of one tenant: a transaction with ``app.tenant_id`` set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

_current: ContextVar[int | None] = ContextVar("tenant_id", default=None)


class TenancyError(RuntimeError):
    """Code asked for tenant data in a way that the house does not allow."""


class NoTenantScope(TenancyError):
    """A tenant's rows were asked for outside every scope."""


class WrongTenantScope(TenancyError):
    """A scope of one tenant was opened inside that of another."""


def current_tenant_id() -> int:
    """The tenant whose scope is open.

    Raises:
        NoTenantScope: none is.
    """
    tenant_id = _current.get()
    if tenant_id is None:
        raise NoTenantScope("No tenant: open `with tenant_scope(tenant_id):` around this query.")
    return tenant_id


@contextmanager
def tenant_scope(tenant_id: int) -> Iterator[None]:
    """One transaction in which the rows of one tenant, and of no other, exist.

    Scopes of the same tenant nest (the inner one is a savepoint). The setting is local to the
    transaction; where an outer transaction goes on after the scope, as in tests, it is taken back,
    because SET LOCAL inside a savepoint survives the savepoint's release.

    Raises:
        WrongTenantScope: a scope of another tenant is open.
    """
    tenant_id = int(tenant_id)
    outer = _current.get()
    if outer is not None and outer != tenant_id:
        raise WrongTenantScope(
            f"Tenant {outer}'s scope is open; {tenant_id}'s cannot be opened in it."
        )
    with transaction.atomic():
        if outer is None:
            _set(str(tenant_id))
        token = _current.set(tenant_id)
        try:
            yield
        finally:
            _current.reset(token)
    if outer is None and connection.in_atomic_block and not connection.needs_rollback:
        _set("")


def _set(value: str) -> None:
    # A statement of its own: set_config() in a SELECT does not propagate on Citus.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = %s", [value])
