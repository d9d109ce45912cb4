"""Ranks of all open work in one statement: service.compute.ranks in SQL, to the last bit the same."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import F, Max

from accounts.compute.working_days import WorkingCalendar
from accounts.models import Contract, ContractLine
from accounts.planning import planning
from accounts.tenancy import current_tenant_id
from segmentation.models import MeasureRow, Move
from segmentation.ranks import WORSE, DirectionSign, sign_of
from service.compute.ranks import (
    MANY_CASES,
    MOVED_DAYS,
    NO_STAKE,
    OVERDUE_DAYS,
    SIGNALS,
    SILENCE_DAYS,
    TREND_DROP,
    RankWeights,
)
from service.models import Cta

# After so many days a rank is written again though it is the same, with what it is made of by then.
KEPT_DAYS = 7


@dataclass(frozen=True)
class RankDay:
    """What every rank of a moment is computed with.

    today: where the tenant is. night: the day of the latest stored night; None: there is none.
    median_arr: of that night's customers that pay. version: of the weights, 0: as shipped.
    """

    today: date
    night: date | None
    median_arr: Decimal | None
    version: int
    weights: RankWeights
    calendar: WorkingCalendar


def median_arr(night: date) -> Decimal | None:
    """What the customers that pay pay at the middle, a value that one of them pays; None: nobody
    pays."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY arr) FROM {_MEASURES}"
            " WHERE tenant_id = %s AND as_of = %s AND arr > 0",
            [current_tenant_id(), night],
        )
        found: Decimal | None = cursor.fetchone()[0]
    return found


def store_ranks(day: RankDay, ids: Sequence[int] | None = None) -> int:
    """Give open work the rank of a day, all of it or some of these; returns how many changed.

    A rank that comes out the same to the last bit keeps the day that it was computed on, for KEPT_DAYS
    at most: over a weekend no time passes, and what is long overdue or far away hardly changes.
    """
    sql, parameters = _ranked(day, ids)
    with _planned(ids), connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH ranked AS ({sql})
            UPDATE {_CTAS} AS cta
               SET value_at_stake = ranked.stake, risk = ranked.risk, rank = ranked.rank,
                   rank_factors = ranked.factors
              FROM ranked
             WHERE cta.tenant_id = %(tenant)s AND cta.id = ranked.id
               AND ((cta.rank, cta.risk, cta.value_at_stake) IS DISTINCT FROM
                    (ranked.rank, ranked.risk, ranked.stake)
                    OR (cta.rank_factors->'source', cta.rank_factors->'version') IS DISTINCT FROM
                       (ranked.factors->'source', ranked.factors->'version')
                    OR (cta.rank_factors->>'day')::date <= %(kept_before)s)
            """,
            parameters | {"kept_before": day.today - timedelta(days=KEPT_DAYS)},
        )
        changed: int = cursor.rowcount
    return changed


@dataclass(frozen=True)
class Place:
    """A piece of work with another rank: its place from 1 among all open work, before and then."""

    cta_id: int
    place: int
    rank: float
    place_before: int
    rank_before: float


def first_places(day: RankDay, most: int) -> list[Place]:
    """The work that would come first with the weights of ``day``, and what comes first now."""
    sql, parameters = _ranked(day, None)
    with _planned(None), connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT * FROM (
                SELECT ranked.id, row_number() OVER (ORDER BY ranked.rank DESC, ranked.id) AS place,
                       ranked.rank,
                       row_number() OVER (ORDER BY cta.rank DESC, cta.id) AS place_before,
                       cta.rank AS rank_before
                  FROM ({sql}) AS ranked
                  JOIN {_CTAS} AS cta ON cta.tenant_id = %(tenant)s AND cta.id = ranked.id
                 WHERE cta.snoozed_until IS NULL OR cta.snoozed_until <= %(today)s
            ) AS placed
             WHERE place <= %(most)s OR place_before <= %(most)s
             ORDER BY place
            """,
            parameters | {"most": most, "today": day.today},
        )
        return [Place(*row) for row in cursor.fetchall()]


