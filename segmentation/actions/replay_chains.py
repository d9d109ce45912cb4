"""Nights restated one after the other, each by a replay of its own: one chain of a tenant at a time."""

from __future__ import annotations

from django.db import connection

from segmentation.models import Replay
from segmentation.queries.pulse import UNFINISHED

# Chains of one tenant are begun one at a time.
CHAINS = 0x4348414E << 32


def is_chain_under_way(*, beside: Replay) -> bool:
    """Whether nights are being restated in their order by another replay than this one; until this
    transaction ends nobody else begins to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s + current_setting('app.tenant_id')::bigint)", [CHAINS]
        )
    under_way = Replay.objects.filter(state__in=UNFINISHED, restates_following=True)
    return bool(under_way.exclude(pk=beside.pk).exists())
