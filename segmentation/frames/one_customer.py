"""One customer's measures of a past night, computed again from what was known then.

The night's own statements read small copies: temporary tables with the names of the tables of facts,
which PostgreSQL finds before these. They hold one customer's rows and are gone at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from segmentation.compute.measures import MeasureTable
from segmentation.frames.asof import AsOf
from segmentation.frames.facts import COLUMNS
from segmentation.frames.gathering import MEASURES, STAGE_FACTS
from segmentation.frames.reading import gather_facts
from segmentation.models import MeasureRow

_VERSIONS = "accounts_rowversion"


def _ever_own(table: str) -> str:
    """Ids of the rows that are or, as some version says, were the customer's."""
    return (
        f"SELECT id FROM {table} WHERE tenant_id = %(tenant)s AND customer_id = %(customer)s "
        f"UNION SELECT row_id FROM {_VERSIONS} WHERE tenant_id = %(tenant)s "
        f"AND \"table\" = '{table}' AND (before ->> 'customer_id')::bigint = %(customer)s"
    )


# Table → which rows are the customer's; earlier ones are copies already. Versions come first: rows
# that were the customer's once may be somebody else's, or gone, by now.
_OWN: Mapping[str, str] = {
    _VERSIONS: f"""known_to > %(known_at)s AND before IS NOT NULL AND "table" = ANY(%(tables)s)
        AND ((before ->> 'customer_id')::bigint = %(customer)s
             OR "table" = 'accounts_customer' AND row_id = %(customer)s
             OR (before ->> 'contract_id')::bigint IN ({_ever_own("accounts_contract")})
             OR (before ->> 'contact_id')::bigint IN ({_ever_own("accounts_contact")}))""",
    "accounts_customer": "id = %(customer)s",
    "accounts_payment": "customer_id = %(customer)s",
    "projects_project": "customer_id = %(customer)s",
    "accounts_touchpoint": "customer_id = %(customer)s",
    "usage_event": "customer_id = %(customer)s",
    "accounts_contact": f"id IN ({_ever_own('accounts_contact')})",
    "accounts_contactrole": "contact_id = ANY(%(contacts)s)",
    "accounts_contract": f"id IN ({_ever_own('accounts_contract')})",
    "accounts_contractline": "contract_id = ANY(%(contracts)s)",
    "accounts_instalment": "contract_id = ANY(%(contracts)s)",
}


class _Done(Exception):
    """Leaves the savepoint, and with it the copies."""


def measure_customer(
    asof: AsOf, customer_id: int, kinds: Mapping[str, bool]
) -> tuple[MeasureRow, MeasureTable] | None:
    """The customer's measures of a night, as they would be stored (the row is not) and as they are
    scored; None when the night did not know the customer.

    Args:
        kinds: of which kinds the tenant had facts, as the night found it: what the customer has none
            of is zero where others have some.
    """
    with _copies(asof, customer_id):
        facts = gather_facts(asof, kinds=kinds)
        if customer_id not in facts.table.frame.index:
            return None
        table = facts.table.rows(facts.table.frame.index[[0]])
        return _row(asof, customer_id), table


@contextmanager
def _copies(asof: AsOf, customer_id: int) -> Iterator[None]:
    try:
        with transaction.atomic():
            _copy(asof, customer_id)
            yield
            raise _Done
    except _Done:
        pass


def _copy(asof: AsOf, customer_id: int) -> None:
    parameters: dict[str, Any] = {
        "tenant": asof.tenant_id,
        "known_at": asof.known_at,
        "customer": customer_id,
        "tables": list(COLUMNS),
    }
    with connection.cursor() as cursor:
        for table, own in _OWN.items():
            cursor.execute(
                f"CREATE TEMPORARY TABLE {table} ON COMMIT DROP AS "
                f"SELECT * FROM {table} WHERE tenant_id = %(tenant)s AND ({own})",
                parameters,
            )
            if table in ("accounts_contact", "accounts_contract"):
                cursor.execute(f"SELECT id FROM {table}")
                name = table.removeprefix("accounts_") + "s"
                parameters[name] = [pk for (pk,) in cursor.fetchall()]


def _row(asof: AsOf, customer_id: int) -> MeasureRow:
    names = [*MEASURES, *STAGE_FACTS, "further"]
    with connection.cursor() as cursor:
        columns = ", ".join(f'"{name}"' for name in names)
        cursor.execute(
            f"SELECT {columns} FROM night_measures WHERE customer_id = %s", [customer_id]
        )
        values = dict(zip(names, cursor.fetchone(), strict=True))
    # Django leaves the JSON of raw statements as text.
    values["further"] = json.loads(values["further"])
    return MeasureRow(customer_id=customer_id, as_of=asof.day, **values)
