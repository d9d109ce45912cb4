"""The first page of the list of reports is read by an index, however many reports there are."""

from __future__ import annotations

from django.db import connection

from accounts.models import Membership, Tenant, User
from reports.models import Report
from reports.queries import reports as queries
from reports.views.reports import COLUMNS
from ui.tables import Table


def test_the_first_page_needs_no_sorting(scope: Tenant, alice: User) -> None:
    membership = Membership.objects.get(user=alice)
    order = Table.read(COLUMNS, "", default="-period", tie="pk").order_by
    page = queries.latest_versions(queries.visible_reports(membership))
    page = page.select_related("customer").defer("document", "texts").order_by(*order)[:50]
    with connection.cursor() as cursor:
        # In an empty table everything else costs as little.
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        statement, parameters = page.query.sql_with_params()
        cursor.execute(f"EXPLAIN {statement}", parameters)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "report_listed_ix" in plan, plan
    assert "Sort" not in plan, plan
    assert Report._meta.db_table in plan
