"""Contracts that end, from the contracts themselves: kept as rows, so that lists of every renewal
sort and filter by them. The rows are made again whenever contracts, calls or outcomes change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection

from accounts.models import Contract, ContractLine
from accounts.planning import planning
from accounts.tenancy import current_tenant_id
from segmentation.compute.renewal_terms import RENEWED_WITHIN_DAYS
from segmentation.measures.known import known_rows
from service.models import Renewal, RenewalCall, RenewalOutcome, RenewalStage

_CONTRACTS, _LINES = Contract._meta.db_table, ContractLine._meta.db_table
_RENEWALS = Renewal._meta.db_table

# As segmentation.frames.terms.contract_terms, with what renews a contract and is worth: of the
# contracts that name it, the lines that start up to 90 days after its end.
_TERMS = """
WITH line AS MATERIALIZED (
    SELECT contract.id AS contract_id, contract.customer_id, contract.renewal_of_id,
           line.starts_on, line.ends_on, line.annual_fee
      FROM ({lines}) line JOIN ({contracts}) contract ON contract.id = line.contract_id
     WHERE line.kind = 'subscription' AND NOT line.is_trial {signed}
), ended AS (
    SELECT contract_id, customer_id, max(ends_on) AS due_on FROM line
     GROUP BY contract_id, customer_id HAVING bool_and(ends_on IS NOT NULL)
), worth AS (
    SELECT line.contract_id, sum(line.annual_fee) AS arr
      FROM line JOIN ended ON ended.contract_id = line.contract_id AND ended.due_on = line.ends_on
     GROUP BY line.contract_id
), follow AS (
    SELECT ended.contract_id, min(line.starts_on) AS renewed_on, sum(line.annual_fee) AS renewed_arr
      FROM ended JOIN line ON line.renewal_of_id = ended.contract_id
                          AND line.starts_on <= ended.due_on + %(within)s
     GROUP BY ended.contract_id
)
SELECT ended.contract_id, ended.customer_id, ended.due_on, worth.arr, follow.renewed_on,
       follow.renewed_arr
  FROM ended JOIN worth USING (contract_id) LEFT JOIN follow USING (contract_id)
"""
_LINE_COLUMNS = (
    "contract_id",
    "kind",
    "is_trial",
    "signed_on",
    "starts_on",
    "ends_on",
    "annual_fee",
)
_CONTRACT_COLUMNS = ("id", "customer_id", "renewal_of_id")

KNOWN_TERMS = _TERMS.format(
    lines=known_rows(_LINES, *_LINE_COLUMNS),
    contracts=known_rows(_CONTRACTS, *_CONTRACT_COLUMNS),
    signed="AND line.signed_on <= %(day)s",
)
"""As known at ``%(known_at)s`` and signed by ``%(day)s``; `contract_id`, `customer_id`, `due_on`,
`arr`, `renewed_on`, `renewed_arr`. Names ``%(tenant)s`` and ``%(within)s`` too."""


def keep_terms(customer_ids: Sequence[int] | None = None) -> None:
    """Make the rows of renewals again from contracts, calls and outcomes as they are now: of these
    customers, and of those whose contracts theirs renew; None: of every customer.

    What a night says of a renewal stays with its row.
    """
    told: dict[str, Any] = {"tenant": current_tenant_id(), "within": RENEWED_WITHIN_DAYS}
    whose = ""
    if customer_ids is not None:
        told["customers"] = _with_renewed(customer_ids)
        whose = "AND customer_id = ANY(%(customers)s)"
    # Contracts of others that renew theirs count too.
    columns = (
        f"SELECT {', '.join(_CONTRACT_COLUMNS)} FROM {_CONTRACTS} WHERE tenant_id = %(tenant)s"
    )
    contracts = f"{columns} {whose}"
    if whose:
        # Either way by an index.
        theirs = f"SELECT id FROM {_CONTRACTS} WHERE tenant_id = %(tenant)s {whose}"
        contracts += f" UNION {columns} AND renewal_of_id IN ({theirs})"
    lines = f"SELECT {', '.join(_LINE_COLUMNS)} FROM {_LINES} WHERE tenant_id = %(tenant)s"
    if whose:
        lines += f" AND contract_id IN (SELECT id FROM ({contracts}) AS concerned)"
    terms = _TERMS.format(lines=lines, contracts=contracts, signed="")
    if whose:
        terms += " WHERE ended.customer_id = ANY(%(customers)s)"
    statement = _KEPT.format(terms=terms, whose=whose)
    if whose:
        with connection.cursor() as cursor:
            cursor.execute(statement, told)
        return
    with planning() as run:
        run(statement, told)


_VALUES = (
    "customer_id", "due_on", "arr", "renewed_on", "renewed_arr", "churn_told", "call_id", "stage",
    "percent", "amount",
)  # fmt: skip
_KEPT = f"""
WITH term AS MATERIALIZED ({{terms}}), gone AS (
    DELETE FROM {_RENEWALS} old WHERE tenant_id = %(tenant)s {{whose}}
       AND NOT EXISTS (SELECT FROM term WHERE term.contract_id = old.contract_id)
)
INSERT INTO {_RENEWALS} AS kept (contract_id, {", ".join(_VALUES)})
SELECT term.contract_id, term.customer_id, term.due_on, term.arr, term.renewed_on, term.renewed_arr,
       left_us.contract_id IS NOT NULL,
       coalesce(said.id, 0), coalesce(said.stage, '{RenewalStage.NOT_BEGUN.value}'), said.percent,
       said.amount
  FROM term LEFT JOIN {RenewalOutcome._meta.db_table} left_us
    ON left_us.tenant_id = %(tenant)s AND left_us.contract_id = term.contract_id
   AND left_us.kind = 'churned' AND left_us.undone_at IS NULL
  LEFT JOIN (
       SELECT DISTINCT ON (contract_id) contract_id, id, stage, percent, amount
         FROM {RenewalCall._meta.db_table} WHERE tenant_id = %(tenant)s
          AND contract_id IN (SELECT contract_id FROM term)
        ORDER BY contract_id, id DESC) said ON said.contract_id = term.contract_id
    ON CONFLICT (tenant_id, contract_id) DO UPDATE
   SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _VALUES)}
 WHERE ({", ".join(f"kept.{name}" for name in _VALUES)})
       IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in _VALUES)})
"""


def _with_renewed(customer_ids: Sequence[int]) -> list[int]:
    renewed = (
        Contract.objects.filter(customer__in=list(customer_ids), renewal_of__isnull=False)
        .order_by()
        .values_list("renewal_of__customer", flat=True)
    )
    return sorted({*customer_ids, *renewed})
