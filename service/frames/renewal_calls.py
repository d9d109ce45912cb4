"""The system's call for each renewal, from what a night measured; and the forecast of a month's end as
it was known then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
from django.db import connection

from accounts.models import Case, Tenant, Touchpoint
from accounts.tenancy import current_tenant_id
from segmentation.compute.renewal_terms import RENEWED_WITHIN_DAYS
from segmentation.frames.copying import TEXT, copy_in, copy_out
from segmentation.measures.known import known_rows
from segmentation.models import MeasureRow, Move, Night
from segmentation.ranks import WORSE, direction_of
from service.compute.renewal_risk import Called, call
from service.frames.renewal_terms import KNOWN_TERMS
from service.models import (
    CaseOpening,
    CaseWork,
    Renewal,
    RenewalCall,
    RenewalSnapshot,
    RenewalStage,
)

# So far ahead a night says anything of a renewal.
AHEAD_DAYS = 550
FELL_WITHIN_DAYS, TOUCHED_WITHIN_DAYS, BREACHED_WITHIN_DAYS = 90, 90, 90

_FACTS = f"""
WITH term AS ({{terms}}), fallen AS (
    SELECT DISTINCT ON (customer_id) customer_id, from_value || '>' || to_value AS fall
      FROM {Move._meta.db_table}
     WHERE tenant_id = %(tenant)s AND kind = 'tier' AND cause <> 'rules'
       AND as_of <= %(day)s AND as_of > %(day)s - {FELL_WITHIN_DAYS}
     ORDER BY customer_id, as_of DESC
), maker AS (
    SELECT contact.customer_id, bool_or(coalesce(role.to_on >= %(day)s, true)) AS is_there
      FROM ({known_rows("accounts_contactrole", "contact_id", "role", "from_on", "to_on")}) AS role
      JOIN ({known_rows("accounts_contact", "id", "customer_id")}) AS contact
        ON contact.id = role.contact_id
     WHERE role.role = 'decision_maker' AND coalesce(role.from_on <= %(day)s, true)
     GROUP BY contact.customer_id
), missed AS (
    SELECT brought.customer_id, count(DISTINCT brought.id)::double precision AS cases
      FROM (SELECT case_id, response_breached_at, resolution_breached_at
              FROM {CaseWork._meta.db_table} WHERE tenant_id = %(tenant)s
            UNION ALL
            SELECT case_id, response_breached_at, resolution_breached_at
              FROM {CaseOpening._meta.db_table} WHERE tenant_id = %(tenant)s) AS clock
      JOIN ({known_rows(Case._meta.db_table, "id", "customer_id")}) AS brought
        ON brought.id = clock.case_id
     CROSS JOIN LATERAL unnest(ARRAY[response_breached_at, resolution_breached_at]) AS moment
     WHERE moment >= %(missed_from)s AND moment < %(day_ends)s AND moment <= %(known_at)s
     GROUP BY brought.customer_id
), touched AS (
    SELECT EXISTS (
        SELECT FROM ({known_rows(Touchpoint._meta.db_table, "happened_on")}) AS meeting
         WHERE happened_on <= %(day)s) AS any
)
SELECT term.contract_id, term.customer_id, coalesce(measured.tier, ''),
       coalesce(measured.stage, ''), coalesce(fallen.fall, ''), measured.usage_trend,
       measured.days_since_usage, measured.seat_utilisation, measured.payment_overdue_days,
       (measured.further ->> 'open_cases')::double precision, missed.cases,
       (measured.further ->> 'open_change_requests')::double precision,
       (measured.further ->> 'unapproved_scope_days')::double precision,
       (measured.further ->> 'decision_maker_touch_days')::double precision,
       coalesce(NOT maker.is_there, false), coalesce(maker.is_there, false) AND touched.any
  FROM term CROSS JOIN touched
  LEFT JOIN {MeasureRow._meta.db_table} measured ON measured.tenant_id = %(tenant)s
       AND measured.customer_id = term.customer_id AND measured.as_of = %(day)s
  LEFT JOIN fallen ON fallen.customer_id = term.customer_id
  LEFT JOIN maker ON maker.customer_id = term.customer_id
  LEFT JOIN missed ON missed.customer_id = term.customer_id
