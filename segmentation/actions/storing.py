"""Writing what a night computed: measures, scores, the history of assignments, moves. Set by set.

A customer that was known then and has since been taken away is computed, so that replaying a night
gives the same digest, and is not stored: its rows would belong to nobody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd
from django.db import connection

from accounts.models import Customer
from accounts.planning import planning
from accounts.tenancy import current_tenant_id
from segmentation.actions.results import Computed
from segmentation.frames.copying import copy_in
from segmentation.frames.gathering import MEASURES, STAGE_FACTS
from segmentation.models import Assignment, MeasureRow, Move, Night, NightScores
from segmentation.queries.stored import stored_nights

ASSIGNMENTS = Assignment._meta.db_table
MEASURE_ROWS = MeasureRow._meta.db_table
MOVES = Move._meta.db_table
SCORES = NightScores._meta.db_table
CUSTOMERS = Customer._meta.db_table

# Columns of Assignment and of NightScores, named as in NightResult.frame, and their SQL types.
HELD: dict[str, str] = {
    "worse_nights": "smallint",
    **dict.fromkeys(
        (
            *("activity", "contribution", "value", "need"),
            *("stage", "raw_stage", "branch", "tier", "reason"),
            *("tier_a", "tier_b", "tier_c", "facet_value"),
        ),
        "text",
    ),
}
SCORED = {**dict.fromkeys(("r", "f", "m"), "smallint"), "eleven": "text", "class8": "text"}

# What MeasureRow repeats of them.
REPEATED = (*SCORED, "stage", "tier", "tier_a", "tier_b", "tier_c")


def store(*, night: Night, computed: Computed) -> None:
    """Write the night's measures, scores, assignments and moves; those it had are replaced.

    Every other stored night keeps the values it has.
    """
    others = stored_nights().exclude(pk=night.pk)
    following = others.filter(as_of__gt=computed.day).order_by("as_of").first()
    with planning():
        hand_over(computed.result.frame)
        store_measures(computed.day, is_newest=following is None)
        store_scores(computed.day)
        store_assignments(computed.day, following=following.as_of if following else None)
        store_moves(computed.moves, night=night)
        _run("DROP TABLE night_result")


def hand_over(frame: pd.DataFrame) -> None:
    """Put NightResult.frame into the temporary table ``night_result``."""
    columns = {**HELD, **SCORED}
    rows = frame[list(columns)].reset_index(names="customer_id")
    words = [name for name, kind in columns.items() if kind == "text"]
    rows[words] = rows[words].astype(object).where(rows[words].notna(), "")
    copy_in("night_result", {"customer_id": "bigint", **columns}, rows)


def store_measures(day: date, *, is_newest: bool) -> None:
    """Keep the measures of the newest night and of month-ends, and let go of the others.

    Rows that are let go become those of the night: a row that stays a customer's costs no look-up of
    what it refers to.
    """
    words = (*REPEATED, *MEASURES, *STAGE_FACTS, "further")
    of_month_end = "(date_trunc('month', {day}) + interval '1 month - 1 day')::date"
    let_go = f"as_of < %(day)s AND as_of <> {of_month_end.format(day='as_of')}"
    night = (
        "night_measures JOIN night_result USING (customer_id) "
        f"JOIN {CUSTOMERS} c ON c.tenant_id = %(tenant)s AND c.id = customer_id"
    )
    _run(f"DELETE FROM {MEASURE_ROWS} WHERE tenant_id = %(tenant)s AND as_of = %(day)s", day=day)
    if is_newest:
        _run(
            f"UPDATE {MEASURE_ROWS} AS kept SET as_of = %(day)s, "
            + ", ".join(f'"{word}" = night."{word}"' for word in words)
            + f" FROM (SELECT customer_id, {_list(words)} FROM {night}) AS night "
            "WHERE kept.tenant_id = %(tenant)s AND kept.customer_id = night.customer_id "
            "AND kept.as_of = (SELECT max(as_of) FROM "
            f"{MEASURE_ROWS} WHERE tenant_id = %(tenant)s AND {let_go})",
            day=day,
        )
    _run(
        f"INSERT INTO {MEASURE_ROWS} (customer_id, as_of, {_list(words)}) "
        f"SELECT customer_id, %(day)s, {_list(words)} FROM {night} "
        f"WHERE (%(is_newest)s OR %(day)s = {of_month_end.format(day='%(day)s::date')}) "
        f"AND NOT EXISTS (SELECT 1 FROM {MEASURE_ROWS} kept WHERE kept.tenant_id = %(tenant)s "
        "AND kept.as_of = %(day)s AND kept.customer_id = c.id)",
        day=day,
        is_newest=is_newest,
    )
    if is_newest:
        _run(f"DELETE FROM {MEASURE_ROWS} WHERE tenant_id = %(tenant)s AND {let_go}", day=day)


def store_scores(day: date) -> None:
    """Keep what ``night_result`` scored as the night's."""
    _run(f"DELETE FROM {SCORES} WHERE tenant_id = %(tenant)s AND as_of = %(day)s", day=day)
    columns = ", ".join(f"array_agg({name} ORDER BY customer_id)" for name in SCORED)
    _run(
        f"INSERT INTO {SCORES} (as_of, customers, {_list(SCORED)}) "
        f"SELECT %(day)s, array_agg(customer_id ORDER BY customer_id), {columns} "
        f"FROM night_result JOIN {CUSTOMERS} c ON c.tenant_id = %(tenant)s AND c.id = customer_id "
        "HAVING count(*) > 0",
        day=day,
    )


