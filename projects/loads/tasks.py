"""Tasks of plans: `project,key,title,phase,starts_on,ends_on,effort_days[,started_on,finished_on,…]`.

A plan that was made with another tool, with what has happened of it. Days are taken as they stand:
nothing is scheduled anew. `after` names the tasks that a task waits for by their keys within the
project, separated by `;`. Without `state` the days say it. What somebody changed on screen since is
not overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import Reference, reject_repeats, resolve
from accounts.loads.dependants import CannotUndo, Dependant
from accounts.loads.kinds.common import KEY, NAME
from accounts.loads.named import make_colleagues
from accounts.loads.preview import Change, Preview
from accounts.loads.reading import Column
from accounts.loads.reading.values import Choice, Day, Flag, Person, Quantity, Text
from accounts.loads.registry import TableKind
from accounts.loads.stage import Stage
from accounts.loads.upsert import Field, Upsert
from projects.loads.called import TASKS as CALLED
from projects.loads.common import PROJECT
from projects.loads.task_links import plan_links, write_links
from projects.loads.task_rows import write_phases, write_plans, write_tasks
from projects.models import Side, Task

STATE = Choice(
    tuple(Task.State.values),
    also=(
        ("open", "todo"),
        ("new", "todo"),
        ("not started", "todo"),
        ("in progress", "doing"),
        ("in_progress", "doing"),
        ("started", "doing"),
        ("blocked", "waiting"),
        ("on hold", "waiting"),
        ("closed", "done"),
        ("completed", "done"),
        ("finished", "done"),
        ("未开始", "todo"),
        ("待办", "todo"),
        ("进行中", "doing"),
        ("等待", "waiting"),
        ("暂停", "waiting"),
        ("已完成", "done"),
        ("完成", "done"),
    ),
)
SIDE = Choice(
    tuple(Side.values),
    also=(("we", "vendor"), ("us", "vendor"), ("我方", "vendor"), ("客户", "customer"),
          ("客户方", "customer"), ("client", "customer")),
)  # fmt: skip
OF_NAMED_PROJECT = Reference(
    "project", "projects_project", "project_id", "unknown_project", {"project_name": "name"}
)
PHASES = "(SELECT tenant_id, id, title AS key FROM projects_phase)"
# What the conditions on the outcome say of it, the first that holds.
FAULTS: tuple[tuple[str, str, str], ...] = (
    ("ends_on", "ends_before_start", "new_ends_on < new_starts_on"),
    ("ends_on", "milestone_has_days", "new_is_milestone AND new_ends_on > new_starts_on"),
    (
        "finished_on",
        "finished_without_start",
        "new_finished_on IS NOT NULL AND new_started_on IS NULL",
    ),
    ("finished_on", "finished_before_start", "new_finished_on < new_started_on"),
    ("state", "done_without_day", "new_state = 'done' AND new_finished_on IS NULL"),
    ("state", "finished_but_open", "new_state <> 'done' AND new_finished_on IS NOT NULL"),
    ("state", "doing_without_day", "new_state = 'doing' AND new_started_on IS NULL"),
    ("state", "begun_but_to_do", "new_state = 'todo' AND new_started_on IS NOT NULL"),
    ("person", "person_of_customer", "new_side = 'customer' AND new_person_id IS NOT NULL"),
)


class Tasks(TableKind):
    """Plans of projects from another tool, task by task."""

    name = "tasks"
    label = _("Tasks of plans")
    order = 46
    keep_extras = False
    side_tables: ClassVar[frozenset[str]] = frozenset({"accounts_colleague"})
    columns = (
        PROJECT,
        Column("key", KEY, required=True, filled=True, synonyms=CALLED["key"]),
        Column("title", NAME, required=True, filled=True, synonyms=CALLED["title"]),
        Column("phase", Text(200), synonyms=CALLED["phase"]),
        Column("starts_on", Day(), required=True, filled=True, synonyms=CALLED["starts_on"]),
        Column("ends_on", Day(), required=True, filled=True, synonyms=CALLED["ends_on"]),
        Column("effort_days", Quantity(most=99_999), required=True, synonyms=CALLED["effort_days"]),
        Column("started_on", Day(), synonyms=CALLED["started_on"]),
        Column("finished_on", Day(), synonyms=CALLED["finished_on"]),
        Column("state", STATE, synonyms=CALLED["state"]),
        Column("person", Person(), synonyms=CALLED["person"]),
        Column("side", SIDE, synonyms=CALLED["side"]),
        Column("after", Text(4000), synonyms=CALLED["after"]),
        Column("is_milestone", Flag(), synonyms=CALLED["is_milestone"]),
    )
    upsert = Upsert(
        table="projects_task",
        plan="load_task",
        key={"project_id": "s.project_id", "key": "s.key"},
        fields=(
            Field("title", "s.title", "title"),
            Field("phase_id", "phase.row_id", "phase", refers_to=PHASES),
            Field("starts_on", "s.starts_on", "starts_on"),
            Field("ends_on", "s.ends_on", "ends_on"),
            Field("effort_days", "round(s.effort_days, 3)", "effort_days", empty="0.000"),
            Field("started_on", "s.started_on", "started_on"),
            Field("finished_on", "s.finished_on", "finished_on"),
            # Always written: without the column the days say it.
            Field("state", "s.state_then"),
            Field("person_id", "person.id", "person", refers_to="accounts_colleague"),
            Field("side", "s.side", "side", empty="'vendor'"),
            Field("is_milestone", "s.is_milestone", "is_milestone", empty="false"),
        ),
        joins="JOIN load_phase phase "
        "ON phase.project_id = s.project_id "
        "AND phase.title = left(coalesce(s.phase, s.project_name), 200) "
        "LEFT JOIN accounts_colleague person "
        "ON person.tenant_id = %(tenant)s AND person.key = s.person",
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage, OF_NAMED_PROJECT)
        reject_repeats(stage, ["project", "key"], code="repeated_task")
        stage.drop_rejected("load_row")
        if not stage.check_all:
            # Whoever changes one of these plans on screen waits, and then sees another version.
            stage.run(
                "SELECT FROM projects_plan WHERE tenant_id = %(tenant)s "
                "AND project_id IN (SELECT project_id FROM load_row) ORDER BY id FOR UPDATE"
            )
        make_colleagues(stage, "person")
        _make_phases(stage)
        _say_states(stage)
        while True:
            self.upsert.make_plan(stage)
            for column, code, condition in FAULTS:
                stage.reject(
                    column,
                    code,
                    f'SELECT s.line, s."{column}"::text, NULL::jsonb FROM load_row s '
                    f"JOIN load_task i ON i.line = s.line WHERE {condition}",
                )
            links = plan_links(stage)
            _reject_overwriting(stage)
            stage.drop_rejected("load_task")
            if not stage.drop_rejected("load_row") or not links:
                return
            # What waited for a refused task waits for nothing that is known.

    def write(self, stage: Stage) -> None:
        write_phases(stage)
        write_plans(stage)
        write_tasks(stage)
        write_links(stage)

    def preview(self, stage: Stage) -> Preview:
        found = super().preview(stage)
        if "after" in stage.present:
            changes = {
                line: [Change("after", old or "", new or "")]
                for line, old, new in stage.rows(
                    "SELECT line, had, wants FROM load_relinked ORDER BY line LIMIT 20"
                )
            }
            found.add_changes(stage, changes)
        return found

    def take_back(self, *, tenant_id: int, load_id: int, now: datetime) -> int:
        """Nothing is taken back under somebody who has worked with it since."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM projects_task t WHERE t.tenant_id = %(tenant)s "
                "AND t.changed_by_id IS NOT NULL AND t.id IN (SELECT v.row_id "
                "FROM accounts_rowversion v WHERE v.tenant_id = %(tenant)s "
                "AND v.load_id = %(load)s AND v.\"table\" = 'projects_task')",
                {"tenant": tenant_id, "load": load_id},
            )
            ((count,),) = cursor.fetchall()
        if count:
            raise CannotUndo([Dependant("projects.task", count, later_change=True)])
        return 0


