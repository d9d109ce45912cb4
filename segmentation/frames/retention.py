"""The contract lines that carry recurring revenue, as a frame."""

from __future__ import annotations

import pandas as pd

from accounts.models import Contract, ContractLine
from accounts.tenancy import current_tenant_id
from segmentation.compute.exact import MONEY_PLACES
from segmentation.frames.copying import copy_out


def subscription_lines() -> pd.DataFrame:
    """One row per subscription line that is no trial, as known now, for `compute.retention`.

    Columns: customer (id), starts_on, ends_on (day numbers as of date.toordinal, NA = running),
    annual_fee (whole number of 10^-MONEY_PLACES of the currency).
    """
    return copy_out(
        "SELECT contract.customer_id, line.starts_on - DATE '0001-01-01' + 1, "
        "line.ends_on - DATE '0001-01-01' + 1, (line.annual_fee * %(scale)s)::bigint "
        f"FROM {ContractLine._meta.db_table} line "
        f"JOIN {Contract._meta.db_table} contract "
        "ON contract.tenant_id = line.tenant_id AND contract.id = line.contract_id "
        "WHERE line.tenant_id = %(tenant)s AND line.kind = %(kind)s AND NOT line.is_trial",
        {"customer": "int64", "starts_on": "int64", "ends_on": "Int64", "annual_fee": "int64"},
        {
            "tenant": current_tenant_id(),
            "kind": ContractLine.Kind.SUBSCRIPTION.value,
            "scale": 10**MONEY_PLACES,
        },
    )
