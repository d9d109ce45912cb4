"""Figures over every customer of a tenant, remembered until the facts behind them change.

Only for what depends on nobody's role or team. Redis may forget at any moment; then it is computed
again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Max

from accounts.models import Load
from accounts.tenancy import current_tenant_id
from segmentation.models import Night

Figures = TypeVar("Figures")

OF_A_NIGHT_SECONDS = 26 * 60 * 60
LISTED_SECONDS = 5 * 60


def of_night(name: str, night: Night | None, compute: Callable[[], Figures]) -> Figures:
    """What ``compute`` gives, once per stored result of a night."""
    if night is None:
        return compute()
    return remembered(f"{name}:{night.pk}:{night.digest[:16]}", OF_A_NIGHT_SECONDS, compute)


def remembered(name: str, seconds: int, compute: Callable[[], Figures]) -> Figures:
    """What ``compute`` gave for this name and tenant in the last ``seconds``."""
    # Two installations may share a Redis, and tests one between databases.
    database = str(connection.settings_dict["NAME"])
    told = hashlib.sha256(f"{database}:{name}".encode()).hexdigest()
    key = f"figures:{current_tenant_id()}:{told}"
    found = cache.get(key)
    if found is None:
        found = (compute(),)
        cache.set(key, found, seconds)
    figures: Figures = found[0]
    return figures


def loads_seen() -> str:
    """Changes whenever a load is done or undone."""
    seen = Load.objects.aggregate(
        count=Count("pk"), done=Max("finished_at"), undone=Max("undone_at")
    )
    return "-".join(str(value) for value in seen.values())
