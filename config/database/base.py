"""Django's PostgreSQL backend, with the two roles of the house.

The application's role is what a connection normally is; it owns nothing and row-level security
binds it. ``as_owner()`` lends the connection to the owner for migrations and, in tests, for making,
flushing and dropping the test database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.postgresql import base, creation, features, operations

ROLE_KEYS = ("USER", "PASSWORD", "HOST", "PORT")
WHAT_THE_ROLE_MAY = """
    SELECT r.rolname, r.rolsuper, r.rolbypassrls,
           EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                    WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
                      AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
      FROM pg_roles r WHERE r.rolname = current_user
"""
SESSIONS_LEFT = """
    SELECT pid, state, left(query, 200) FROM pg_stat_activity
     WHERE datname = %s AND usename = current_user
"""


class DatabaseCreation(creation.DatabaseCreation):
    """Test databases are made and dropped by the owner."""

    connection: Any
    _nodb_cursor: Any

    def _create_test_db(self, *args: Any, **kwargs: Any) -> Any:
        with self.connection.as_owner():
            return super()._create_test_db(*args, **kwargs)  # type: ignore[misc]

    def _destroy_test_db(self, test_database_name: str, verbosity: int) -> None:
        self._end_sessions(test_database_name)
        with self.connection.as_owner():
            super()._destroy_test_db(test_database_name, verbosity)  # type: ignore[misc]

    def _end_sessions(self, test_database_name: str) -> None:
        """A process or thread that a test has left behind must not keep the database. What it was
        doing is told, so that it can be ended where it was begun."""
        with self._nodb_cursor() as cursor:
            # As the application's role: that is whose sessions they are, and so it may end them.
            cursor.execute(SESSIONS_LEFT, [test_database_name])
            for pid, state, query in cursor.fetchall():
                self.log(f"{test_database_name} was still in use ({state}): {query}")
                cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


class DatabaseFeatures(features.DatabaseFeatures):
    # The primary key of a tenant's table is (tenant_id, id): to PostgreSQL, ``id`` alone does not
    # determine the row's other columns.
    allows_group_by_selected_pks = False


class DatabaseOperations(operations.DatabaseOperations):
    """Flushing truncates, which the application's role may not."""

    connection: Any

    def execute_sql_flush(self, sql_list: Iterable[str]) -> None:
        with self.connection.as_owner():
            super().execute_sql_flush(sql_list)


class DatabaseWrapper(base.DatabaseWrapper):
    creation_class = DatabaseCreation
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    _is_owner = False
    _checked_roles: set[tuple[str, str]] = set()

    @contextmanager
    def as_owner(self) -> Iterator[None]:
        """Reconnect as the owner for the length of the block.

        Raises:
            ImproperlyConfigured: DATABASE_OWNER_URL is missing.
        """
        if self._is_owner:
            yield
            return
        owner = settings.DATABASE_OWNER
        if owner is None:
            raise ImproperlyConfigured(
                "DATABASE_OWNER_URL is not set. It names the role that owns the tables and migrates; "
                "DATABASE_URL names the application's role, which must own nothing."
            )
        self.close()
        application = {key: self.settings_dict[key] for key in ROLE_KEYS}
        self.settings_dict.update({key: owner[key] for key in ROLE_KEYS})
        self._is_owner = True
        try:
            yield
        finally:
            self.close()
            self.settings_dict.update(application)
            self._is_owner = False

    def init_connection_state(self) -> None:
        super().init_connection_state()
        if self._is_owner:
            return
        identity = (self.settings_dict["USER"], str(self.settings_dict["NAME"]))
        if identity not in self._checked_roles:
            self._refuse_powerful_role()
            self._checked_roles.add(identity)

    def _refuse_powerful_role(self) -> None:
        """Row-level security does not bind these, so Tenure does not run as one of them."""
        with self.connection.cursor() as cursor:
            cursor.execute(WHAT_THE_ROLE_MAY)
            role, is_superuser, bypasses, owns = cursor.fetchone()
        if not self.connection.autocommit:
            self.connection.rollback()
        faults = [
            text
            for fault, text in (
                (is_superuser, "is a superuser"),
                (bypasses, "may bypass row-level security (BYPASSRLS)"),
                (owns and not is_superuser, "owns tables, or is a member of a role that does"),
            )
            if fault
        ]
        if faults:
            raise ImproperlyConfigured(
                f"DATABASE_URL names the role “{role}”, which {' and '.join(faults)}. Tenants would "
                "not be kept apart. Name a plain role there (migrate creates it) and the owner in "
                "DATABASE_OWNER_URL."
            )
