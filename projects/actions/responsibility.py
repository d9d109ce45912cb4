"""One face: derives who is each customer's only counterpart, with its history, from the facts.

At a moment: a project that has started while none was ever accepted makes its manager the face;
after the first acceptance, or with contracts and no project, it is the service manager; before that
the named salesperson, or nobody. Between a signature and the start of a project that follows within
``SALE_TO_PROJECT_DAYS``, the salesperson stays, so that no customer changes faces twice in a month.

Spans come from the facts' own dates. The person inside a span is who was named when the span was
first derived; a later change of the named person starts a span on the day of the change.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction

from accounts.tenancy import current_tenant_id

SALE_TO_PROJECT_DAYS = 90

_WANTED = """
CREATE TEMPORARY TABLE wanted_faces ON COMMIT DROP AS
WITH customers AS (
    SELECT c.id, c.salesperson_id, c.service_manager_id, c.project_manager_id,
           (c.known_from AT TIME ZONE %(zone)s)::date AS known_on
      FROM accounts_customer c
     WHERE c.tenant_id = %(tenant)s {only}
), signed AS (
    SELECT k.customer_id, min(l.signed_on) AS on_day
      FROM accounts_contractline l
      JOIN accounts_contract k ON k.tenant_id = l.tenant_id AND k.id = l.contract_id
     WHERE l.tenant_id = %(tenant)s AND NOT l.is_trial AND l.signed_on <= %(today)s
     GROUP BY k.customer_id
), accepted AS (
    SELECT p.customer_id, min(p.accepted_on) AS on_day
      FROM projects_project p
     WHERE p.tenant_id = %(tenant)s AND p.accepted_on <= %(today)s
     GROUP BY p.customer_id
), started AS (
    SELECT DISTINCT ON (p.customer_id) p.customer_id, p.starts_on AS on_day, p.manager_id
      FROM projects_project p
      LEFT JOIN accepted a ON a.customer_id = p.customer_id
     WHERE p.tenant_id = %(tenant)s AND (a.on_day IS NULL OR p.starts_on < a.on_day)
     ORDER BY p.customer_id, p.starts_on, p.key
), facts AS (
    SELECT c.*, s.on_day AS signed_on, a.on_day AS accepted_on, p.on_day AS started_on, p.manager_id
      FROM customers c
      LEFT JOIN signed s ON s.customer_id = c.id
      LEFT JOIN accepted a ON a.customer_id = c.id
      LEFT JOIN started p ON p.customer_id = c.id
), phases AS (
    SELECT id AS customer_id, 0 AS rank, 'salesperson' AS capacity, 'prospect' AS why,
           salesperson_id AS colleague_id,
           LEAST(known_on, signed_on, started_on, accepted_on, %(today)s) AS from_on
      FROM facts
    UNION ALL
    SELECT id, 1, 'service_manager', 'contract', service_manager_id, signed_on
      FROM facts
     WHERE signed_on IS NOT NULL AND (accepted_on IS NULL OR signed_on < accepted_on)
       AND (started_on IS NULL OR signed_on < started_on - {days})
    UNION ALL
    SELECT id, 2, 'project_manager', 'project', COALESCE(manager_id, project_manager_id), started_on
      FROM facts
     WHERE started_on <= %(today)s
    UNION ALL
    SELECT id, 3, 'service_manager', 'accepted', service_manager_id, accepted_on
      FROM facts
     WHERE accepted_on IS NOT NULL
)
SELECT DISTINCT ON (customer_id, from_on) customer_id, from_on, capacity, why, colleague_id,
       lead(from_on) OVER (PARTITION BY customer_id ORDER BY from_on, rank) AS next_on
  FROM phases
 ORDER BY customer_id, from_on, rank DESC