_CTAS, _MEASURES = Cta._meta.db_table, MeasureRow._meta.db_table
_CONTRACTS, _LINES = Contract._meta.db_table, ContractLine._meta.db_table
_POINTS = " + ".join(f"%(points_{name})s::float8 * signal.{name}" for name in SIGNALS)
# The amount that the work itself is about, where its reason names one.
_AMOUNT = "cta.reason->>'amount'"
_OWN = f"CASE WHEN {_AMOUNT} ~ '^[0-9]{{1,14}}([.][0-9]+)?$' THEN ({_AMOUNT})::numeric END"

_THEIRS = f"SELECT customer_id FROM {_CTAS} WHERE tenant_id = %(tenant)s AND id = ANY(%(ids)s)"

# What ended last, of who pays nothing now: the lines that ended on the customer's last such day.
_RANKED = f"""
SELECT fact.id, stake.amount AS stake, risk.risk,
       stake.weight * risk.risk * risk.urgency AS rank,
       jsonb_build_object(
           'source', stake.source, 'moved', fact.moved, 'trend', fact.trend,
           'overdue', fact.overdue, 'cases', fact.cases, 'silence', fact.silence,
           'left', fact.days_left, 'day', %(day)s::text, 'night', %(night)s::text,
           'version', %(version)s::int
       ) AS factors
  FROM (
    SELECT cta.id, measured.arr, ended.arr AS ended, worse.days AS moved, measured.usage_trend AS trend,
           measured.payment_overdue_days AS overdue, due.days_left,
           (measured.further->>'open_cases')::numeric::int AS cases,
           (measured.further->>'decision_maker_touch_days')::numeric::int AS silence,
           {_OWN} AS own
      FROM {_CTAS} AS cta
      JOIN unnest(%(due)s::date[], %(left)s::int[]) AS due (due_on, days_left)
        ON due.due_on = cta.due_on
      LEFT JOIN {_MEASURES} AS measured
        ON measured.tenant_id = %(tenant)s AND measured.customer_id = cta.customer_id
       AND measured.as_of = %(night)s::date
      LEFT JOIN (
        SELECT customer_id, sum(annual_fee) AS arr
          FROM (
            SELECT contract.customer_id, line.annual_fee, line.ends_on,
                   max(line.ends_on) OVER (PARTITION BY contract.customer_id) AS last_on
              FROM {_CONTRACTS} AS contract
              JOIN {_LINES} AS line
                ON line.tenant_id = %(tenant)s AND line.contract_id = contract.id
             WHERE contract.tenant_id = %(tenant)s AND line.kind = 'subscription'
               AND NOT line.is_trial AND line.ends_on <= %(night)s::date __of_some__
          ) AS ended
         WHERE ends_on = last_on
         GROUP BY customer_id
      ) AS ended ON ended.customer_id = cta.customer_id
      LEFT JOIN (__worse__) AS worse ON worse.customer_id = cta.customer_id
     WHERE cta.tenant_id = %(tenant)s AND cta.state = 'open' __some__
  ) AS fact
 CROSS JOIN LATERAL (
    SELECT CASE WHEN fact.own > 0 THEN fact.own WHEN fact.arr > 0 THEN fact.arr
                WHEN fact.ended > 0 THEN fact.ended ELSE %(median)s::numeric END AS amount,
           CASE WHEN fact.own > 0 THEN 'own' WHEN fact.arr > 0 THEN 'arr'
                WHEN fact.ended > 0 THEN 'ended'
                WHEN %(median)s::numeric IS NOT NULL THEN 'median' ELSE 'none' END AS source
  ) AS found
 CROSS JOIN LATERAL (
    SELECT found.amount, found.source,
           coalesce(found.amount::float8, {NO_STAKE}::float8) AS weight
  ) AS stake
 CROSS JOIN LATERAL (
    SELECT least(1, greatest(0, ({MOVED_DAYS} - fact.moved)::float8 / {MOVED_DAYS})) AS moved,
           least(1, greatest(0, (1 - fact.trend) / {TREND_DROP}::float8)) AS trend,
           least(1, greatest(0, fact.overdue::float8 / {OVERDUE_DAYS})) AS overdue,
           least(1, greatest(0, fact.cases::float8 / {MANY_CASES})) AS cases,
           CASE WHEN fact.silence IS NULL THEN 1
                ELSE least(1, greatest(0, fact.silence::float8 / {SILENCE_DAYS})) END AS silence
  ) AS signal
 CROSS JOIN LATERAL (
    SELECT CASE WHEN %(points)s = 0 THEN 1::float8
                ELSE least(1, %(floor)s::float8 + (1 - %(floor)s::float8)
                              * (({_POINTS}) / %(points)s::float8)) END AS risk,
           CASE WHEN fact.days_left >= 0
                THEN %(pace)s::float8 / (%(pace)s::float8 + fact.days_left)
                ELSE least(%(limit)s::float8, 1 + (-fact.days_left)::float8 / %(pace)s::float8)
           END AS urgency
  ) AS risk
"""


