"""Having a worker look at a tenant's load sources. By name, since actions know no tasks."""

from __future__ import annotations

from functools import partial

from celery import current_app
from django.core.cache import cache
from django.db import transaction

WAKE_SECONDS = 60


def wake_fetching(tenant_id: int) -> None:
    """Have a worker look; one call waits in the broker for each tenant."""
    if cache.add(_woken(tenant_id), "1", timeout=WAKE_SECONDS):
        current_app.send_task("accounts.tasks.fetch_loads", args=[tenant_id])


def wake_fetching_later(tenant_id: int) -> None:
    """The same once the open transaction is done."""
    # Robust: what the broker does not take now, the sweeper finds.
    transaction.on_commit(partial(wake_fetching, tenant_id), robust=True)


def fetching_woke(tenant_id: int) -> None:
    """A worker begins to look: what happens from now on wakes one again."""
    cache.delete(_woken(tenant_id))


def _woken(tenant_id: int) -> str:
    return f"load-sources-woken:{tenant_id}"