"""

# In this order; each is one set-based statement over the customers concerned.
_STATEMENTS = (
    # What the facts no longer say.
    """
    DELETE FROM accounts_responsibility r
     WHERE r.tenant_id = %(tenant)s
       AND r.customer_id IN (SELECT customer_id FROM wanted_faces)
       AND NOT EXISTS (
           SELECT 1 FROM wanted_faces w
            WHERE w.customer_id = r.customer_id AND w.capacity = r.capacity
              AND CASE WHEN r.why = 'assigned'
                       THEN r.from_on > w.from_on AND (w.next_on IS NULL OR r.from_on < w.next_on)
                       ELSE r.from_on = w.from_on AND r.why = w.why END)
    """,
    # Open ends are closed first: one customer never has two open spans, not even for a moment.
    """
    UPDATE accounts_responsibility r SET to_on = 'infinity'
     WHERE r.tenant_id = %(tenant)s AND r.to_on IS NULL
       AND r.customer_id IN (SELECT customer_id FROM wanted_faces)
    """,
    """
    INSERT INTO accounts_responsibility (customer_id, colleague_id, capacity, from_on, to_on, why)
    SELECT w.customer_id, w.colleague_id, w.capacity, w.from_on, 'infinity', w.why
      FROM wanted_faces w
     WHERE NOT EXISTS (
           SELECT 1 FROM accounts_responsibility r
            WHERE r.tenant_id = %(tenant)s AND r.customer_id = w.customer_id
              AND r.from_on = w.from_on)
    """,
    # Another person is named now than the latest span says: on the day of its start the span is
    # corrected, later a new span starts.
    """
    UPDATE accounts_responsibility r SET colleague_id = w.colleague_id
      FROM wanted_faces w
     WHERE r.tenant_id = %(tenant)s AND r.customer_id = w.customer_id AND w.next_on IS NULL
       AND r.from_on >= %(today)s AND r.colleague_id IS DISTINCT FROM w.colleague_id
    """,
    """
    INSERT INTO accounts_responsibility (customer_id, colleague_id, capacity, from_on, to_on, why)
    SELECT w.customer_id, w.colleague_id, w.capacity, %(today)s, 'infinity', 'assigned'
      FROM wanted_faces w
      JOIN LATERAL (
           SELECT r.colleague_id, r.from_on FROM accounts_responsibility r
            WHERE r.tenant_id = %(tenant)s AND r.customer_id = w.customer_id
            ORDER BY r.from_on DESC LIMIT 1) latest ON true
     WHERE w.next_on IS NULL AND latest.from_on < %(today)s
       AND latest.colleague_id IS DISTINCT FROM w.colleague_id
    """,
    """
    UPDATE accounts_responsibility r SET to_on = spans.next_on
      FROM (SELECT id, lead(from_on) OVER (PARTITION BY customer_id ORDER BY from_on) AS next_on
              FROM accounts_responsibility
             WHERE tenant_id = %(tenant)s
               AND customer_id IN (SELECT customer_id FROM wanted_faces)) spans
     WHERE r.tenant_id = %(tenant)s AND r.id = spans.id AND r.to_on IS DISTINCT FROM spans.next_on
    """,
    "DROP TABLE wanted_faces",
)


@transaction.atomic
def derive_faces(*, today: date, zone: str, customer_ids: Sequence[int] | None = None) -> None:
    """Bring the responsibility history of customers in line with the facts.

    Args:
        today: the tenant's local day; facts dated later do not count yet.
        zone: the tenant's time zone.
        customer_ids: only these customers; None: all of the tenant.
    """
    only = "" if customer_ids is None else "AND c.id = ANY(%(customers)s)"
    parameters: dict[str, Any] = {
        "tenant": current_tenant_id(),
        "today": today,
        "zone": zone,
        "customers": list(customer_ids or ()),
    }
    with connection.cursor() as cursor:
        # Facts that this transaction has just written have no statistics yet; believing them few,
        # the planner would compare every customer with every other.
        cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(_WANTED.format(only=only, days=SALE_TO_PROJECT_DAYS), parameters)
        for statement in _STATEMENTS:
            cursor.execute(statement, parameters)
        cursor.execute("SET LOCAL enable_nestloop = on")
