"""How many customers want each request, of which tiers, and the revenue behind them.

Adding up everybody's askings takes longer than a page may, so what came out is remembered until an
asking, a vote, a merge, a load or a night changes it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import BigIntegerField, DecimalField, QuerySet
from django.db.models.expressions import RawSQL

from accounts.tenancy import current_tenant_id
from segmentation.models import Night
from segmentation.queries.remembered import loads_seen, remembered

KEPT_SECONDS = 26 * 60 * 60

# A request's customers: each once, whoever of it asked or voted, of whatever was merged.
_WEIGHTS = """
WITH voice AS MATERIALIZED (
    SELECT DISTINCT coalesce(request.root_id, request.id) AS request_id, said.customer_id
      FROM (SELECT request_id, customer_id FROM service_ask WHERE tenant_id = %(tenant)s
            UNION ALL
            SELECT request_id, customer_id FROM service_vote WHERE tenant_id = %(tenant)s) said
      JOIN service_request request
        ON request.tenant_id = %(tenant)s AND request.id = said.request_id
)
SELECT voice.request_id, count(*), sum(worth.arr),
       array_agg(DISTINCT worth.tier) FILTER (WHERE worth.tier <> '')
  FROM voice LEFT JOIN segmentation_measurerow worth
    ON worth.tenant_id = %(tenant)s AND worth.as_of = %(night)s
   AND worth.customer_id = voice.customer_id
 GROUP BY voice.request_id
"""

# Changes with every asking, vote, merge and change of a request. Counted too: of two at once the one
# with the lower id may come to be seen later.
_SEEN = """
SELECT (SELECT max(id) FROM service_ask WHERE tenant_id = %(tenant)s),
       (SELECT count(*) FROM service_ask WHERE tenant_id = %(tenant)s),
       (SELECT max(id) FROM service_vote WHERE tenant_id = %(tenant)s),
       (SELECT count(*) FROM service_vote WHERE tenant_id = %(tenant)s),
       (SELECT max(known_from) FROM service_request WHERE tenant_id = %(tenant)s)
"""


@dataclass(frozen=True)
class Weights:
    """By place: a request, how many customers want it, their ARR on the latest night (None: not
    known), and their tiers."""

    requests: list[int]
    customers: list[int]
    arrs: list[Decimal | None]
    tiers: list[list[str]]

    def having(self, tier: str) -> list[bool]:
        """By place: whether a customer of this tier wants it; every one where no tier is asked."""
        return [not tier or tier in found for found in self.tiers]


def latest_night() -> Night | None:
    """The night whose revenue and tiers stand behind requests."""
    found: Night | None = (
        Night.objects.filter(state=Night.State.DONE)
        .only("as_of", "digest")
        .order_by("-as_of")
        .first()
    )
    return found


def night_day() -> date | None:
    """Its as-of day."""
    night = latest_night()
    return night.as_of if night else None


def weights() -> Weights:
    """Of every request that stands for itself and that somebody wants."""
    night = latest_night()
    parameters = {"tenant": current_tenant_id(), "night": night.as_of if night else None}
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, parameters)
        seen = "-".join(str(value) for value in cursor.fetchone())
    of_night = f"{night.pk}:{night.digest[:16]}" if night else ""

    def compute() -> Weights:
        with connection.cursor() as cursor:
            cursor.execute(_WEIGHTS, parameters)
            rows = cursor.fetchall()
        return Weights(
            [row[0] for row in rows],
            [row[1] for row in rows],
            [row[2] for row in rows],
            [row[3] or [] for row in rows],
        )

    return remembered(f"request-weights:{of_night}:{seen}:{loads_seen()}", KEPT_SECONDS, compute)


def with_weights(rows: QuerySet, *, sees_money: bool = True) -> QuerySet:
    """Requests with ``weight_customers`` and ``weight_arr``, to be sorted by; amounts are missing for
    who may see none."""
    found = weights()
    customers = dict(zip(map(str, found.requests), found.customers, strict=True))
    arrs = {
        str(pk): str(arr)
        for pk, arr in zip(found.requests, found.arrs, strict=True)
        if arr is not None and sees_money
    }
    key = '"service_request"."id"::text'
    weighed: QuerySet = rows.annotate(
        weight_customers=RawSQL(  # noqa: S611 - our names
            f"coalesce((%s::jsonb ->> {key})::bigint, 0)",
            [json.dumps(customers)],
            output_field=BigIntegerField(),
        ),
        weight_arr=RawSQL(  # noqa: S611 - our names
            f"(%s::jsonb ->> {key})::numeric",
            [json.dumps(arrs)],
            output_field=DecimalField(max_digits=20, decimal_places=4),
        ),
    )
    return weighed