def store_assignments(day: date, *, following: date | None) -> None:
    """Make the history say ``night_result`` for this night and, for every other stored night, what
    it said before.

    History is spans of equal values. For each customer of whom the history says something else for
    this night, the spans around it are cut at the night and at the one following it, the night's own
    is put between, and equal neighbours are joined again. ``following``: the next stored night;
    None when this one is the newest.
    """
    columns = _list(HELD)
    here = ", ".join(f'n."{name}"' for name in HELD)
    there = ", ".join(f'a."{name}"' for name in HELD)
    # 'infinity' stands for an open end while spans are cut and joined.
    _run(
        f"""
        CREATE TEMPORARY TABLE night_span ON COMMIT DROP AS
        WITH around AS (
            SELECT id, customer_id, valid_from, coalesce(valid_to, 'infinity') AS valid_to, {columns}
              FROM {ASSIGNMENTS}
             WHERE tenant_id = %(tenant)s AND valid_from <= %(following)s
               AND coalesce(valid_to, 'infinity') >= %(day)s
        ), held AS (
            SELECT * FROM around WHERE valid_from <= %(day)s AND valid_to > %(day)s
        ), night AS (
            SELECT n.* FROM night_result n
              JOIN {CUSTOMERS} c ON c.tenant_id = %(tenant)s AND c.id = n.customer_id
        ), changed AS (
            SELECT coalesce(a.customer_id, n.customer_id) AS customer_id
              FROM held a FULL JOIN night n ON n.customer_id = a.customer_id
             WHERE a.customer_id IS NULL OR n.customer_id IS NULL
                OR ({there}) IS DISTINCT FROM ({here})
        )
        SELECT a.id, a.id AS begun_by, a.customer_id, a.valid_from,
               LEAST(a.valid_to, %(day)s) AS valid_to, {there}
          FROM around a JOIN changed USING (customer_id) WHERE a.valid_from < %(day)s
        UNION ALL
        SELECT NULL, NULL, n.customer_id, %(day)s, %(following)s, {here}
          FROM night n JOIN changed USING (customer_id)
        UNION ALL
        SELECT a.id, CASE WHEN a.valid_from = %(following)s THEN a.id END,
               a.customer_id, %(following)s, a.valid_to, {there}
          FROM around a JOIN changed USING (customer_id) WHERE a.valid_to > %(following)s
        UNION ALL -- replaced and nothing else: remembered to be deleted
        SELECT a.id, NULL, a.customer_id, NULL, NULL, {there}
          FROM around a JOIN changed USING (customer_id)
         WHERE a.valid_from >= %(day)s AND a.valid_to <= %(following)s
        """,
        day=day,
        following=following or "infinity",
    )
    # A span that begins where one of equal values begins is that one, of another length perhaps.
    _run(
        f"""
        CREATE TEMPORARY TABLE night_history ON COMMIT DROP AS
        WITH compared AS (
            SELECT *, lag(ROW({columns})::text) OVER spans IS DISTINCT FROM ROW({columns})::text
                      OR lag(valid_to) OVER spans IS DISTINCT FROM valid_from AS begins
              FROM night_span WHERE valid_from IS NOT NULL
            WINDOW spans AS (PARTITION BY customer_id ORDER BY valid_from)
        ), numbered AS (
            SELECT *, count(*) FILTER (WHERE begins)
                      OVER (PARTITION BY customer_id ORDER BY valid_from) AS number
              FROM compared
        )
        SELECT min(begun_by) FILTER (WHERE begins) AS id, customer_id, min(valid_from) AS valid_from,
               NULLIF(max(valid_to), 'infinity') AS valid_to, {columns}
          FROM numbered GROUP BY customer_id, number, {columns}
        """
    )
    _run(
        f"DELETE FROM {ASSIGNMENTS} WHERE tenant_id = %(tenant)s "
        "AND id IN (SELECT id FROM night_span EXCEPT SELECT id FROM night_history)"
    )
    _run(
        f"UPDATE {ASSIGNMENTS} AS held SET valid_to = spans.valid_to FROM night_history AS spans "
        "WHERE held.tenant_id = %(tenant)s AND held.id = spans.id "
        "AND held.valid_to IS DISTINCT FROM spans.valid_to"
    )
    _run(
        f"INSERT INTO {ASSIGNMENTS} (customer_id, valid_from, valid_to, {columns}) "
        f"SELECT customer_id, valid_from, valid_to, {columns} FROM night_history WHERE id IS NULL"
    )
    _run("DROP TABLE night_history")
    _run("DROP TABLE night_span")


