"""Starts what the settings say is embedded; called by every entry point before it needs it."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from config import embedded


def ensure_servers(*, migrate_when_empty: bool = False) -> None:
    """Start the embedded servers, if any are, and hold them until this process ends.

    Args:
        migrate_when_empty: also migrate an embedded database that has no tables yet.
    """
    embedded_database, embedded_redis = settings.EMBEDDED_DATABASE, settings.EMBEDDED_REDIS
    if not (embedded_database or embedded_redis):
        return
    embedded.start(settings.DATA_DIR, database=embedded_database, redis=embedded_redis)
    if migrate_when_empty and embedded_database and not _has_tables():
        call_command("migrate", verbosity=0)


def _has_tables() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL")
        return bool(cursor.fetchone()[0])