def _ranked(day: RankDay, ids: Sequence[int] | None) -> tuple[str, dict[str, Any]]:
    """A row per piece of open work: id, stake, risk, rank, factors."""
    some = "" if ids is None else "AND cta.id = ANY(%(ids)s)"
    of_some = "" if ids is None else f"AND contract.customer_id IN ({_THEIRS})"
    due, left = _days_left(day, ids)
    weights = day.weights
    parameters = {
        "tenant": current_tenant_id(),
        "ids": None if ids is None else list(ids),
        "night": day.night,
        "day": day.today.isoformat(),
        "median": day.median_arr,
        "version": day.version,
        "due": due,
        "left": left,
        "points": weights.points,
        **{f"points_{name}": getattr(weights, name) for name in SIGNALS},
        "floor": weights.floor / 100,
        "pace": weights.pace,
        "limit": weights.limit / 100,
    }
    sql = _RANKED.replace("__worse__", _worse(day.night)).replace("__some__", some)
    sql = sql.replace("__of_some__", of_some)
    return sql, parameters


def _planned(ids: Sequence[int] | None) -> AbstractContextManager[Any]:
    """All work is joined by hash whatever the statistics say: they are old when a night has just been
    stored, and a customer's measures would be looked for once per piece of work."""
    return planning() if ids is None else nullcontext()


def _days_left(day: RankDay, ids: Sequence[int] | None) -> tuple[list[date], list[int]]:
    """The due days of open work, each with the working days to it."""
    found = Cta.objects.filter(state=Cta.State.OPEN)
    if ids is not None:
        found = found.filter(pk__in=ids)
    due = list(found.order_by().values_list("due_on", flat=True).distinct())
    if not due:
        return [], []
    ends = np.array(due, dtype="datetime64[D]")
    today = np.full(len(due), np.datetime64(day.today, "D"))
    return due, [int(number) for number in day.calendar.between_each(today, ends)]


def _worse(night: date | None) -> str:
    """How many days before the night each customer last moved for the worse, of those that count."""
    if night is None:
        return "SELECT NULL::bigint AS customer_id, NULL::int AS days WHERE false"
    since = night - timedelta(days=MOVED_DAYS)
    moves = (
        Move.objects.filter(as_of__gt=since, as_of__lte=night)
        .annotate(sign=DirectionSign())
        .filter(sign=sign_of(WORSE))
        .order_by()
        .values("customer_id")
        .annotate(last=Max(F("as_of")))
    )
    sql, parameters = moves.query.sql_with_params()
    with connection.cursor() as cursor:
        bound = cursor.mogrify(sql, parameters).decode().replace("%", "%%")
    return f"SELECT customer_id, %(night)s::date - last AS days FROM ({bound}) AS moved"