def store_moves(moves: pd.DataFrame, *, night: Night) -> None:
    """Replace the night's moves by these (rows of compute.moves.detect)."""
    _run(
        f"DELETE FROM {MOVES} WHERE tenant_id = %(tenant)s AND night_id = %(night)s", night=night.pk
    )
    if moves.empty:
        return
    rows = pd.DataFrame(
        {
            "customer_id": moves["customer"].astype("int64"),
            "kind": moves["kind"],
            "from_value": moves["from"].fillna(""),
            "to_value": moves["to"].fillna(""),
            "cause": moves["cause"],
            "reason": moves["detail"].map(_json),
        }
    )
    kinds = dict.fromkeys(rows.columns, "text")
    copy_in("night_move", {**kinds, "customer_id": "bigint", "reason": "jsonb"}, rows)
    names = ", ".join(rows.columns)
    _run(
        f"INSERT INTO {MOVES} (night_id, as_of, {names}) "
        f"SELECT %(night)s, %(day)s, {', '.join(f'm.{name}' for name in rows.columns)} "
        f"FROM night_move m JOIN {CUSTOMERS} c ON c.tenant_id = %(tenant)s AND c.id = m.customer_id",
        night=night.pk,
        day=night.as_of,
    )
    _run("DROP TABLE night_move")


def _list(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _json(detail: Any) -> str:
    return json.dumps(detail, ensure_ascii=False)


def _run(sql: str, **parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"tenant": current_tenant_id(), **parameters})
