"""Forecasts that were kept before quarters began, beside what became of their renewals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from accounts.tenancy import current_tenant_id
from segmentation.compute.exact import MONEY_PLACES
from segmentation.compute.renewal_terms import RENEWED_WITHIN_DAYS
from segmentation.frames.copying import copy_out
from service.models import Renewal, RenewalSnapshot

_FORECASTS = f"""
SELECT date_trunc('quarter', told.due_on)::date - DATE '0001-01-01' + 1,
       told.likelihood, told.percent,
       (coalesce(told.renewed_arr * 100, told.arr * coalesce(told.likelihood, 0)) * %(scale)s)::bigint,
       (coalesce(told.renewed_arr * 100, coalesce(told.amount, told.arr)
                 * coalesce(told.percent, told.likelihood, 0)) * %(scale)s)::bigint,
       (coalesce(now.renewed_arr, 0) * %(scale)s)::bigint,
       CASE WHEN now.renewed_on IS NOT NULL THEN 1
            WHEN now.churn_told OR now.due_on + {RENEWED_WITHIN_DAYS} < %(today)s THEN 0 END,
       told.renewed_arr IS NULL
  FROM {RenewalSnapshot._meta.db_table} told
  JOIN {Renewal._meta.db_table} now
    ON now.tenant_id = told.tenant_id AND now.contract_id = told.contract_id
 WHERE told.tenant_id = %(tenant)s AND told.as_of = date_trunc('quarter', told.due_on)::date - 1
   AND told.due_on >= %(since)s AND told.due_on <= %(until)s
   AND (%(customers)s::bigint[] IS NULL OR told.customer_id = ANY(%(customers)s::bigint[]))
"""
_COLUMNS = {
    "quarter": "int64",
    "likelihood": "Int64",
    "percent": "Int64",
    "system": "int64",
    "manager": "int64",
    "kept": "int64",
    "renewed": "Int64",
    "was_open": "bool",
}


def forecasts_of_quarters(
    since: date, today: date, customer_ids: Sequence[int] | None
) -> pd.DataFrame:
    """A row per renewal due from `since` to the end of the quarter before today's, as the last day
    before its quarter told: the columns of ``compute.renewal_accuracy.quarters``, with `likelihood` and
    `was_open` (not renewed by then: what was called). Money is scaled by 10^MONEY_PLACES, forecasts by
    100 more. Contracts that end no more are left out."""
    quarter = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    return copy_out(
        _FORECASTS,
        _COLUMNS,
        {
            "tenant": current_tenant_id(),
            "scale": 10**MONEY_PLACES,
            "today": today,
            "since": since,
            "until": quarter - timedelta(days=1),
            "customers": list(customer_ids) if customer_ids is not None else None,
        },
    )
