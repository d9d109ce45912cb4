"""Whether what was asked for is used once it is there: by customers who asked, and by owners of the
module who did not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from accounts.tenancy import current_tenant_id
from service.compute.update_use import WINDOWS, Use, use_of
from service.models import ProductUpdate

# Customers who want the update's requests (each once); owners of its modules on the day it came.
_GROUPS = """
update_request AS (
    SELECT DISTINCT named.update_id, coalesce(request.root_id, request.id) AS request_id
      FROM service_updaterequest named
      JOIN service_request request
        ON request.tenant_id = %(tenant)s AND request.id = named.request_id
     WHERE named.tenant_id = %(tenant)s AND named.update_id = ANY(%(updates)s)
), said AS (
    SELECT DISTINCT update_request.update_id, voice.customer_id
      FROM update_request
      JOIN service_request part ON part.tenant_id = %(tenant)s
       AND coalesce(part.root_id, part.id) = update_request.request_id
      JOIN (SELECT request_id, customer_id FROM service_ask WHERE tenant_id = %(tenant)s
            UNION ALL
            SELECT request_id, customer_id FROM service_vote WHERE tenant_id = %(tenant)s) voice
        ON voice.request_id = part.id
), owner AS (
    SELECT DISTINCT named.update_id, contract.customer_id
      FROM service_updatemodule named
      JOIN service_productupdate told
        ON told.tenant_id = %(tenant)s AND told.id = named.update_id
      JOIN accounts_contractline line
        ON line.tenant_id = %(tenant)s AND line.module_id = named.module_id
       AND line.kind = 'subscription' AND NOT line.is_trial
       AND line.starts_on <= told.shipped_on AND coalesce(line.ends_on >= told.shipped_on, true)
      JOIN accounts_contract contract
        ON contract.tenant_id = %(tenant)s AND contract.id = line.contract_id
     WHERE named.tenant_id = %(tenant)s AND named.update_id = ANY(%(updates)s)
), member AS (
    SELECT update_id, customer_id, true AS asked FROM said
    UNION ALL
    SELECT update_id, customer_id, false FROM owner
     WHERE (update_id, customer_id) NOT IN (SELECT update_id, customer_id FROM said)
)"""

# The first use after the day, at most the longest window later; by the named event, or else by any
# event in one of the modules. `first` and `last`: the window of each update where the tenant is.
_USED = """
used AS (
    SELECT span.update_id, event.customer_id, min(event.occurred_at) AS first_at
      FROM unnest(%(updates)s, %(firsts)s, %(lasts)s) AS span (update_id, first_at, last_at)
      JOIN service_productupdate told
        ON told.tenant_id = %(tenant)s AND told.id = span.update_id
      JOIN usage_event event
        ON event.tenant_id = %(tenant)s AND event.occurred_at >= span.first_at
       AND event.occurred_at < span.last_at
       AND CASE WHEN told.event <> '' THEN event.event = told.event
                ELSE event.module_id IN
                     (SELECT named.module_id FROM service_updatemodule named
                       WHERE named.tenant_id = %(tenant)s AND named.update_id = told.id) END
     GROUP BY span.update_id, event.customer_id
)"""


@dataclass(frozen=True)
class UserRow:
    """A customer that the use of an update is asked of."""

    customer_id: int
    name: str
    asked: bool
    used_on: date | None


def uses(updates: Sequence[ProductUpdate], *, today: date, zone: ZoneInfo) -> dict[int, Use]:
    """Update → its use; one statement however many there are."""
    if not updates:
        return {}
    rows = _rows(
        f"""
        WITH {_GROUPS}, {_USED}
        SELECT member.update_id, member.asked, count(*),
               count(*) FILTER (WHERE used.first_at < span.first_at + interval '30 days'),
               count(used.first_at)
          FROM member
          JOIN unnest(%(updates)s, %(firsts)s) AS span (update_id, first_at)
            ON span.update_id = member.update_id
          LEFT JOIN used ON used.update_id = member.update_id
                        AND used.customer_id = member.customer_id
         GROUP BY member.update_id, member.asked
        """,  # noqa: S608 - fragments of our own
        _parameters(updates, zone),
    )
    counts = {
        (update, asked): (total, within_30, within_90)
        for update, asked, total, within_30, within_90 in rows
    }
    modules = _with_modules(updates)
    return {
        one.pk: use_of(
            asked=counts.get((one.pk, True), (0, 0, 0)),
            owners=counts.get((one.pk, False), (0, 0, 0)),
            days=(today - one.shipped_on).days,
            is_measured=bool(one.event) or one.pk in modules,
        )
        for one in updates
    }


def users_of(update: ProductUpdate, customers: Any, *, zone: ZoneInfo, most: int) -> list[UserRow]:
    """The customers behind the figures, of those that ``customers`` (a query) leaves: who asked
    first, then by name; with the day of the first use."""
    visible, given = customers.order_by().values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        known = cursor.mogrify(visible, given)
    known = known.decode() if isinstance(known, bytes) else known
    rows = _rows(
        f"""
        WITH {_GROUPS}, {_USED}
        SELECT customer.id, customer.name, member.asked,
               (used.first_at AT TIME ZONE %(zone)s)::date
          FROM member JOIN accounts_customer customer
            ON customer.tenant_id = %(tenant)s AND customer.id = member.customer_id
          LEFT JOIN used ON used.customer_id = member.customer_id
         WHERE customer.id IN ({known.replace("%", "%%")})
         ORDER BY member.asked DESC, customer.name, customer.id LIMIT %(most)s
        """,  # noqa: S608 - fragments of our own
        _parameters([update], zone) | {"zone": zone.key, "most": most},
    )
    return [UserRow(*row) for row in rows]


def _parameters(updates: Sequence[ProductUpdate], zone: ZoneInfo) -> dict[str, Any]:
    starts = [datetime.combine(one.shipped_on, time(), zone) for one in updates]
    return {
        "tenant": current_tenant_id(),
        "updates": [one.pk for one in updates],
        "firsts": starts,
        "lasts": [start + timedelta(days=WINDOWS[-1]) for start in starts],
    }


def _with_modules(updates: Sequence[ProductUpdate]) -> set[int]:
    found = ProductUpdate.objects.filter(pk__in=[one.pk for one in updates])
    return set(found.exclude(modules=None).values_list("pk", flat=True))


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
