"""How customers stand among their peers on a stored night, as a query with a row per customer.

Peers, rings and percentiles are those of service.queries.peers, which asks for one customer.
"""

from __future__ import annotations

from collections.abc import Mapping

from accounts.models import Customer
from segmentation.models import MeasureRow
from service.compute.peers import FEWEST_PEERS

MEASURES: Mapping[str, str] = {
    "peers_events": "events_30",
    "peers_breadth": "breadth",
    "peers_seats": "seat_utilisation",
}
"""Figure → the measure of the night that it compares."""


FEW = 20
"""Up to so many customers, comparing each with its peers is less work than placing everybody."""

_RINGS = """(VALUES (1, industry, size, industry <> '' AND size <> ''),
                   (2, industry, '', industry <> ''),
                   (3, '', size, size <> '')) AS ringed (ring, one, two, is_known)"""


def peers(*, few: bool = False) -> Mapping[str, str]:
    """``placed``: per customer that the night measured, whether it has a group, and for each figure
    the measure's value and the share of the peers; ``few``: of the ``customers`` alone."""
    values = ", ".join(
        f"('{key}', measured.{column}::double precision)" for key, column in MEASURES.items()
    )
    shares = ", ".join(f"min(share) FILTER (WHERE figure = '{key}') AS {key}" for key in MEASURES)
    known = ", ".join(f"measured.{column} AS {key}_value" for key, column in MEASURES.items())
    return {
        "measured": f"""
            SELECT row.customer_id, customer.industry, customer.size,
                   (row.stage = ANY(%(running_stages)s))::int AS runs,
                   {", ".join(f"row.{column}" for column in MEASURES.values())}
              FROM {MeasureRow._meta.db_table} AS row
              JOIN {Customer._meta.db_table} AS customer
                ON customer.tenant_id = %(tenant)s AND customer.id = row.customer_id
             WHERE row.tenant_id = %(tenant)s AND row.as_of = %(night_day)s
            """,
        # What is not known is nobody's peer.
        "compared": _few_compared(values)
        if few
        else f"""
            SELECT measured.customer_id, figure, ring, runs, value,
                   sum(runs) OVER inside AS all_running,
                   sum(runs) OVER (PARTITION BY figure, ring, one, two, value) AS as_much,
                   sum(runs) OVER (PARTITION BY figure, ring, one, two ORDER BY value
                                   RANGE UNBOUNDED PRECEDING) AS up_to
              FROM measured
             CROSS JOIN LATERAL (VALUES {values}) AS by_figure (figure, value)
             CROSS JOIN LATERAL {_RINGS}
             WHERE is_known AND value IS NOT NULL
            WINDOW inside AS (PARTITION BY figure, ring, one, two)
            """,
        "shared": f"""
            SELECT DISTINCT ON (customer_id, figure) customer_id, figure,
                   div(200 * (up_to - as_much) + 100 * (as_much - runs) + all_running - runs,
                       2 * (all_running - runs)) / 100 AS share
              FROM compared WHERE all_running - runs >= {FEWEST_PEERS}
             ORDER BY customer_id, figure, ring
            """,
        "shares": f"SELECT customer_id, {shares} FROM shared GROUP BY customer_id",
        "placed": f"""
            SELECT measured.customer_id, measured.industry <> '' OR measured.size <> '' AS is_grouped,
                   {known}, {", ".join(f"shares.{key}" for key in MEASURES)}
              FROM measured LEFT JOIN shares USING (customer_id)
             WHERE {"customer_id = ANY(%(customers)s)" if few else "true"}
            """,
    }


def _few_compared(values: str) -> str:
    """Each of the customers beside everybody in its rings: nothing is sorted."""
    return f"""
        SELECT mine.customer_id, mine.figure, ring, mine.runs,
               sum(peer.runs) AS all_running,
               coalesce(sum(peer.runs) FILTER (WHERE peer.value = mine.value), 0) AS as_much,
               coalesce(sum(peer.runs) FILTER (WHERE peer.value <= mine.value), 0) AS up_to
          FROM (SELECT measured.customer_id, runs, figure, value, ring, one, two FROM measured
                 CROSS JOIN LATERAL (VALUES {values}) AS by_figure (figure, value)
                 CROSS JOIN LATERAL {_RINGS}
                 WHERE customer_id = ANY(%(customers)s) AND is_known AND value IS NOT NULL) AS mine
          JOIN (SELECT industry, size, runs, figure, value FROM measured
                 CROSS JOIN LATERAL (VALUES {values}) AS by_figure (figure, value)) AS peer
            ON peer.figure = mine.figure AND (peer.industry = one OR ring = 3)
           AND (peer.size = two OR ring = 2)
         WHERE peer.value IS NOT NULL
         GROUP BY mine.customer_id, mine.figure, ring, mine.runs
        """


def no_peers() -> Mapping[str, str]:
    """The same without a night: of nobody."""
    columns = ", ".join(
        f"NULL::double precision AS {key}_value, NULL::numeric AS {key}" for key in MEASURES
    )
    return {
        "placed": f"SELECT NULL::bigint AS customer_id, false AS is_grouped, {columns} WHERE false"
    }
