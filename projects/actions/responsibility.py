"""One face: derives who is each customer's only counterpart, with its history, from the facts.

At a moment: a project that has started while none was ever accepted makes its manager the face;
after the first handover, or with contracts and no project, it is the service manager; before that
the named salesperson, or nobody. Between a signature and the start of a project that follows within
``SALE_TO_PROJECT_DAYS``, the salesperson stays, so that no customer changes faces twice in a month.

Phases come from the facts' own dates, late ones included. The person in a phase is who was named on
the day, as far as we knew by its end (before we knew anything: who was named first); naming another
person starts a span on that day. All of it is read from facts and their versions, so deriving again,
once or from nothing, gives the same history.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import ContractLine, Tenant
from accounts.planning import planning
from accounts.tenancy import current_tenant_id, tenant_scope
from projects.models import Project
from projects.models.projects import handover_day_of, with_handover_day

SALE_TO_PROJECT_DAYS = 90
# Beyond this many, reading whole tables is faster than looking customers up one by one.
MANY_CUSTOMERS = 1000
# How far back days that nobody turned are made up for.
LOOK_BACK = timedelta(days=40)

# {only …} narrows each table to the customers asked for.
_WANTED = """
CREATE TEMPORARY TABLE wanted_faces ON COMMIT DROP AS
WITH customers AS (
    SELECT c.id, c.known_from, c.salesperson_id, c.service_manager_id, c.project_manager_id
      FROM accounts_customer c
     WHERE c.tenant_id = %(tenant)s {only_customer}
), signed AS (
    SELECT k.customer_id, min(l.signed_on) AS on_day
      FROM accounts_contractline l
      JOIN accounts_contract k ON k.tenant_id = l.tenant_id AND k.id = l.contract_id
     WHERE l.tenant_id = %(tenant)s AND NOT l.is_trial AND l.signed_on <= %(today)s {only_contract}
     GROUP BY k.customer_id
), accepted AS (
    SELECT p.customer_id, min({handover_day}) AS on_day
      FROM projects_project p
     WHERE p.tenant_id = %(tenant)s AND {handover_day} <= %(today)s {only_project}
     GROUP BY p.customer_id
), started AS (
    SELECT DISTINCT ON (p.customer_id) p.customer_id, p.id AS project_id, p.starts_on AS on_day,
           p.manager_id, p.known_from
      FROM projects_project p
      LEFT JOIN accepted a ON a.customer_id = p.customer_id
     WHERE p.tenant_id = %(tenant)s AND (a.on_day IS NULL OR p.starts_on < a.on_day) {only_project}
     ORDER BY p.customer_id, p.starts_on, p.key
),
-- What was known of the people named, on which day; of a day's versions the last counts.
customer_versions AS (
    SELECT id AS customer_id, known_from, salesperson_id, service_manager_id, project_manager_id
      FROM customers
    UNION ALL
    SELECT v.row_id, v.known_from, (v.before ->> 'salesperson_id')::bigint,
           (v.before ->> 'service_manager_id')::bigint, (v.before ->> 'project_manager_id')::bigint
      FROM accounts_rowversion v
      JOIN customers c ON c.id = v.row_id
     WHERE v.tenant_id = %(tenant)s AND v."table" = 'accounts_customer' AND v.before IS NOT NULL
), customer_days AS (
    SELECT DISTINCT ON (customer_id, (known_from AT TIME ZONE %(zone)s)::date)
           customer_id, (known_from AT TIME ZONE %(zone)s)::date AS day,
           salesperson_id, service_manager_id, project_manager_id
      FROM customer_versions
     ORDER BY customer_id, (known_from AT TIME ZONE %(zone)s)::date, known_from DESC
), customer_since AS (
    SELECT d.*, CASE WHEN row_number() OVER of_customer = 1 THEN '-infinity' ELSE day END AS since,
           min(day) OVER (PARTITION BY customer_id) AS first_day
      FROM customer_days d
    WINDOW of_customer AS (PARTITION BY customer_id ORDER BY day)
), project_versions AS (
    SELECT customer_id, known_from, manager_id FROM started
    UNION ALL
    SELECT s.customer_id, v.known_from, (v.before ->> 'manager_id')::bigint
      FROM started s
      JOIN accounts_rowversion v ON v.row_id = s.project_id
     WHERE v.tenant_id = %(tenant)s AND v."table" = 'projects_project' AND v.before IS NOT NULL
), project_days AS (
    SELECT DISTINCT ON (customer_id, (known_from AT TIME ZONE %(zone)s)::date)
           customer_id, (known_from AT TIME ZONE %(zone)s)::date AS day, manager_id
      FROM project_versions
     ORDER BY customer_id, (known_from AT TIME ZONE %(zone)s)::date, known_from DESC
), manager_events AS (
    -- The project's own manager, and who is named where it has none; later filled forward.
    SELECT customer_id, 0 AS kind, manager_id, NULL::bigint AS named_id,
           CASE WHEN row_number() OVER (PARTITION BY customer_id ORDER BY day) = 1
                THEN '-infinity' ELSE day END AS since
      FROM project_days
    UNION ALL
    SELECT c.customer_id, 1, NULL, c.project_manager_id, c.since
      FROM customer_since c
      JOIN started s ON s.customer_id = c.customer_id
), manager_groups AS (
    SELECT e.*, count(*) FILTER (WHERE kind = 0) OVER in_order AS project_group,
           count(*) FILTER (WHERE kind = 1) OVER in_order AS named_group
      FROM manager_events e
    WINDOW in_order AS (PARTITION BY customer_id ORDER BY since, kind ROWS UNBOUNDED PRECEDING)
), managers AS (
    SELECT DISTINCT ON (customer_id, since) customer_id, since,
           COALESCE(
               first_value(manager_id)
                   OVER (PARTITION BY customer_id, project_group ORDER BY since, kind),
               first_value(named_id)
                   OVER (PARTITION BY customer_id, named_group ORDER BY since, kind)
           ) AS colleague_id
      FROM manager_groups
     ORDER BY customer_id, since, kind DESC
), named_at AS (
    SELECT customer_id, 'salesperson' AS capacity, since, salesperson_id AS colleague_id
      FROM customer_since
    UNION ALL
    SELECT customer_id, 'service_manager', since, service_manager_id FROM customer_since
    UNION ALL
    SELECT customer_id, 'project_manager', since, colleague_id FROM managers
), named_changes AS (
    -- A colleague that an undone load took away is nobody.
    SELECT n.customer_id, n.capacity, n.since, g.id AS colleague_id,
           lag(g.id) OVER in_order AS before_id, row_number() OVER in_order AS place
      FROM named_at n
      LEFT JOIN accounts_colleague g ON g.tenant_id = %(tenant)s AND g.id = n.colleague_id
     WHERE n.since <= %(today)s
    WINDOW in_order AS (PARTITION BY n.customer_id, n.capacity ORDER BY n.since)
), named AS (
    SELECT customer_id, capacity, colleague_id, since,
           lead(since, 1, 'infinity') OVER (PARTITION BY customer_id, capacity ORDER BY since)
               AS until
      FROM named_changes
     WHERE place = 1 OR colleague_id IS DISTINCT FROM before_id
), facts AS (
    SELECT c.id, f.first_day, s.on_day AS signed_on, a.on_day AS accepted_on, p.on_day AS started_on
      FROM customers c
      JOIN customer_since f ON f.customer_id = c.id AND f.since = '-infinity'
      LEFT JOIN signed s ON s.customer_id = c.id
      LEFT JOIN accepted a ON a.customer_id = c.id
      LEFT JOIN started p ON p.customer_id = c.id
), phases AS (
    SELECT id AS customer_id, 0 AS rank, 'salesperson' AS capacity, 'prospect' AS why,
           LEAST(first_day, signed_on, started_on, accepted_on, %(today)s) AS from_on
      FROM facts
    UNION ALL
    SELECT id, 1, 'service_manager', 'contract', signed_on
      FROM facts
     WHERE signed_on IS NOT NULL AND (accepted_on IS NULL OR signed_on < accepted_on)
       AND (started_on IS NULL OR signed_on < started_on - {days})
    UNION ALL
    SELECT id, 2, 'project_manager', 'project', started_on
      FROM facts
     WHERE started_on <= %(today)s
    UNION ALL
    SELECT id, 3, 'service_manager', 'accepted', accepted_on
      FROM facts
     WHERE accepted_on IS NOT NULL
), spans AS (
    -- Of phases that begin on one day the furthest counts.
    SELECT DISTINCT ON (customer_id, from_on) customer_id, capacity, why, from_on,
           lead(from_on, 1, 'infinity') OVER (PARTITION BY customer_id ORDER BY from_on, rank)
               AS next_on
      FROM phases
     ORDER BY customer_id, from_on, rank DESC
), faces AS (
    SELECT s.customer_id, s.capacity, n.colleague_id, GREATEST(s.from_on, n.since) AS from_on,
           CASE WHEN n.since <= s.from_on THEN s.why ELSE 'assigned' END AS why
      FROM spans s
      JOIN named n ON n.customer_id = s.customer_id AND n.capacity = s.capacity
       AND n.since < s.next_on AND n.until > s.from_on
)
SELECT customer_id, capacity, colleague_id, why, from_on,
       lead(from_on) OVER (PARTITION BY customer_id ORDER BY from_on) AS to_on
  FROM faces
