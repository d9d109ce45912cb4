"""What a night says of customer groups: who is in, who entered, who left, and for which cause.

Set by set: a statement or two per group, none per customer. A night replaces its own day of the
history and no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from accounts.planning import planning
from accounts.tenancy import current_tenant_id
from segmentation.actions.turns import Turn, take_turn
from segmentation.compute.conditions import ConditionFaulty, Field, Group, parse
from segmentation.models import (
    CustomerGroup,
    CustomerGroupMember,
    CustomerGroupNight,
    CustomerGroupVersion,
    MeasureRow,
    Night,
)
from segmentation.queries.condition_fields import condition_fields
from segmentation.queries.conditions import Rows, matching
from segmentation.queries.stored import stored_nights

MEMBERS = CustomerGroupMember._meta.db_table

CUSTOMER, CONDITION = (cause.value for cause in CustomerGroupMember.Cause)


@dataclass(frozen=True)
class _Evaluated:
    """A group as a night reads it. ``before``: the condition of the night before when it was another
    one; ``is_changed``: what the group asks for is not what the night before asked."""

    group_id: int
    version: int
    condition: Group
    before: Group | None
    is_changed: bool
    is_changed_after: bool


def evaluate_groups(*, night: Night, only: Iterable[int] | None = None) -> None:
    """Keep who is in which group on a night, in the transaction that stores the night.

    Every group that is not archived, by its condition now; a night that is stored again reads the
    groups it read then, by the conditions they had then, so that it differs by facts alone. A group
    whose condition cannot be read keeps its members, and the night says why.

    Args:
        night: stored: its assignments and moves are there, and its measures, in MeasureRow or still
            in ``night_measures``.
        only: ids of the groups to evaluate; None: as above.
    """
    take_turn(Turn.GROUPS)
    day = night.as_of
    versions = _versions_to_read(night, only)
    if not versions:
        return
    following = stored_nights().filter(as_of__gt=day).order_by("as_of").first()
    rows = Rows(
        day,
        is_newest=following is None,
        are_kept=MeasureRow.objects.filter(as_of=day).exists() or not _is_being_stored(),
    )
    read, nights = _read(versions, day, following.as_of if following else None)
    with planning():
        _hand_over(read, rows)
        _store_spans(day, following.as_of if following else None)
        counted = _counted()
    for told in nights:
        if told.members is not None:
            told.members = counted.get(told.group_id, 0)
    CustomerGroupNight.objects.filter(as_of=day, group__in=list(versions)).delete()
    CustomerGroupNight.objects.bulk_create(nights)


def _is_being_stored() -> bool:
    """Whether ``night_measures`` is there; a night over nobody keeps no rows either."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.night_measures') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def _versions_to_read(night: Night, only: Iterable[int] | None) -> dict[int, int]:
    """Group → the version of its condition that the night reads."""
    active = CustomerGroup.objects.filter(archived_at__isnull=True).order_by()
    if only is not None:
        return dict(active.filter(pk__in=list(only)).values_list("pk", "version"))
    then = CustomerGroupNight.objects.filter(as_of=night.as_of).order_by()
    read = dict(then.values_list("group_id", "version"))
    is_newest = not stored_nights().filter(as_of__gt=night.as_of).exists()
    if is_newest or night.restated_at is None:
        read |= dict(active.values_list("pk", "version"))
    return read


def _read(
    versions: Mapping[int, int], day: date, following: date | None
) -> tuple[list[_Evaluated], list[CustomerGroupNight]]:
    """The groups whose condition can be read, and a row for the night of every one."""
    documents = {
        (group_id, version): condition
        for group_id, version, condition in CustomerGroupVersion.objects.filter(
            group__in=list(versions)
        ).values_list("group_id", "version", "condition")
    }
    earlier = dict(
        CustomerGroupNight.objects.filter(
            as_of__lt=day, group__in=list(versions), members__isnull=False
        )
        .order_by("group_id", "-as_of")
        .distinct("group_id")
        .values_list("group_id", "version")
    )
    later = dict(
        CustomerGroupNight.objects.filter(as_of=following, group__in=list(versions))
        .order_by()
        .values_list("group_id", "version")
        if following
        else ()
    )
    fields = condition_fields(is_fresh=True).by_key
    read: list[_Evaluated] = []
    nights: list[CustomerGroupNight] = []
    for group_id, version in versions.items():
        told = CustomerGroupNight(group_id=group_id, as_of=day, version=version, members=0)
        nights.append(told)
        try:
            condition = parse(documents[group_id, version], fields)
        except ConditionFaulty as error:
            told.members, told.faults = None, [fault.to_json() for fault in error.faults]
            continue
        before = earlier.get(group_id)
        read.append(
            _Evaluated(
                group_id,
                version,
                condition,
                before=None
                if before in {None, version}
                else _readable(documents[group_id, before], fields),
                is_changed=before != version,
                is_changed_after=later.get(group_id, version) != version,
            )
        )
    return read, nights


def _readable(document: Any, fields: Mapping[str, Field]) -> Group | None:
    try:
        return parse(document, fields)
    except ConditionFaulty:
        return None


