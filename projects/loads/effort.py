"""Effort: `project,key,person,worked_on,days[,item,change_request,task]`.

`item` is the key of an item of the project's signed SOW, `change_request` that of a change request
of the project. One that is not known is created as a draft: the work was done, and shows as unapproved
until somebody says that the customer signed. `task` is the key of a task whose plan came in a file
(see `loads.tasks`): what was worked on it stands beside what was planned, and scope does not ask.
"""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import reject_repeats, resolve
from accounts.loads.kinds.common import KEY
from accounts.loads.named import make_colleagues
from accounts.loads.reading import Column
from accounts.loads.reading.values import Day, Person, Quantity
from accounts.loads.registry import TableKind
from accounts.loads.stage import Stage
from accounts.loads.upsert import Field, Upsert
from projects.loads.called import EFFORT as CALLED
from projects.loads.common import OF_ITEM, OF_PROJECT, OF_TASK, PROJECT
from projects.models.effort import MOST_DAYS


class Efforts(TableKind):
    """Person-days that went into projects."""

    name = "effort"
    label = _("Effort")
    order = 48
    side_tables: ClassVar[frozenset[str]] = frozenset(
        {"accounts_colleague", "projects_changerequest"}
    )
    columns = (
        PROJECT,
        Column("key", KEY, required=True, filled=True, synonyms=CALLED["key"]),
        Column("person", Person(), required=True, filled=True, synonyms=CALLED["person"]),
        Column("worked_on", Day(), required=True, filled=True, synonyms=CALLED["worked_on"]),
        Column(
            "days",
            Quantity(is_positive=True, most=MOST_DAYS),
            required=True,
            filled=True,
            synonyms=CALLED["days"],
        ),
        Column("item", KEY, synonyms=CALLED["item"]),
        Column("change_request", KEY, synonyms=CALLED["change_request"]),
        Column("task", KEY, synonyms=CALLED["task"]),
    )
    upsert = Upsert(
        table="projects_effort",
        plan="load_effort",
        key={"key": "s.key"},
        fields=(
            Field("project_id", "s.project_id", "project", refers_to="projects_project"),
            Field("person_id", "person.id", "person", refers_to="accounts_colleague"),
            Field("worked_on", "s.worked_on", "worked_on"),
            Field("days", "s.days", "days"),
            Field("item_id", "s.item_id", "item", refers_to="projects_sowitem"),
            Field(
                "change_request_id",
                "change.id",
                "change_request",
                refers_to="projects_changerequest",
            ),
            Field("task_id", "s.task_id", "task", refers_to="projects_task"),
        ),
        joins="LEFT JOIN accounts_colleague person "
        "ON person.tenant_id = %(tenant)s AND person.key = s.person "
        "LEFT JOIN projects_changerequest change ON change.tenant_id = %(tenant)s "
        "AND change.project_id = s.project_id AND change.key = s.change_request",
        attributes=True,
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage, OF_PROJECT, OF_ITEM, OF_TASK)
        reject_repeats(stage, ["key"])
        stage.drop_rejected("load_row")
        make_colleagues(stage, "person")
        make_drafts(stage)
        self.upsert.make_plan(stage)
        self._reject_left_behind(stage)

    def _reject_left_behind(self, stage: Stage) -> None:
        """Effort that moves to another project does not keep what it was booked on in the first."""
        for column, code, owners in (
            (
                "item",
                "item_of_another",
                "SELECT e.line, w.project_id, e.new_project_id FROM load_effort e "
                "JOIN projects_sowitem i ON i.tenant_id = %(tenant)s AND i.id = e.new_item_id "
                "JOIN projects_sow w ON w.tenant_id = %(tenant)s AND w.id = i.sow_id",
            ),
            (
                "change_request",
                "change_request_of_another",
                "SELECT e.line, c.project_id, e.new_project_id FROM load_effort e "
                "JOIN projects_changerequest c ON c.tenant_id = %(tenant)s "
                "AND c.id = e.new_change_request_id",
            ),
            (
                "task",
                "task_of_another",
                "SELECT e.line, t.project_id, e.new_project_id FROM load_effort e "
                "JOIN projects_task t ON t.tenant_id = %(tenant)s AND t.id = e.new_task_id",
            ),
        ):
            stage.reject(
                column,
                code,
                "SELECT s.line, s.project, NULL::jsonb FROM load_row s "
                f"JOIN ({owners}) AS o (line, owner_id, project_id) ON o.line = s.line "
                "WHERE o.owner_id <> o.project_id",
            )
        stage.drop_rejected("load_row")
        stage.drop_rejected("load_effort")


def make_drafts(stage: Stage) -> None:
    """A draft for every change request that the rows name and nobody knows, raised on the first day
    of work on it; reported by their keys."""
    if "change_request" not in stage.present:
        return
    made = stage.rows(
        "INSERT INTO projects_changerequest "
        "(project_id, key, title, state, raised_on, attributes, known_from) "
        "SELECT s.project_id, s.change_request, left(s.change_request, 300), 'draft', "
        "min(s.worked_on), '{}', %(now)s FROM load_row s WHERE s.change_request IS NOT NULL "
        "AND NOT EXISTS (SELECT 1 FROM projects_changerequest c WHERE c.tenant_id = %(tenant)s "
        "AND c.project_id = s.project_id AND c.key = s.change_request) "
        "GROUP BY s.project_id, s.change_request RETURNING id, key"
    )
    if made:
        stage.notes["created_change_requests"] = sorted({key for _, key in made})
    stage.run(
        'INSERT INTO accounts_rowversion ("table", row_id, known_to, load_id) '
        "SELECT 'projects_changerequest', unnest(%(ids)s::bigint[]), %(now)s, %(load)s",
        ids=[row_id for row_id, _ in made],
    )
