"""The portfolio rolled up by group of companies (集团)."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from segmentation.queries.portfolio import by_group
from segmentation.queries.remembered import LISTED_SECONDS, remembered
from segmentation.views.listing import Listing
from ui.tables import Column, Table
from ui.tables.ordering import absent_last

COLUMNS = (
    Column("group", _("Group"), sort="head_name"),
    Column("customers", _("Companies"), sort="companies", align="end"),
    Column("arr", _("ARR"), sort="total_arr", align="end"),
    Column("persons", _("Active persons"), sort="total_users", align="end", wide=True),
    Column("seats", _("Seats"), sort="total_seats", align="end", wide=True),
    Column("renewal", _("Next renewal"), sort="next_renewal", align="end", wide=True),
    Column("overdue", _("Overdue"), sort="total_overdue", align="end", wide=True),
    Column("usage", _("Last use"), sort="last_use", align="end", wide=True),
)


def groups_page(listing: Listing) -> dict[str, Any]:
    """Table and rows of the roll-up: a row per group, its figures summed over what the filters
    leave. Two statements and one to count."""
    table = Table.read(
        COLUMNS,
        listing.asked.urlencode(),
        default="-arr",
        tie="group",
        rows=listing.table.rows,
    )
    groups = by_group(listing.rows)
    if table.sort == "group":
        # The head's own name, also where the filters leave only its subsidiaries.
        groups = groups.annotate(
            head_name=Max(Coalesce("customer__parent__name", "customer__name"))
        )

    def read() -> tuple[int, list[dict[str, Any]]]:
        total = groups.count()
        counted = table.counted(total)
        return total, list(groups.order_by(*absent_last(counted.order_by))[counted.slice])

    if listing.is_unfiltered and listing.scope.is_whole:
        name = f"groups-{listing.night.pk}-{table.sort}-{table.descending}-{table.page}"
        total, rows = remembered(name, LISTED_SECONDS, read)
    else:
        total, rows = read()
    table = table.counted(total)
    heads = Customer.objects.in_bulk([row["group"] for row in rows])
    for row in rows:
        row["head"] = heads[row["group"]]
        row["url"] = table.url(parent=row["head"].key, group=None, sort=None)
    return {"table": table, "rows": rows, "grouped": True}
