"""Writing down what other programs are told, with what happened: both are there, or neither."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from celery import current_app
from django.core.cache import cache
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone

from accounts.letter_texts import is_silent
from accounts.models import Customer, WebhookDelivery, WebhookEndpoint, WebhookEvent
from accounts.tenancy import current_tenant_id
from accounts.webhook_kinds import webhook_kinds

WAKE_SECONDS = 60

# One statement, whatever is told and to however many; where nobody wants it, `told` is not computed.
_EMIT = f"""
WITH wanting AS MATERIALIZED (
    SELECT id FROM {WebhookEndpoint._meta.db_table}
    WHERE tenant_id = %(tenant)s AND is_active AND kinds @> ARRAY[%(kind)s]::varchar[]
), made AS (
    INSERT INTO {WebhookEvent._meta.db_table} (uid, kind, data, happened_at)
    SELECT gen_random_uuid(), %(kind)s, told.data, %(at)s
    FROM ({{told}}) AS told
    WHERE EXISTS (SELECT 1 FROM wanting)
    RETURNING id
)
INSERT INTO {WebhookDelivery._meta.db_table}
    (event_id, endpoint_id, state, attempts, next_at, trouble)
SELECT made.id, wanting.id, 'waiting', 0, %(now)s, '' FROM made CROSS JOIN wanting
ORDER BY made.id, wanting.id
"""  # noqa: S608


# Of what Python gives, customers are named by their keys here: nobody reads them if nobody listens.
_GIVEN = f"""
SELECT CASE WHEN one ? 'customer_id'
            THEN one - 'customer_id' || jsonb_build_object('customer', c.key) ELSE one END AS data
FROM jsonb_array_elements(%(rows)s::jsonb) WITH ORDINALITY AS given (one, place)
LEFT JOIN {Customer._meta.db_table} c
       ON c.tenant_id = %(tenant)s AND c.id = (one ->> 'customer_id')::bigint
ORDER BY place
"""  # noqa: S608


def emit(kind: str, data: Mapping[str, Any], *, at: datetime | None = None) -> int:
    """Tell the endpoints that want it what happened, in the caller's transaction; returns how many
    deliveries were written.

    Args:
        kind: a key of ``webhook_kinds``.
        data: as the kind's example: keys and the few values one acts on, no personal data. Instead
            of ``customer``, ``customer_id`` may be given (None: of no customer).
        at: when it happened; None: now.

    Raises:
        KeyError: nobody registered the kind.
    """
    return emit_all(kind, [data], at=at)


def emit_all(kind: str, rows: Sequence[Mapping[str, Any]], *, at: datetime | None = None) -> int:
    """The same of several things at once: an event each, in one statement."""
    if not rows:
        return 0
    given = json.dumps(list(rows), cls=DjangoJSONEncoder)
    return emit_selected(kind, _GIVEN, {"rows": given}, at=at)


def emit_selected(
    kind: str, sql: str, parameters: Mapping[str, Any], *, at: datetime | None = None
) -> int:
    """The same of what a SELECT finds.

    Args:
        sql: gives one column, ``data`` (jsonb), a row per event; places are named, ``%(tenant)s`` is
            the tenant in scope.
    """
    webhook_kinds[kind]
    if is_silent():
        return 0
    tenant_id = current_tenant_id()
    now = timezone.now()
    values = {**parameters, "tenant": tenant_id, "kind": kind, "at": at or now, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(_EMIT.format(told=sql), values)
        count = int(cursor.rowcount)
    if count and tenant_id is not None:
        wake_later(tenant_id)
    return count


def wake_later(tenant_id: int) -> None:
    """Have a worker send what waits once the open transaction is done."""
    # Robust: what the broker does not take now, the sweeper finds.
    transaction.on_commit(partial(wake_webhooks, tenant_id), robust=True)


def wake_webhooks(tenant_id: int) -> None:
    """Have a worker send what waits. By name, since actions know no tasks; one call waits in the
    broker for each tenant, however much is to be sent."""
    if cache.add(_woken(tenant_id), "1", timeout=WAKE_SECONDS):
        current_app.send_task("accounts.tasks.send_webhooks", args=[tenant_id])


def webhooks_woke(tenant_id: int) -> None:
    """A worker begins to look: what happens from now on wakes one again."""
    cache.delete(_woken(tenant_id))


def _woken(tenant_id: int) -> str:
    return f"webhooks-woken:{tenant_id}"
