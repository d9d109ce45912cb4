"""Signed SOWs: `project,key,title,effort_days[,module,phase]`.

The rows of a project are the items of its SOW as the customer signed it. Loading them locks the
project's baseline: its dates as they are known now, and the effort of the items. From then on no file
changes them: rows that say the same are unchanged, others are refused.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.loads.checks import reject_repeats, resolve
from accounts.loads.kinds.common import KEY, MODULE_NAMES, NAME
from accounts.loads.named import make_modules
from accounts.loads.preview import PREVIEW_ROWS, Preview, rows_of
from accounts.loads.reading import Column
from accounts.loads.reading.values import Quantity, Text
from accounts.loads.registry import Counts, LoadKind
from accounts.loads.stage import Stage
from projects.loads.called import SOW as CALLED
from projects.loads.common import OF_PROJECT, PROJECT

# What a row says against what was signed, where the file has the column.
COMPARED = {
    "title": "s.title <> i.title",
    "effort_days": "s.effort_days <> i.effort_days",
    "module": "s.module IS DISTINCT FROM m.key",
    "phase": "coalesce(s.phase, '') <> i.phase",
}
EXTRAS = "NOT i.attributes @> jsonb_strip_nulls(coalesce(s.extras, '{}'))"


class SignedSows(LoadKind):
    """What customers signed for, item by item."""

    name = "sow"
    label = _("Signed SOWs")
    order = 46
    columns = (
        PROJECT,
        Column("key", KEY, required=True, filled=True, synonyms=CALLED["key"]),
        Column("title", NAME, required=True, filled=True, synonyms=CALLED["title"]),
        Column(
            "effort_days",
            Quantity(most=99_999),
            required=True,
            filled=True,
            synonyms=CALLED["effort_days"],
        ),
        Column("module", KEY, synonyms=MODULE_NAMES),
        Column("phase", Text(100), synonyms=CALLED["phase"]),
    )

    def plan(self, stage: Stage) -> None:
        resolve(stage, OF_PROJECT)
        if stage.unread and stage.skip_bad:
            stage.reject(
                "project",
                "sow_unread",
                "SELECT s.line, s.project, NULL::jsonb FROM load_row s",
            )
        reject_repeats(stage, ["project", "key"], code="repeated_item")
        self._compare(stage)
        self._reject_in_part(stage)
        stage.drop_rejected("load_row")
        make_modules(stage)
        self._plan_new(stage)

    def _compare(self, stage: Stage) -> None:
        """What is signed already stays as it is; only equal rows are let by."""
        stage.drop_rejected("load_row")
        different = [sql for column, sql in COMPARED.items() if column in stage.present]
        stage.make(
            "load_signed",
            "SELECT s.line, s.project, s.key, i.id AS item_id, "
            f"coalesce({' OR '.join([*different, EXTRAS])}, false) AS is_different "
            "FROM load_row s "
            "JOIN projects_sow w ON w.tenant_id = %(tenant)s AND w.project_id = s.project_id "
            "LEFT JOIN projects_sowitem i ON i.tenant_id = %(tenant)s AND i.sow_id = w.id "
            "AND i.key = s.key "
            "LEFT JOIN accounts_module m ON m.tenant_id = %(tenant)s AND m.id = i.module_id",
        )
        for code, condition in (
            ("sow_signed", "is_different"),
            ("sow_signed_new_item", "item_id IS NULL"),
        ):
            stage.reject(
                "key",
                code,
                f"SELECT line, key, NULL::jsonb FROM load_signed WHERE {condition}",
            )

    def _reject_in_part(self, stage: Stage) -> None:
        """A SOW is not signed in part: with one of its rows the others are refused, or what is left
        out could never be added."""
        stage.run(
            'INSERT INTO load_fault (line, "column", value, code, params) '
            "SELECT s.line, 'project', s.project, 'sow_rejected', "
            "jsonb_build_object('line', g.line) FROM load_row s "
            "JOIN (SELECT r.project, min(r.line) AS line FROM load_stage r "
            "JOIN load_fault f ON f.line = r.line GROUP BY r.project) g ON g.project = s.project "
            "WHERE NOT EXISTS (SELECT 1 FROM load_fault f WHERE f.line = s.line) "
            "AND NOT EXISTS (SELECT 1 FROM load_signed k WHERE k.line = s.line)"
        )

    def _plan_new(self, stage: Stage) -> None:
        """The first row of each key, of projects whose SOW is new, with the ids to come."""
        stage.make(
            "load_item",
            "SELECT DISTINCT ON (s.project_id, s.key) s.*, "
            "nextval(pg_get_serial_sequence('projects_sowitem', 'id')) AS row_id FROM load_row s "
            "WHERE NOT EXISTS (SELECT 1 FROM load_signed k WHERE k.line = s.line) "
            "ORDER BY s.project_id, s.key, s.line",
        )
        stage.make(
            "load_sow",
            "SELECT n.*, nextval(pg_get_serial_sequence('projects_sow', 'id')) AS row_id, "
            "nextval(pg_get_serial_sequence('projects_baseline', 'id')) AS baseline_id FROM ("
            "SELECT project_id, min(project_starts_on) AS starts_on, min(project_due_on) AS due_on, "
            "sum(effort_days) AS effort_days FROM load_item GROUP BY project_id) n",
        )

    def counts(self, stage: Stage) -> Counts:
        created = stage.count("load_item")
        return Counts(created, 0, stage.count("load_row") - created)

    def write(self, stage: Stage) -> None:
        for table, columns, query in (
            ("projects_sow", "id, project_id", "SELECT row_id, project_id FROM load_sow"),
            (
                "projects_sowitem",
                "id, sow_id, key, title, effort_days, module_id, phase, attributes",
                "SELECT i.row_id, w.row_id, i.key, i.title, i.effort_days, m.id, "
                "coalesce(i.phase, ''), jsonb_strip_nulls(coalesce(i.extras, '{}')) "
                "FROM load_item i JOIN load_sow w ON w.project_id = i.project_id "
                "LEFT JOIN accounts_module m ON m.tenant_id = %(tenant)s AND m.key = i.module",
            ),
            (
                "projects_baseline",
                "id, sow_id, version, starts_on, due_on, effort_days",
                "SELECT baseline_id, row_id, 1, starts_on, due_on, effort_days FROM load_sow",
            ),
            (
                "projects_baselineitem",
                "baseline_id, item_id, effort_days",
                "SELECT w.baseline_id, i.row_id, i.effort_days "
                "FROM load_item i JOIN load_sow w ON w.project_id = i.project_id",
            ),
        ):
            _insert(stage, table, columns, query)

    def preview(self, stage: Stage) -> Preview:
        lines = stage.rows("SELECT line FROM load_item ORDER BY line LIMIT %(n)s", n=PREVIEW_ROWS)
        return rows_of(stage, [line for (line,) in lines])


def _insert(stage: Stage, table: str, columns: str, query: str) -> None:
    """Write new rows, known from now, and note that the load created them."""
    count = columns.count(",") + 1
    names = ", ".join(f"c{number}" for number in range(count))
    stage.run(
        f"WITH made AS (INSERT INTO {table} ({columns}, known_from) "
        f"SELECT {names}, %(now)s FROM ({query}) AS given ({names}) RETURNING id) "
        'INSERT INTO accounts_rowversion ("table", row_id, known_to, load_id) '
        f"SELECT '{table}', id, %(now)s, %(load)s FROM made"
    )
