"""What each customer's part of a figure is at the ends of two periods, so that the difference of the
figure is the sum of what its customers did.

A figure is the sum of its customers' parts ÷ a whole (1 where it is a sum itself).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.models import Colleague, Customer
from accounts.tenancy import current_tenant_id
from reports.catalogue import OVER_YEAR, figure
from reports.compute.documents import ReportKind
from reports.compute.report_periods import ReportPeriod
from reports.frames.executive_rows import LISTED, STEPS, parameters_of
from segmentation.models import MeasureRow

ARPA, CHURN = "ltv.arpa", "ltv.churn"
"""The factors of the lifetime value that customers have parts of."""

# Of the rows behind a figure: a customer's part, and the whole.
_OF_ROWS = ("sum(value)", "count(*)")
_SUM = ("sum(value)", "coalesce(max(1), 1)")
_PARTS: Mapping[str, tuple[str, str]] = {
    "logo_churn": _OF_ROWS,
    "grr": ("sum(least(was, now))", "sum(was)"),
    "nrr": ("sum(now)", "sum(was)"),
    "dau_rate": ("sum(value)", "0 * count(*) + %(length)s * (SELECT persons FROM known)"),
    "renewal_rate_customers": _OF_ROWS,
    "renewal_rate_arr": ("sum(value)", "sum(arr)"),
    "referred_share": ("sum(referred)", "count(*)"),
    "acceptance_rate": _OF_ROWS,
    "survey_response_rate": _OF_ROWS,
    "case_targets_met": _OF_ROWS,
    "nps": ("sum(100 * ((score >= 9)::int - (score <= 6)::int))", "count(*)"),
    "csat": ("sum(score)", "count(*)"),
    "ces": ("sum(score)", "count(*)"),
    ARPA: ("sum(now)", "12 * count(*)"),
    CHURN: ("sum((now = 0)::int)", "count(*)"),
}
_FURTHER: Mapping[str, str] = {
    "known": """
        SELECT count(*) AS persons FROM (
            SELECT DISTINCT customer_id, person FROM usage_event
             WHERE tenant_id = %(tenant)s AND occurred_at < %(end)s AND person <> '') AS once
        """,
    "months": """
        SELECT (%(day)s::date + 1 - make_interval(months => step))::date - 1 AS now_on,
               (%(day)s::date + 1 - make_interval(months => step + 1))::date - 1 AS was_on
          FROM generate_series(0, 11) AS step
        """,
}
_LISTED: Mapping[str, str] = {
    ARPA: "SELECT customer_id, now FROM standing WHERE now > 0",
    CHURN: """
        SELECT customer_id, was, now FROM (
            SELECT line.customer_id, months.now_on,
                   coalesce(sum(annual_fee) FILTER (
                       WHERE starts_on <= was_on AND coalesce(ends_on >= was_on, true)), 0) AS was,
                   coalesce(sum(annual_fee) FILTER (
                       WHERE starts_on <= now_on AND coalesce(ends_on >= now_on, true)), 0) AS now
              FROM line CROSS JOIN months WHERE recurs AND annual_fee > 0
             GROUP BY 1, 2) AS monthly
         WHERE was > 0
        """,
}

_SEEN = "(%(only)s::bigint[] IS NULL OR customer_id = ANY(%(only)s))"


@dataclass(frozen=True)
class Wholes:
    """What the parts are divided by, now and then."""

    now: Fraction
    then: Fraction

    def share(self, now: Any, then: Any) -> Fraction:
        """What these parts did to the figure."""
        return Fraction(now or 0) / self.now - Fraction(then or 0) / self.then


@dataclass(frozen=True)
class Part:
    """Of a customer, or of all in a group (``by`` is customer, tier, manager, industry or total)."""

    by: str
    key: str
    label: str
    now: Decimal
    then: Decimal
    customers: int


@dataclass(frozen=True)
class Asked:
    """Two periods that are compared, over the whole tenant."""

    key: str
    now: ReportPeriod
    then: ReportPeriod
    zone: ZoneInfo
    night: date | None = None


def is_in_parts(key: str) -> bool:
    """Whether customers' parts of a figure are known."""
    base = key.removesuffix(OVER_YEAR)
    if base in _PARTS:
        return True
    return base in LISTED and figure(ReportKind.EXECUTIVE, base).adds_up


def parts_of(
    asked: Asked, *, most: int, only: list[int] | None = None
) -> tuple[Wholes, list[Part]] | None:
    """The total, the groups, and the customers that did most; one statement. None: the figure is
    absent on one of the days.

    Args:
        only: customers that are named, and that groups are made of.
    """
    groups = " UNION ALL ".join(
        f"""SELECT '{by}' AS by, {key} AS key, {label} AS label, sum(now_part), sum(then_part),
                   count(*), 0::numeric AS done
              FROM about WHERE {_SEEN} GROUP BY 2, 3"""
        for by, key, label in (
            ("tier", "tier", "tier"),
            ("manager", "manager", "manager_name"),
            ("industry", "industry", "industry"),
        )
    )
    rows = _read(
        asked,
        f"""
        SELECT 'total', '', '', sum(now_part), sum(then_part), count(*), 0::numeric FROM about
         UNION ALL {groups}
         UNION ALL (SELECT 'customer', customer_id::text, name, now_part, then_part, 1, done
                      FROM about
                     WHERE done <> 0 AND {_SEEN}
                     ORDER BY abs(done) DESC, name, customer_id LIMIT %(most)s)
        """,
        {"most": most, "only": only},
    )
    return _split(rows)


