"""What tasks of a file wait for: resolved by key, without circles, compared with what there is."""

from __future__ import annotations

import numpy as np

from accounts.loads.stage import Stage
from projects.compute.circles import circles, path_in

TASK_KEYS = (
    "SELECT id, coalesce(nullif(key, ''), '#' || number) AS called FROM projects_task "
    "WHERE tenant_id = %(tenant)s"
)


def plan_links(stage: Stage) -> bool:
    """Make `load_after` (line, key, successor_id, predecessor_id), `load_unlinked` (links that go),
    `load_linked` (links to come) and `load_relinked` (tasks that wait for others than before, in
    words); mark those tasks as changed. Refuses unknown keys, a task that waits for itself, and
    circles. Returns whether the file says anything of it.
    """
    if "after" not in stage.present:
        return False
    stage.make(
        "load_after",
        "SELECT DISTINCT i.line, w.key, i.row_id AS successor_id, "
        "coalesce(o.row_id, t.id) AS predecessor_id "
        "FROM load_task i JOIN load_row s ON s.line = i.line "
        "CROSS JOIN LATERAL (SELECT btrim(part) AS key "
        "FROM regexp_split_to_table(s.after, '[;；]') part) w "
        "LEFT JOIN load_task o ON o.key_project_id = i.key_project_id AND o.key_key = w.key "
        "LEFT JOIN projects_task t ON t.tenant_id = %(tenant)s "
        "AND t.project_id = i.key_project_id AND t.key = w.key AND o.row_id IS NULL "
        "WHERE w.key <> ''",
    )
    for code, condition in (
        ("unknown_predecessor", "predecessor_id IS NULL"),
        ("task_after_itself", "predecessor_id = successor_id"),
    ):
        stage.reject(
            "after", code, f"SELECT line, key, NULL::jsonb FROM load_after WHERE {condition}"
        )
    stage.run(
        "DELETE FROM load_after WHERE predecessor_id IS NULL OR predecessor_id = successor_id"
    )
    _reject_circles(stage)
    _compare(stage)
    return True


def _reject_circles(stage: Stage) -> None:
    """Refuse every row of the file that stands in a circle, with one way round it in keys."""
    found = stage.rows(
        "SELECT predecessor_id, successor_id FROM load_after UNION ALL "
        "SELECT k.predecessor_id, k.successor_id FROM projects_tasklink k "
        "WHERE k.tenant_id = %(tenant)s "
        "AND k.project_id IN (SELECT key_project_id FROM load_task) "
        "AND k.successor_id NOT IN (SELECT row_id FROM load_task)"
    )
    pairs = np.array(found, dtype=np.int64).reshape(-1, 2)
    rings = circles(pairs[:, 0], pairs[:, 1])
    if not rings:
        return
    members = [task for ring in rings for task in ring]
    rows = stage.rows(
        "SELECT i.row_id, i.line, i.key_key FROM load_task i WHERE i.row_id = ANY(%(ids)s) "
        f"UNION ALL SELECT t.id, NULL, t.called FROM ({TASK_KEYS} AND id = ANY(%(ids)s)) t "
        "WHERE t.id NOT IN (SELECT row_id FROM load_task)",
        ids=members,
    )
    lines = {task: line for task, line, _key in rows if line is not None}
    names = {task: key for task, _line, key in rows}
    for ring in rings:
        path = " → ".join(names[task] for task in path_in(ring, pairs[:, 0], pairs[:, 1]))
        stage.reject(
            "after",
            "tasks_in_circle",
            "SELECT s.line, s.after, jsonb_build_object('path', %(path)s::text) FROM load_row s "
            "WHERE s.line = ANY(%(lines)s) AND s.after IS NOT NULL",
            path=path,
            lines=[lines[task] for task in ring if task in lines],
        )


def _compare(stage: Stage) -> None:
    stage.make(
        "load_unlinked",
        "SELECT k.id, k.successor_id, k.predecessor_id FROM projects_tasklink k "
        "JOIN load_task i ON i.row_id = k.successor_id AND NOT i.is_new "
        "WHERE k.tenant_id = %(tenant)s AND NOT EXISTS (SELECT 1 FROM load_after a "
        "WHERE a.successor_id = k.successor_id AND a.predecessor_id = k.predecessor_id)",
    )
    stage.make(
        "load_linked",
        "SELECT DISTINCT i.key_project_id AS project_id, a.successor_id, a.predecessor_id "
        "FROM load_after a JOIN load_task i ON i.row_id = a.successor_id "
        "LEFT JOIN projects_tasklink k ON k.tenant_id = %(tenant)s "
        "AND k.successor_id = a.successor_id AND k.predecessor_id = a.predecessor_id "
        "WHERE k.id IS NULL",
    )
    stage.make(
        "load_relinked",
        "SELECT i.line, i.row_id, string_agg(DISTINCT c.called, '; ') AS had, "
        "max(s.after) AS wants FROM load_task i JOIN load_row s ON s.line = i.line "
        "LEFT JOIN projects_tasklink k ON k.tenant_id = %(tenant)s AND k.successor_id = i.row_id "
        f"LEFT JOIN ({TASK_KEYS}) c ON c.id = k.predecessor_id "
        "WHERE NOT i.is_new AND (i.row_id IN (SELECT successor_id FROM load_unlinked) "
        "OR i.row_id IN (SELECT successor_id FROM load_linked)) GROUP BY 1, 2",
    )
    stage.run(
        "UPDATE load_task SET is_changed = true WHERE row_id IN (SELECT row_id FROM load_relinked)"
    )


def write_links(stage: Stage) -> None:
    if "after" not in stage.present:
        return
    stage.run(
        'INSERT INTO accounts_rowversion ("table", row_id, before, known_to, load_id) '
        "SELECT 'projects_tasklink', k.id, to_jsonb(k), %(now)s, %(load)s FROM projects_tasklink k "
        "JOIN load_unlinked u ON u.id = k.id WHERE k.tenant_id = %(tenant)s"
    )
    stage.run(
        "DELETE FROM projects_tasklink k USING load_unlinked u "
        "WHERE k.tenant_id = %(tenant)s AND k.id = u.id"
    )
    stage.run(
        "WITH made AS (INSERT INTO projects_tasklink (project_id, predecessor_id, successor_id) "
        "SELECT n.project_id, n.predecessor_id, n.successor_id FROM load_linked n "
        "ORDER BY n.successor_id, n.predecessor_id RETURNING id) "
        'INSERT INTO accounts_rowversion ("table", row_id, known_to, load_id) '
        "SELECT 'projects_tasklink', id, %(now)s, %(load)s FROM made"
    )