"""
_OPEN_TERMS = (
    f"SELECT contract_id, customer_id FROM {Renewal._meta.db_table} "
    "WHERE tenant_id = %(tenant)s AND due_on BETWEEN %(first)s AND %(last)s"
)
_COLUMNS = {
    "renewal": "int64",
    "customer_id": "int64",
    "tier": TEXT,
    "stage": TEXT,
    "move": TEXT,
    "usage_trend": "float64",
    "days_since_usage": "Int64",
    "seat_utilisation": "float64",
    "overdue_days": "Int64",
    "open_cases": "float64",
    "breached_cases": "float64",
    "change_requests": "float64",
    "scope_days": "float64",
    "sponsor_days": "float64",
    "sponsor_lost": "bool",
    "has_sponsor": "bool",
}


def window(as_of: date) -> tuple[date, date]:
    """The first and last day of terms of which a night says something."""
    return as_of - timedelta(days=RENEWED_WITHIN_DAYS), as_of + timedelta(days=AHEAD_DAYS)


def keep_calls(night: Night, weights: Mapping[str, int]) -> None:
    """Write down what a night says of every renewal around it; of the others nothing is said."""
    told = _told(night)
    _copied(call(_facts(_OPEN_TERMS, told), weights))
    with connection.cursor() as cursor:
        cursor.execute(_FORGOTTEN, told)
        cursor.execute(_WRITTEN, told)


def keep_snapshots(night: Night, weights: Mapping[str, int]) -> int:
    """Keep the forecast as of a night, of the terms around it as they were known then; returns of how
    many."""
    told = _told(night)
    around = f"SELECT * FROM ({KNOWN_TERMS}) AS known WHERE due_on BETWEEN %(first)s AND %(last)s"
    _copied(call(_facts(around, told), weights))
    with connection.cursor() as cursor:
        cursor.execute(_FROZEN.format(terms=around), told)
        return int(cursor.rowcount)


def _told(night: Night) -> dict[str, Any]:
    first, last = window(night.as_of)
    zone = night.zone_in(Tenant.objects.get(pk=current_tenant_id()))
    day_ends = datetime.combine(night.as_of + timedelta(days=1), time(), zone)
    return {
        "tenant": current_tenant_id(),
        "day": night.as_of,
        "digest": night.digest,
        "known_at": night.known_at,
        "first": first,
        "last": last,
        "day_ends": day_ends,
        "missed_from": day_ends - timedelta(days=BREACHED_WITHIN_DAYS),
        "within": RENEWED_WITHIN_DAYS,
    }


def _facts(terms: str, told: Mapping[str, Any]) -> pd.DataFrame:
    """As `compute.renewal_risk.call` takes them; `renewal` is the contract's id."""
    facts = copy_out(_FACTS.format(terms=terms), _COLUMNS, told)
    falls = [
        move
        for move in facts["move"].unique()
        if move and direction_of("tier", *move.split(">")) == WORSE
    ]
    days = facts["sponsor_days"]
    untouched = facts["has_sponsor"] & (days.isna() | (days > TOUCHED_WITHIN_DAYS))
    fall = facts["move"].where(facts["move"].isin(falls), "")
    return facts.assign(fall=fall, sponsor_untouched=untouched)


def _copied(called: Called) -> None:
    """As temporary tables ``renewal_reason`` and ``renewal_call``."""
    whole = {"renewal": "bigint", "customer_id": "bigint", "points": "smallint"}
    copy_in("renewal_reason", whole | {"key": "text", "fact": "text"}, called.reasons)
    copy_in("renewal_call", whole | {"likelihood": "smallint", "tier": "text"}, called.calls)


_FORGOTTEN = f"""
UPDATE {Renewal._meta.db_table}
   SET as_of = NULL, night_digest = '', points = NULL, likelihood = NULL, reasons = '[]', tier = ''
 WHERE tenant_id = %(tenant)s AND as_of IS NOT NULL
   AND NOT due_on BETWEEN %(first)s AND %(last)s
"""
_WRITTEN = f"""
WITH told AS (
    SELECT renewal, jsonb_agg(jsonb_build_object('key', key, 'points', points, 'fact', fact)
                              ORDER BY points DESC, key) AS reasons
      FROM renewal_reason GROUP BY renewal
)
UPDATE {Renewal._meta.db_table} kept
   SET as_of = %(day)s, night_digest = %(digest)s, points = said.points, likelihood = said.likelihood,
       tier = coalesce(said.tier, ''), reasons = coalesce(told.reasons, '[]')
  FROM renewal_call said LEFT JOIN told ON told.renewal = said.renewal
 WHERE kept.tenant_id = %(tenant)s AND kept.contract_id = said.renewal
"""
_FROZEN = f"""
INSERT INTO {RenewalSnapshot._meta.db_table} (contract_id, customer_id, as_of, due_on, arr,
       renewed_arr, points, likelihood, stage, percent, amount)
SELECT term.contract_id, term.customer_id, %(day)s, term.due_on, term.arr, term.renewed_arr,
       said.points, said.likelihood, coalesce(called.stage, '{RenewalStage.NOT_BEGUN.value}'),
       called.percent, called.amount
  FROM ({{terms}}) AS term JOIN renewal_call said ON said.renewal = term.contract_id
  LEFT JOIN (SELECT DISTINCT ON (contract_id) contract_id, stage, percent, amount
               FROM {RenewalCall._meta.db_table}
              WHERE tenant_id = %(tenant)s AND said_on <= %(day)s
              ORDER BY contract_id, id DESC) called ON called.contract_id = term.contract_id
 WHERE EXISTS (SELECT FROM accounts_contract present
                WHERE present.tenant_id = %(tenant)s AND present.id = term.contract_id)
    ON CONFLICT (tenant_id, as_of, contract_id) DO NOTHING
"""
