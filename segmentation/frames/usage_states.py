"""The states of usage that a night reads: the tenant's own, carried on, or made from the facts."""

from __future__ import annotations

from django.db import connection

from accounts.planning import Run
from segmentation.compute.usage_paths import Seen, UsagePath, usage_path
from segmentation.frames import usage_building, usage_folding
from segmentation.frames.asof import AsOf
from segmentation.frames.facts import USAGE, Revisions

BUILT = f"SELECT * FROM {usage_building.STATES}"
KEPT = usage_folding.kept_states()


def prepare(run: Run, asof: AsOf, revised: Revisions, *, carries: bool) -> str:
    """Have usage as of the night in ``night_usage_windows`` and in states; returns the query for the
    latter, with the columns of ``UsageState``. ``carries``: the tenant's own may be used and written.
    """
    path = _path(asof, revised) if carries else UsagePath.READ
    if path is UsagePath.FOLD:
        before = usage_folding.held()
        assert before is not None
        usage_folding.fold(run, asof, before)
        return KEPT
    usage_building.build(run, asof.parameters(), revised)
    if path is UsagePath.REBUILD:
        usage_folding.keep(run, asof)
    return BUILT


def _path(asof: AsOf, revised: Revisions) -> UsagePath:
    held = usage_folding.held()
    return usage_path(
        Seen(asof.day, asof.known_at, asof.zone.key),
        held,
        revised_since_held=held is not None and _revised_since(asof, held),
        revised_since_known=USAGE in revised.since,
    )


def _revised_since(asof: AsOf, held: Seen) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM accounts_rowversion WHERE tenant_id = %s "
            'AND "table" = %s AND known_to > %s AND before IS NOT NULL)',
            [asof.tenant_id, USAGE, held.known_at],
        )
        return bool(cursor.fetchone()[0])
