"""A copy of a database beside the original, on the same server: roles are the whole server's."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from migrated import superuser

from accounts.management.tenant_command import Refused
from accounts.models import BiAccess, Tenant
from accounts.tenancy import tenant_scope
from config.bi import fences, roles
from config.bi.access import refresh, revoke_access, schemas
from config.bi.roles import reader, role_of, schema_of
from tests.config.bi.bi_world import as_tool, asked, customer, given

ORIGINAL = "0r1g1na1"


@pytest.fixture
def becomes_a_copy(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """What was given before was given in the original; from now on this is the copy."""
    own = roles.tag()

    def named(tag: str) -> None:
        for module in (roles, fences):
            monkeypatch.setattr(module, "tag", lambda: tag)

    named(ORIGINAL)
    return lambda: named(own)


def drop(*names: str) -> None:
    """Nothing of the copy knows them any more; what the original keeps is kept here."""
    with superuser(str(connection.settings_dict["NAME"])) as cursor:
        for name in names:
            cursor.execute(f"DROP OWNED BY {name} CASCADE")
            cursor.execute(f"DROP ROLE {name}")


def test_a_copy_leaves_the_originals_role_alone(
    tenant: Tenant, becomes_a_copy: Callable[[], None]
) -> None:
    url, role, readers = given(tenant), role_of(tenant.pk), reader()
    becomes_a_copy()
    try:
        with as_tool(url) as cursor:
            with pytest.raises(Refused, match="copy"):
                given(tenant, "--rotate")
            with connection.as_owner():  # type: ignore[attr-defined]
                assert refresh(schema_of(tenant.pk)) is False
            revoke_access(tenant)
            assert asked(cursor, "SELECT current_user::text") == [(role,)]
        # The password is what it was, and it may log in.
        with as_tool(url):
            pass
        assert schemas() == []
        with tenant_scope(tenant.pk):
            assert not BiAccess.objects.exists()
    finally:
        drop(role, readers)


def test_what_a_copy_gives_shows_rows_while_others_are_still_the_originals(
    tenant: Tenant, make_tenant: Callable[..., Tenant], becomes_a_copy: Callable[[], None]
) -> None:
    other = make_tenant("rival", timezone="Europe/Vienna")
    customer(tenant, "ours")
    given(other)
    given(tenant)
    left = [role_of(tenant.pk), role_of(other.pk), reader()]
    becomes_a_copy()
    try:
        revoke_access(tenant)
        with as_tool(given(tenant)) as cursor:
            assert asked(cursor, "SELECT key FROM customers") == [("ours",)]
    finally:
        for one in (tenant, other):
            revoke_access(one)
        drop(*left)
