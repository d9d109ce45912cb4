"""The record beside the write."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from django.db import models

from accounts.models import AuditRecord, User

# The program through which something is done, by the name of its token; empty: none.
program: ContextVar[str] = ContextVar("program", default="")


def record(
    verb: str,
    *,
    by: User | None,
    about: models.Model | None = None,
    label: str = "",
    **data: Any,
) -> AuditRecord:
    """Say that ``by`` (None: the platform) did ``verb``, in the transaction of the change. What a
    program did with its token says so.

    Args:
        verb: noun and past participle, e.g. ``team.created``.
        about: the object concerned; its table, id and text are kept.
        label: words for the object where there is no row or its text does not say enough.
        data: JSON-serialisable details; no secrets.
    """
    through = program.get()
    if through and by is not None:
        data["program"] = through
    return AuditRecord.objects.create(
        actor=by,
        actor_label=by.email if by else through,
        verb=verb,
        object_type=about._meta.label_lower if about is not None else "",
        object_id=about.pk if about is not None and isinstance(about.pk, int) else None,
        object_label=(label or (str(about) if about is not None else ""))[:300],
        data=data,
    )