def _hand_over(read: Iterable[_Evaluated], rows: Rows) -> None:
    """Temporary tables: ``group_read``, and who meets the condition now (``group_now``) and, where
    it was changed, who meets the one before (``group_before``)."""
    _run("DROP TABLE IF EXISTS pg_temp.group_read, pg_temp.group_now, pg_temp.group_before")
    _run(
        "CREATE TEMPORARY TABLE group_read (group_id bigint, is_changed boolean, "
        "has_before boolean, cause_after text) ON COMMIT DROP"
    )
    for table in ("group_now", "group_before"):
        _run(f"CREATE TEMPORARY TABLE {table} (group_id bigint, customer_id bigint) ON COMMIT DROP")
    for one in read:
        cause_after = CONDITION if one.is_changed_after else CUSTOMER
        _run(
            "INSERT INTO group_read VALUES (%s, %s, %s, %s)",
            [one.group_id, one.is_changed, one.before is not None, cause_after],
        )
        for table, condition in (("group_now", one.condition), ("group_before", one.before)):
            if condition is not None:
                sql, parameters = matching(condition, rows)
                _run(
                    f"INSERT INTO {table} SELECT %s, customer_id FROM ({sql}) met",
                    [one.group_id, *parameters],
                )
    for table in ("group_read", "group_now", "group_before"):
        _run(f"ANALYZE {table}")


def _counted() -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT group_id, count(*) FROM group_now GROUP BY group_id")
        return dict(cursor.fetchall())


def _store_spans(day: date, following: date | None) -> None:
    """Make the history say ``group_now`` for this night and, for every other one, what it said.

    As `storing.store_assignments` does: for each customer of whom the history says something else,
    the spans around the night are cut at it and at the one following, the night's own is put
    between, and neighbours that touch are joined. The ends that this makes get a cause: the
    condition's when it was changed and the one before would have said something else tonight, too.
    """
    times = {"tenant": current_tenant_id(), "day": day, "following": following or "infinity"}
    _run("DROP TABLE IF EXISTS pg_temp.group_span")
    _run(
        f"""
        CREATE TEMPORARY TABLE group_span ON COMMIT DROP AS
        WITH around AS (
            SELECT s.id, s.group_id, s.customer_id, s.valid_from,
                   coalesce(s.valid_to, 'infinity') AS valid_to, s.entered_by, s.left_by
              FROM {MEMBERS} s JOIN group_read USING (group_id)
             WHERE s.tenant_id = %(tenant)s AND s.valid_from <= %(following)s
               AND coalesce(s.valid_to, 'infinity') >= %(day)s
        ), held AS (
            SELECT * FROM around WHERE valid_from <= %(day)s AND valid_to > %(day)s
        ), changed AS (
            SELECT coalesce(h.group_id, n.group_id) AS group_id,
                   coalesce(h.customer_id, n.customer_id) AS customer_id,
                   n.customer_id IS NOT NULL AS is_in
              FROM held h FULL JOIN group_now n
                ON n.group_id = h.group_id AND n.customer_id = h.customer_id
             WHERE h.customer_id IS NULL OR n.customer_id IS NULL
        ), caused AS (
            SELECT changed.*, r.cause_after,
                   CASE WHEN NOT r.is_changed
                          OR r.has_before AND (b.customer_id IS NOT NULL) = changed.is_in
                        THEN '{CUSTOMER}' ELSE '{CONDITION}' END AS cause
              FROM changed JOIN group_read r USING (group_id)
              LEFT JOIN group_before b
                ON b.group_id = changed.group_id AND b.customer_id = changed.customer_id
        )
        SELECT a.id, a.group_id, a.customer_id, a.valid_from,
               LEAST(a.valid_to, %(day)s) AS valid_to, a.entered_by,
               CASE WHEN a.valid_to <= %(day)s THEN a.left_by ELSE c.cause END AS left_by
          FROM around a JOIN caused c USING (group_id, customer_id) WHERE a.valid_from < %(day)s
        UNION ALL
        SELECT NULL, group_id, customer_id, %(day)s, %(following)s, cause,
               CASE WHEN %(following)s = 'infinity'::date THEN '' ELSE cause_after END
          FROM caused WHERE is_in
        UNION ALL
        SELECT a.id, a.group_id, a.customer_id, %(following)s, a.valid_to,
               CASE WHEN a.valid_from = %(following)s THEN a.entered_by ELSE c.cause_after END,
               a.left_by
          FROM around a JOIN caused c USING (group_id, customer_id)
         WHERE a.valid_to > %(following)s
        UNION ALL -- replaced and nothing else: remembered to be deleted
        SELECT a.id, a.group_id, a.customer_id, NULL, NULL, NULL, NULL
          FROM around a JOIN caused USING (group_id, customer_id)
         WHERE a.valid_from >= %(day)s AND a.valid_to <= %(following)s
        """,
        times,
    )
    _run(
        f"DELETE FROM {MEMBERS} WHERE tenant_id = %(tenant)s "
        "AND id IN (SELECT id FROM group_span WHERE id IS NOT NULL)",
        times,
    )
    _run(
        f"""
        WITH compared AS (
            SELECT *, lag(valid_to) OVER spans IS DISTINCT FROM valid_from AS begins
              FROM group_span WHERE valid_from IS NOT NULL
            WINDOW spans AS (PARTITION BY group_id, customer_id ORDER BY valid_from)
        ), numbered AS (
            SELECT *, count(*) FILTER (WHERE begins)
                      OVER (PARTITION BY group_id, customer_id ORDER BY valid_from) AS number
              FROM compared
        )
        INSERT INTO {MEMBERS} (group_id, customer_id, valid_from, valid_to, entered_by, left_by)
        SELECT group_id, customer_id, min(valid_from), NULLIF(max(valid_to), 'infinity'),
               (array_agg(entered_by ORDER BY valid_from))[1],
               (array_agg(left_by ORDER BY valid_from DESC))[1]
          FROM numbered GROUP BY group_id, customer_id, number
        """
    )
    _run("DROP TABLE group_span")


def _run(sql: str, parameters: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
