"""Telling other programs of work that was opened and closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from accounts.actions.webhooks import emit_selected
from accounts.models import Customer
from service.models import Cta, Play

OPENED, CLOSED, REOPENED = "cta.opened", "cta.closed", "cta.reopened"

# What is asked for in one go stands behind WHERE.
_CTAS = f"""
SELECT jsonb_build_object(
           'cta', w.id, 'customer', c.key, 'play', nullif(p.key, ''), 'state', w.state,
           'opened_on', w.opened_on, 'due_on', w.due_on, 'value_at_stake', w.value_at_stake::text
       ) AS data
FROM {Cta._meta.db_table} w
JOIN {Customer._meta.db_table} c ON c.tenant_id = w.tenant_id AND c.id = w.customer_id
LEFT JOIN {Play._meta.db_table} p ON p.tenant_id = w.tenant_id AND p.id = w.play_id
WHERE w.tenant_id = %(tenant)s AND """  # noqa: S608


def tell_ctas(kind: str, ctas: Iterable[int]) -> None:
    """``kind``: OPENED, CLOSED or REOPENED; one statement, however many there are."""
    wanted = list(ctas)
    if wanted:
        emit_selected(kind, f"{_CTAS} w.id = ANY(%(ctas)s) ORDER BY w.id", {"ctas": wanted})


def tell_run(now: datetime) -> None:
    """What a run of plays at this moment opened and closed."""
    emit_selected(
        OPENED,
        f"{_CTAS} w.created_at = %(moment)s AND w.play_id IS NOT NULL ORDER BY w.id",
        {"moment": now},
    )
    tell_closed(now)


def tell_closed(now: datetime) -> None:
    """What was closed at this moment."""
    emit_selected(
        CLOSED,
        f"{_CTAS} w.state <> 'open' AND w.closed_at = %(moment)s ORDER BY w.id",
        {"moment": now},
    )
