"""When traits were said: read, or taken so that nobody else says something at the same time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.tenancy import current_tenant_id
from segmentation.models import TraitsSaid

Said = dict[str, dict[str, str]]

MAKE = """
INSERT INTO segmentation_traitssaid (tenant_id, what, said, at)
SELECT %(tenant)s, w.what, '{}', %(now)s FROM unnest(%(whats)s::text[]) AS w (what)
 ORDER BY w.what
ON CONFLICT DO NOTHING
"""
WRITE = """
UPDATE segmentation_traitssaid s SET said = r.said, at = %(now)s
  FROM json_to_recordset(%(rows)s) AS r (what text, said jsonb)
 WHERE s.tenant_id = %(tenant)s AND s.what = r.what
"""


def said_of(whats: Iterable[str]) -> Said:
    """Whom it is about → name of a trait → stamp of what was said last; empty where nothing was."""
    found: Said = {what: {} for what in whats}
    if found:
        found.update(TraitsSaid.objects.filter(what__in=found).values_list("what", "said"))
    return found


def take_said(whats: Iterable[str], *, now: datetime) -> Said:
    """The same, and until the transaction ends nobody else takes them; in one order by everybody."""
    wanted = sorted(set(whats))
    _run(MAKE, whats=wanted, now=now)
    rows = TraitsSaid.objects.filter(what__in=wanted).order_by("what").select_for_update()
    return dict(rows.values_list("what", "said"))


def write_said(said: Mapping[str, Mapping[str, str]], *, now: datetime) -> None:
    """Note it of those that were taken."""
    rows = [{"what": what, "said": stamps} for what, stamps in said.items()]
    if rows:
        _run(WRITE, rows=json.dumps(rows), now=now)


def _run(statement: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**parameters, "tenant": current_tenant_id()})