def customers_page(
    asked: Asked, *, by: str, key: str, part: slice | None, only: list[int] | None
) -> tuple[Wholes, list[Part], int] | None:
    """Who did something to the figure, of a group (``by`` empty: of all), who did most first; with how
    many there are. One statement."""
    column = {"tier": "tier", "manager": "manager", "industry": "industry"}.get(by)
    condition = f"{column} = %(group)s" if column else "true"
    rows = _read(
        asked,
        f"""
        SELECT 'customer', customer_id::text, name, now_part, then_part, count(*) OVER (), done
          FROM about
         WHERE done <> 0 AND {condition} AND {_SEEN}
         ORDER BY abs(done) DESC, name, customer_id LIMIT %(most)s OFFSET %(skip)s
        """,
        {
            "only": only, "group": key,
            "most": None if part is None else part.stop - part.start,
            "skip": 0 if part is None else part.start,
        },
    )  # fmt: skip
    found = _split(rows)
    return None if found is None else (*found, found[1][0].customers if found[1] else 0)


def _split(rows: list[tuple[Any, ...]]) -> tuple[Wholes, list[Part]] | None:
    """The first row has the wholes."""
    now, then = rows[0][3], rows[0][4]
    if not now or not then:
        return None
    parts = [
        Part(by, key, label, at_end or Decimal(0), at_start or Decimal(0), customers)
        for by, key, label, at_end, at_start, customers, _done in rows[1:]
    ]
    return Wholes(Fraction(now), Fraction(then)), parts


def _read(asked: Asked, query: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    now, then = _half(asked.key), _renamed(_half(asked.key))
    sql = f"""
        WITH now_side AS MATERIALIZED ({now}), then_side AS MATERIALIZED ({then}),
        wholes AS (SELECT (SELECT max(whole) FROM now_side) AS now_whole,
                          (SELECT max(whole) FROM then_side) AS then_whole),
        moved AS (
            SELECT customer_id, coalesce(now_side.part, 0) AS now_part,
                   coalesce(then_side.part, 0) AS then_part
              FROM now_side FULL JOIN then_side USING (customer_id)
             WHERE customer_id IS NOT NULL
        ), about AS MATERIALIZED (
            SELECT moved.*, customer.name, customer.industry,
                   coalesce(measured.tier, '') AS tier,
                   coalesce(manager.id::text, '') AS manager,
                   coalesce(manager.name, '') AS manager_name,
                   coalesce(now_part / nullif(now_whole, 0)
                            - then_part / nullif(then_whole, 0), 0) AS done
              FROM moved CROSS JOIN wholes
              JOIN {Customer._meta.db_table} customer
                ON customer.tenant_id = %(tenant)s AND customer.id = moved.customer_id
              LEFT JOIN {MeasureRow._meta.db_table} measured
                ON measured.tenant_id = %(tenant)s AND measured.as_of = %(night)s
               AND measured.customer_id = moved.customer_id
              LEFT JOIN {Colleague._meta.db_table} manager
                ON manager.tenant_id = %(tenant)s AND manager.id = customer.service_manager_id
        )
        SELECT 'wholes', '', '', now_whole, then_whole, 0, 0::numeric FROM wholes
         UNION ALL (SELECT * FROM ({query}) AS found)
        """
    given = {
        **parameters,
        **_parameters(asked.now, asked),
        **{f"then_{name}": value for name, value in _parameters(asked.then, asked).items()},
        "night": asked.night,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def _half(key: str) -> str:
    """Customer, part and whole of one of the periods; a row without customer has the whole alone."""
    base = key.removesuffix(OVER_YEAR)
    part, whole = _PARTS.get(base, _SUM)
    listed = _LISTED[base] if base in _LISTED else LISTED[base][1]
    steps = ", ".join(
        f"{name} AS MATERIALIZED ({query})" for name, query in {**STEPS, **_FURTHER}.items()
    )
    return f"""
        WITH {steps}, listed AS MATERIALIZED ({listed})
        SELECT customer_id, {part} AS part, NULL::numeric AS whole FROM listed
         WHERE customer_id IS NOT NULL GROUP BY customer_id
         UNION ALL SELECT NULL, NULL, {whole} FROM listed
        """


def _renamed(sql: str) -> str:
    return re.sub(r"%\((?!tenant\))(\w+)\)s", r"%(then_\1)s", sql)


def _parameters(period: ReportPeriod, asked: Asked) -> dict[str, Any]:
    span = period.twelve_months if asked.key.endswith(OVER_YEAR) else period
    return {
        **parameters_of(span, asked.zone),
        "tenant": current_tenant_id(),
        "length": (span.last - span.first + timedelta(1)).days,
    }
