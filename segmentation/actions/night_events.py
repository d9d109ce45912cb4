"""Telling other programs of a night that was stored, and of what moved in it."""

from __future__ import annotations

from accounts.actions.webhooks import emit, emit_selected
from accounts.models import Customer
from accounts.planning import planning
from segmentation.models import Move, Night

# One message per customer would be thousands a night, and each a request to somebody's server.
MOVES_AT_ONCE = 100

_MOVES = f"""
SELECT jsonb_build_object(
           'night', %(night)s::text, 'restated', %(restated)s::boolean,
           'part', part, 'parts', (total - 1) / %(most)s + 1,
           'moves', jsonb_agg(jsonb_build_object(
               'customer', key, 'kind', kind, 'from', nullif(from_value, ''),
               'to', nullif(to_value, ''), 'cause', cause
           ) ORDER BY place)
       ) AS data
FROM (
    SELECT placed.*, (place - 1) / %(most)s + 1 AS part FROM (
        SELECT c.key, m.kind, m.from_value, m.to_value, m.cause, count(*) OVER () AS total,
               row_number() OVER (ORDER BY c.key COLLATE "C", m.kind) AS place
        FROM {Move._meta.db_table} m
        JOIN {Customer._meta.db_table} c ON c.tenant_id = m.tenant_id AND c.id = m.customer_id
        WHERE m.tenant_id = %(tenant)s AND m.night_id = %(night_id)s
    ) placed
) found
GROUP BY part, total ORDER BY part
"""  # noqa: S608


def tell_night(night: Night, *, is_restated: bool) -> None:
    """In the transaction that stores it; as many statements, however much moved."""
    # The moves were written a moment ago: nobody has counted them yet.
    with planning():
        emit_selected(
            "customers.moved",
            _MOVES,
            {
                "night": night.as_of.isoformat(),
                "night_id": night.pk,
                "restated": is_restated,
                "most": MOVES_AT_ONCE,
            },
        )
    emit(
        "night.finished",
        {
            "night": night.as_of.isoformat(),
            "restated": is_restated,
            "customers": night.customers,
            "scored": night.scored,
            "moves": night.moves_count,
            "digest": night.digest,
        },
    )
