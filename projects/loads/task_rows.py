"""Writing what a load of tasks has planned: phases, plans and tasks, each noted so that the load can
be taken back. Plans are not bitemporal; what is kept of a task before it changes serves that only."""

from __future__ import annotations

from accounts.loads.stage import Stage
from accounts.loads.upsert import MANY_ROWS

NOTED = (
    'INSERT INTO accounts_rowversion ("table", row_id, known_to, load_id) '
    "SELECT '{table}', id, %(now)s, %(load)s FROM made"
)
FIELDS = (
    "title",
    "phase_id",
    "starts_on",
    "ends_on",
    "effort_days",
    "started_on",
    "finished_on",
    "state",
    "person_id",
    "side",
    "is_milestone",
)


def write_phases(stage: Stage) -> None:
    """The phases that a task needs and that are not there."""
    stage.run(
        "WITH made AS (INSERT INTO projects_phase (id, project_id, position, title) "
        "SELECT row_id, project_id, position, title FROM load_phase WHERE is_new "
        "AND row_id IN (SELECT new_phase_id FROM load_task) RETURNING id) "
        + NOTED.format(table="projects_phase")
    )


def write_plans(stage: Stage) -> None:
    """A plan for each project that gets its first tasks; every plan counts on from the new ones."""
    stage.run(
        "WITH made AS (INSERT INTO projects_plan (project_id, next_number, made_at) "
        "SELECT DISTINCT i.key_project_id, 1, %(now)s::timestamptz FROM load_task i "
        "WHERE i.is_new AND NOT EXISTS (SELECT 1 FROM projects_plan p "
        "WHERE p.tenant_id = %(tenant)s AND p.project_id = i.key_project_id) RETURNING id) "
        + NOTED.format(table="projects_plan")
    )


def write_tasks(stage: Stage) -> None:
    stage.run(
        'INSERT INTO accounts_rowversion ("table", row_id, before, known_to, load_id) '
        "SELECT 'projects_task', t.id, to_jsonb(t), %(now)s, %(load)s FROM projects_task t "
        "JOIN load_task i ON i.row_id = t.id AND i.is_changed WHERE t.tenant_id = %(tenant)s"
    )
    stage.run(
        "UPDATE projects_task t SET version = t.version + 1, changed_at = %(now)s, "
        + ", ".join(f"{name} = i.new_{name}" for name in FIELDS)
        + " FROM load_task i WHERE i.is_changed AND t.tenant_id = %(tenant)s AND t.id = i.row_id"
    )
    # Numbers go on within the plan, places within the phase, both in the order of the file.
    made = stage.run(
        f"WITH made AS (INSERT INTO projects_task (id, project_id, key, {', '.join(FIELDS)}, "
        "number, position, role, offset_days, version, changed_at) "
        f"SELECT i.row_id, i.key_project_id, i.key_key, {', '.join(f'i.new_{n}' for n in FIELDS)}, "
        "p.next_number - 1 + row_number() OVER (PARTITION BY i.key_project_id ORDER BY i.line), "
        "coalesce(l.last, 0) + row_number() OVER (PARTITION BY i.new_phase_id ORDER BY i.line), "
        "'', 0, 1, %(now)s::timestamptz FROM load_task i "
        "JOIN projects_plan p ON p.tenant_id = %(tenant)s AND p.project_id = i.key_project_id "
        "LEFT JOIN (SELECT phase_id, max(position) AS last FROM projects_task "
        "WHERE tenant_id = %(tenant)s GROUP BY 1) l ON l.phase_id = i.new_phase_id "
        "WHERE i.is_new RETURNING id) " + NOTED.format(table="projects_task")
    )
    stage.run(
        "UPDATE projects_plan p SET next_number = p.next_number + n.count "
        "FROM (SELECT key_project_id, count(*) FROM load_task WHERE is_new GROUP BY 1) n "
        "WHERE p.tenant_id = %(tenant)s AND p.project_id = n.key_project_id"
    )
    if made >= MANY_ROWS:
        # Links refer to these rows, and every reference is checked.
        stage.run("SELECT refresh_statistics()")