"""

_STATEMENTS = (
    # First what the facts no longer say: a customer never has two open spans, not for a moment.
    """
    DELETE FROM accounts_responsibility r
     WHERE r.tenant_id = %(tenant)s {only_face}
       AND NOT EXISTS (
           SELECT 1 FROM wanted_faces w
            WHERE w.customer_id = r.customer_id AND w.from_on = r.from_on
              AND w.capacity = r.capacity AND w.why = r.why
              AND w.colleague_id IS NOT DISTINCT FROM r.colleague_id
              AND w.to_on IS NOT DISTINCT FROM r.to_on)
    """,
    """
    INSERT INTO accounts_responsibility (customer_id, colleague_id, capacity, from_on, to_on, why)
    SELECT w.customer_id, w.colleague_id, w.capacity, w.from_on, w.to_on, w.why
      FROM wanted_faces w
     WHERE NOT EXISTS (
           SELECT 1 FROM accounts_responsibility r
            WHERE r.tenant_id = %(tenant)s AND r.customer_id = w.customer_id
              AND r.from_on = w.from_on)
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
    narrow = customer_ids is not None
    parts = {
        f"only_{name}": f"AND {column} = ANY(%(customers)s)" if narrow else ""
        for name, column in (
            ("customer", "c.id"),
            ("contract", "k.customer_id"),
            ("project", "p.customer_id"),
            ("face", "r.customer_id"),
        )
    }
    parameters: dict[str, Any] = {
        "tenant": current_tenant_id(),
        "today": today,
        "zone": zone,
        "customers": list(customer_ids or ()),
    }
    is_large = customer_ids is None or len(customer_ids) > MANY_CUSTOMERS
    # Few are found by their keys.
    with planning() if is_large else nullcontext(), connection.cursor() as cursor:
        # Two derivations of one tenant at once would write the same spans twice.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('faces', %s))", [current_tenant_id()]
        )
        cursor.execute(
            _WANTED.format(days=SALE_TO_PROJECT_DAYS, handover_day=handover_day_of("p"), **parts),
            parameters,
        )
        for statement in _STATEMENTS:
            cursor.execute(statement.format(**parts), parameters)


