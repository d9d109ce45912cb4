"""What renewals, conversion and models of buying read, as frames, as known now."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pandas as pd

from accounts.models import Contract, ContractLine, Customer, Payment, RowVersion
from accounts.tenancy import current_tenant_id
from segmentation.compute.exact import MONEY_PLACES
from segmentation.frames.copying import copy_out

# Day numbers as of date.toordinal.
_ORDINAL = "- DATE '0001-01-01' + 1"


def contract_terms() -> pd.DataFrame:
    """One row per contract whose subscription lines all end, for `compute.renewals`.

    Columns: contract, customer (ids), ended_on (day number of the last end), arr (fees of the lines
    that ran until then, whole number of 10^-MONEY_PLACES), renewed_on (day number of the first start
    of a contract that renews it, NA). Trials and one-off lines are left out.
    """
    return copy_out(
        f"""
        WITH lines AS (
            SELECT contract.id AS contract_id, contract.customer_id, contract.renewal_of_id,
                   line.starts_on, line.ends_on, line.annual_fee
              FROM {ContractLine._meta.db_table} line
              JOIN {Contract._meta.db_table} contract
                ON contract.tenant_id = line.tenant_id AND contract.id = line.contract_id
             WHERE line.tenant_id = %(tenant)s AND line.kind = %(kind)s AND NOT line.is_trial
        ), ended AS (
            SELECT contract_id, customer_id, max(ends_on) AS ended_on FROM lines
             GROUP BY contract_id, customer_id HAVING bool_and(ends_on IS NOT NULL)
        ), renewed AS (
            SELECT renewal_of_id AS contract_id, min(starts_on) AS renewed_on FROM lines
             WHERE renewal_of_id IS NOT NULL GROUP BY renewal_of_id
        ), worth AS (
            SELECT lines.contract_id, sum(lines.annual_fee) AS arr
              FROM lines JOIN ended ON ended.contract_id = lines.contract_id
                                   AND ended.ended_on = lines.ends_on
             GROUP BY lines.contract_id
        )
        SELECT ended.contract_id, ended.customer_id, ended.ended_on {_ORDINAL},
               (worth.arr * %(scale)s)::bigint, renewed.renewed_on {_ORDINAL}
          FROM ended JOIN worth USING (contract_id) LEFT JOIN renewed USING (contract_id)
        """,
        {
            "contract": "int64",
            "customer": "int64",
            "ended_on": "int64",
            "arr": "int64",
            "renewed_on": "Int64",
        },
        {
            "tenant": current_tenant_id(),
            "kind": ContractLine.Kind.SUBSCRIPTION.value,
            "scale": 10**MONEY_PLACES,
        },
    )


def prospects(zone: ZoneInfo) -> pd.DataFrame:
    """One row per customer, for `compute.conversion`.

    Columns: customer (id), entered_on (day number of the first start of a trial, or else the day on
    which it became known in `zone`), converted_on (day number of the first signing, trials apart, NA),
    is_trial (whether it came by a trial).
    """
    return copy_out(
        f"""
        WITH bound AS (
            SELECT contract.customer_id,
                   min(line.starts_on) FILTER (WHERE line.is_trial) AS tried_on,
                   min(line.signed_on) FILTER (WHERE NOT line.is_trial) AS signed_on
              FROM {ContractLine._meta.db_table} line
              JOIN {Contract._meta.db_table} contract
                ON contract.tenant_id = line.tenant_id AND contract.id = line.contract_id
             WHERE line.tenant_id = %(tenant)s GROUP BY contract.customer_id
        ), kept AS (
            SELECT row_id, min(known_from) AS known_from FROM {RowVersion._meta.db_table}
             WHERE tenant_id = %(tenant)s AND "table" = %(customers)s AND before IS NOT NULL
             GROUP BY row_id
        )
        SELECT customer.id,
               coalesce(bound.tried_on, (LEAST(customer.known_from, kept.known_from)
                                         AT TIME ZONE %(zone)s)::date) {_ORDINAL},
               bound.signed_on {_ORDINAL}, bound.tried_on IS NOT NULL
          FROM {Customer._meta.db_table} customer
          LEFT JOIN bound ON bound.customer_id = customer.id
          LEFT JOIN kept ON kept.row_id = customer.id
         WHERE customer.tenant_id = %(tenant)s
        """,
        {
            "customer": "int64",
            "entered_on": "int64",
            "converted_on": "Int64",
            "is_trial": "bool",
        },
        {
            "tenant": current_tenant_id(),
            "zone": zone.key,
            "customers": Customer._meta.db_table,
        },
    )


def payment_rows() -> pd.DataFrame:
    """One row per payment: customer (id), paid_on (day number), amount (whole number of
    10^-MONEY_PLACES, negative for a refund)."""
    return copy_out(
        f"SELECT customer_id, paid_on {_ORDINAL}, (amount * %(scale)s)::bigint "
        f"FROM {Payment._meta.db_table} WHERE tenant_id = %(tenant)s",
        {"customer": "int64", "paid_on": "int64", "amount": "int64"},
        {"tenant": current_tenant_id(), "scale": 10**MONEY_PLACES},
    )
