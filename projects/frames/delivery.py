"""What the delivery figures are computed from, as frames, as known now.

A fixed number of statements, whatever the number of projects; effort is summed in the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from django.db import connection

from accounts.planning import planning
from accounts.tenancy import current_tenant_id
from projects.compute.delivery import THOUSANDTHS

# The version of each SOW's baseline that is in force on the day.
BASELINES = """
SELECT DISTINCT ON (b.sow_id) b.id, w.project_id, b.starts_on, b.due_on, b.effort_days
  FROM projects_baseline b
  JOIN projects_sow w ON w.tenant_id = b.tenant_id AND w.id = b.sow_id
 WHERE b.tenant_id = %(tenant)s AND coalesce(b.valid_from <= %(day)s, true) {only_sow}
 ORDER BY b.sow_id, b.version DESC
"""

PROJECTS = """
WITH baselines AS ({baselines})
SELECT p.id, p.key, coalesce(m.key, ''), p.starts_on, p.accepted_on, b.starts_on, b.due_on,
       (b.effort_days * {thousandths})::bigint
  FROM projects_project p
  LEFT JOIN accounts_colleague m ON m.tenant_id = %(tenant)s AND m.id = p.manager_id
  LEFT JOIN baselines b ON b.project_id = p.id
 WHERE p.tenant_id = %(tenant)s {only_project}
 ORDER BY p.key COLLATE "C"
"""

WORK = """
WITH baselines AS ({baselines}), in_force AS (
    SELECT i.item_id FROM projects_baselineitem i
      JOIN baselines b ON b.id = i.baseline_id
     WHERE i.tenant_id = %(tenant)s
), booked AS (
    SELECT e.project_id, e.item_id, e.change_request_id, sum(e.days) AS days
      FROM projects_effort e
     WHERE e.tenant_id = %(tenant)s AND e.worked_on <= %(day)s {only_effort}
     GROUP BY e.project_id, e.item_id, e.change_request_id
)
SELECT booked.project_id,
       CASE WHEN booked.item_id IS NULL THEN '' WHEN i.item_id IS NULL THEN 'outside'
            ELSE 'baseline' END AS item,
       CASE WHEN c.id IS NULL THEN '' WHEN c.signed_on <= %(day)s THEN 'signed'
            ELSE 'unsigned' END AS change,
       (sum(booked.days) * {thousandths})::bigint
  FROM booked
  LEFT JOIN in_force i ON i.item_id = booked.item_id
  LEFT JOIN projects_changerequest c
         ON c.tenant_id = %(tenant)s AND c.id = booked.change_request_id
 GROUP BY 1, 2, 3
"""

PHASES = """
SELECT DISTINCT ON (project_id) project_id, phase FROM (
    SELECT e.project_id, i.phase, max(e.worked_on) AS last_on
      FROM projects_effort e
      JOIN projects_sowitem i ON i.tenant_id = %(tenant)s AND i.id = e.item_id
     WHERE e.tenant_id = %(tenant)s AND e.worked_on <= %(day)s AND i.phase <> '' {only_effort}
     GROUP BY e.project_id, i.phase
) worked
 ORDER BY project_id, last_on DESC, phase COLLATE "C"
"""


@dataclass(frozen=True)
class DeliveryFrames:
    """projects and work as `compute.delivery.delivery_figures` takes them, projects also with key,
    manager (a colleague's key, empty: nobody) and phase (of the SOW item worked on last, empty: none
    is named)."""

    projects: pd.DataFrame
    work: pd.DataFrame


def delivery_frames(as_of: date, project_ids: Sequence[int] | None = None) -> DeliveryFrames:
    """Facts dated up to a day, of all projects of the tenant or of these, in the order of their
    keys."""
    narrow = project_ids is not None
    parts: dict[str, Any] = {
        f"only_{name}": f"AND {column} = ANY(%(projects)s)" if narrow else ""
        for name, column in (
            ("sow", "w.project_id"),
            ("project", "p.id"),
            ("effort", "e.project_id"),
        )
    }
    parts["thousandths"] = THOUSANDTHS
    parts["baselines"] = BASELINES.format(**parts)
    parameters = {
        "tenant": current_tenant_id(),
        "day": as_of,
        "projects": list(project_ids or ()),
    }
    # Few are found by their keys.
    with nullcontext() if narrow else planning():
        projects = _read(
            PROJECTS.format(**parts),
            parameters,
            {
                "project": "int64",
                "key": object,
                "manager": object,
                "starts_on": "datetime64[s]",
                "accepted_on": "datetime64[s]",
                "baseline_starts_on": "datetime64[s]",
                "baseline_due_on": "datetime64[s]",
                "baseline_effort": "Int64",
            },
        ).set_index("project")
        work = _read(
            WORK.format(**parts),
            parameters,
            {"project": "int64", "item": object, "change": object, "effort": "int64"},
        )
        phases = _read(PHASES.format(**parts), parameters, {"project": "int64", "phase": object})
    named = phases.set_index("project")["phase"]
    projects["phase"] = named.reindex(projects.index).fillna("")
    return DeliveryFrames(projects, work)


def _read(sql: str, parameters: dict[str, Any], dtypes: dict[str, Any]) -> pd.DataFrame:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    columns = list(zip(*rows, strict=True)) or [()] * len(dtypes)
    return pd.DataFrame(
        {
            name: pd.Series(list(values), dtype=dtype)
            for (name, dtype), values in zip(dtypes.items(), columns, strict=True)
        }
    )