def turn_of_the_day(*, tenant_id: int) -> bool:
    """Once a local day, derive the faces of customers for whom a day has come: a project starts, a
    contract is signed or a handover counts. Returns whether it was done now.

    Days missed (nothing ran for a while) are made up for, up to ``LOOK_BACK``. That today is done is
    kept in the cache alone: forgotten, it is done again and changes nothing.
    """
    tenant = Tenant.objects.get(pk=tenant_id)
    today = tenant.local_date(timezone.now())
    done, key = today.isoformat(), f"faces-turned:{tenant_id}"
    if cache.get(key) == done:
        return False
    since = today - LOOK_BACK
    with tenant_scope(tenant_id):
        concerned = set(
            with_handover_day(Project.objects.all())
            .filter(
                Q(starts_on__gt=since, starts_on__lte=today)
                | Q(passed_on__gt=since, passed_on__lte=today)
            )
            .order_by()
            .values_list("customer_id", flat=True)
        ) | set(
            ContractLine.objects.filter(signed_on__gt=since, signed_on__lte=today)
            .order_by()
            .values_list("contract__customer_id", flat=True)
        )
        if concerned:
            derive_faces(today=today, zone=tenant.timezone, customer_ids=sorted(concerned))
    cache.set(key, done, timeout=int(timedelta(days=2).total_seconds()))
    return True
