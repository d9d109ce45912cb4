"""The views give way to migrations: dropped before, made again after, brought up to each release."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DatabaseError, connections
from django.db.models.signals import post_migrate, pre_migrate

from config.bi.access import refresh, schemas, set_aside
from config.bi.fences import Busy, raise_fences
from config.bi.roles import ask
from config.bi.statements import digest

logger = logging.getLogger(__name__)


def follow_migrations(sender: Any) -> None:
    """``sender``: an app with models; only of these Django says that it migrates."""
    pre_migrate.connect(before_migrating, sender=sender, dispatch_uid="bi_before")
    post_migrate.connect(after_migrating, sender=sender, dispatch_uid="bi_after")


def before_migrating(using: str, plan: list[Any], **kwargs: Any) -> None:
    if not plan or not _is_owner(using):
        return
    for schema, mark in schemas():
        if mark:
            set_aside(schema)


def after_migrating(using: str, **kwargs: Any) -> None:
    if not _is_owner(using):
        return
    there = schemas()
    if not there or not _has_accesses():
        return
    now = digest()
    try:
        # Also where a migration has made a policy anew, or the program has another role now.
        raise_fences()
    except (DatabaseError, Busy):
        logger.exception("bi_views_not_made")
        return
    for schema in (name for name, mark in there if mark != now):
        try:
            refresh(schema)
        except DatabaseError:
            # The program is upgraded all the same; the tenant's BI role stays locked out.
            logger.exception("bi_views_not_made", extra={"schema": schema})


def _is_owner(using: str) -> bool:
    """Emptying a test database says that it migrated, too, as the application's role."""
    return bool(getattr(connections[using], "_is_owner", False))


def _has_accesses() -> bool:
    """Not yet, where migrations were taken back."""
    ((there,),) = ask("SELECT to_regclass('public.accounts_biaccess') IS NOT NULL")
    return bool(there)
