"""Which customers a load concerns: the faces of those, and only those, are derived again."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from accounts.planning import planning
from accounts.tenancy import current_tenant_id

# Beyond this many, naming them costs more than looking at every customer.
NAMED_CUSTOMERS = 10_000


@dataclass(frozen=True)
class Touched:
    """How to find the customers of what a load created or changed in a table.

    `customers`: a query for their ids over `written`, whose `row_id` are the rows of `table`.
    """

    table: str
    customers: str

    def by(self, load_id: int) -> list[int] | None:
        """The customers, in the open scope, while what the load wrote is there.

        Returns:
            Their ids, none where the load wrote nothing; None: more than NAMED_CUSTOMERS.
        """
        with planning(), connection.cursor() as cursor:
            cursor.execute(
                "WITH written AS (SELECT DISTINCT row_id FROM accounts_rowversion "
                "WHERE tenant_id = %(tenant)s AND load_id = %(load)s "
                'AND "table" = %(table)s) '
                f"{self.customers} LIMIT {NAMED_CUSTOMERS + 1}",
                {"tenant": current_tenant_id(), "load": load_id, "table": self.table},
            )
            found = [customer for (customer,) in cursor.fetchall()]
        return found if len(found) <= NAMED_CUSTOMERS else None