def _make_phases(stage: Stage) -> None:
    """`load_phase`: the phases that rows name, in the order of the file after those there are. Tasks
    without one go to a phase that is called as the project."""
    stage.make(
        "load_phase",
        "SELECT n.project_id, n.title, coalesce(t.id, "
        "nextval(pg_get_serial_sequence('projects_phase', 'id'))) AS row_id, t.id IS NULL AS is_new, "
        "coalesce(l.last, 0) + row_number() OVER (PARTITION BY n.project_id ORDER BY n.line) "
        "AS position FROM (SELECT project_id, left(coalesce(phase, project_name), 200) AS title, "
        "min(line) AS line FROM load_row GROUP BY 1, 2) n "
        "LEFT JOIN (SELECT project_id, title, min(id) AS id FROM projects_phase "
        "WHERE tenant_id = %(tenant)s GROUP BY 1, 2) t "
        "ON t.project_id = n.project_id AND t.title = n.title "
        "LEFT JOIN (SELECT project_id, max(position) AS last FROM projects_phase "
        "WHERE tenant_id = %(tenant)s GROUP BY 1) l ON l.project_id = n.project_id",
    )


def _say_states(stage: Stage) -> None:
    """`state_then`: what the file says; without a word what the days say, those that are known already
    where the file has no column for them."""
    days: Mapping[str, str] = {
        name: f"s.{name}" if name in stage.present else f"known.{name}"
        for name in ("started_on", "finished_on")
    }
    waits = "" if "state" in stage.present else "WHEN known.state = 'waiting' THEN 'waiting' "
    stage.run("ALTER TABLE load_row ADD COLUMN state_then text")
    stage.run(
        "UPDATE load_row r SET state_then = coalesce(s.state, "
        f"CASE WHEN {days['finished_on']} IS NOT NULL THEN 'done' {waits}"
        f"WHEN {days['started_on']} IS NOT NULL THEN 'doing' ELSE 'todo' END) "
        "FROM load_row s LEFT JOIN projects_task known ON known.tenant_id = %(tenant)s "
        "AND known.project_id = s.project_id AND known.key = s.key WHERE s.line = r.line"
    )


def _reject_overwriting(stage: Stage) -> None:
    """A row that would change what somebody has changed on screen."""
    stage.reject(
        "key",
        "task_changed_on_screen",
        "SELECT i.line, i.key_key, NULL::jsonb FROM load_task i JOIN projects_task t "
        "ON t.tenant_id = %(tenant)s AND t.id = i.row_id "
        "WHERE i.is_changed AND t.changed_by_id IS NOT NULL",
    )
