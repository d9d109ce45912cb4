"""Usage as screens show it: of one customer over time, of the modules over all customers."""

from __future__ import annotations

import calendar
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet

from accounts.models import ContractLine, Module
from accounts.tenancy import current_tenant_id
from segmentation.models import Night, UsageEvent
from segmentation.queries.remembered import of_night
from segmentation.queries.scopes import Scope

RECENT_DAYS = 30
WEEKS = 12


@dataclass(frozen=True)
class ModuleSeries:
    """Events of one module per period; ``module`` empty: events that name none."""

    module: str
    events: list[int]

    @property
    def total(self) -> int:
        return sum(self.events)


@dataclass(frozen=True)
class UsageHistory:
    """``periods``: the first day of each month, oldest first; the last may be incomplete.
    ``persons``: different persons per month, empty when usage does not say who."""

    periods: list[date]
    series: list[ModuleSeries]
    persons: list[int]

    @property
    def is_empty(self) -> bool:
        return not self.series


def usage_history(customer_id: int, until: date, zone: ZoneInfo, *, months: int) -> UsageHistory:
    """Of one customer, the month of ``until`` (up to that day) and those before it; one statement.

    The busiest module comes first.
    """
    periods = months_up_to(until, months)
    start = datetime.combine(periods[0], time.min, zone)
    end = datetime.combine(until + timedelta(days=1), time.min, zone)
    with connection.cursor() as cursor:
        # Both groupings in one reading of the events: by module, and persons over all modules.
        cursor.execute(
            f"""
            SELECT date_trunc('month', e.occurred_at AT TIME ZONE %(zone)s)::date,
                   m.name, GROUPING(m.name), sum(e.count),
                   count(DISTINCT e.person) FILTER (WHERE e.person <> '')
              FROM {UsageEvent._meta.db_table} e
              LEFT JOIN {Module._meta.db_table} m ON m.tenant_id = %(tenant)s AND m.id = e.module_id
             WHERE e.tenant_id = %(tenant)s AND e.customer_id = %(customer)s
               AND e.occurred_at >= %(start)s AND e.occurred_at < %(end)s
             GROUP BY GROUPING SETS ((1, m.name), (1))
            """,  # noqa: S608 - our names
            {
                "tenant": current_tenant_id(),
                "customer": customer_id,
                "zone": zone.key,
                "start": start,
                "end": end,
            },
        )
        rows = cursor.fetchall()
    place = {period: number for number, period in enumerate(periods)}
    events: dict[str, list[int]] = {}
    persons = [0] * len(periods)
    for period, module, is_sum, count, people in rows:
        if is_sum:
            persons[place[period]] = people
        else:
            events.setdefault(module or "", [0] * len(periods))[place[period]] = int(count)
    series = [ModuleSeries(module, counts) for module, counts in events.items()]
    return UsageHistory(periods, sorted(series, key=lambda one: (-one.total, one.module)), persons)


def months_up_to(until: date, months: int) -> list[date]:
    """The first days of so many months, the last being that of ``until``."""
    last = until.year * 12 + until.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - months + 1, last + 1)]


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


@dataclass(frozen=True)
class Adoption:
    """One module among the customers of a scope.

    ``owners``: customers with a running subscription line; ``users``: customers that used it in the
    last 30 days; ``owners_using``: both; ``persons`` who did; ``weekly``: events of each of twelve
    weeks, oldest first.
    """

    key: str
    name: str
    owners: int
    users: int
    owners_using: int
    persons: int
    events: int
    weekly: list[int]

    @property
    def rate(self) -> float | None:
        return self.owners_using / self.owners if self.owners else None

    @property
    def trend(self) -> float | None:
        """Events of the last four weeks against the four before, as a difference."""
        recent, before = sum(self.weekly[-4:]), sum(self.weekly[-8:-4])
        return recent / before - 1 if before else None


def adoption(scope: Scope, night: Night | None, day: date, zone: ZoneInfo) -> list[Adoption]:
    """Every module as of a day, the most owned first; two statements."""
    if scope.is_whole:
        return of_night(f"adoption-{day}", night, lambda: _adoption(scope, day, zone))
    return _adoption(scope, day, zone)


def _adoption(scope: Scope, day: date, zone: ZoneInfo) -> list[Adoption]:
    only, parameters = _only(scope)

    def start_of(day: date) -> datetime:
        return datetime.combine(day, time.min, zone)

    following = day + timedelta(days=1)
    weeks = [start_of(following - timedelta(days=7 * number)) for number in range(WEEKS, 0, -1)]
    parameters |= {
        "tenant": current_tenant_id(),
        "day": day,
        "end": start_of(following),
        "weeks": weeks,
        "start": weeks[0],
        "recent": start_of(following - timedelta(days=RECENT_DAYS)),
    }
    with connection.cursor() as cursor:
        # Every person of a month in memory, not on disk.
        cursor.execute("SET LOCAL work_mem = '64MB'")
        cursor.execute(
            f"""
            WITH owned AS (
                SELECT DISTINCT l.module_id, k.customer_id
                  FROM accounts_contractline l
                  JOIN accounts_contract k ON k.tenant_id = %(tenant)s AND k.id = l.contract_id
                 WHERE l.tenant_id = %(tenant)s AND l.kind = 'subscription' AND NOT l.is_trial
                   AND l.starts_on <= %(day)s AND coalesce(l.ends_on >= %(day)s, true)
                   {only.format(customer="k.customer_id")}
            ), recent AS (
                SELECT e.module_id, e.customer_id, e.person, sum(e.count)::integer AS events
                  FROM {UsageEvent._meta.db_table} e
                 WHERE e.tenant_id = %(tenant)s AND e.module_id IS NOT NULL
                   AND e.occurred_at >= %(recent)s AND e.occurred_at < %(end)s
                   {only.format(customer="e.customer_id")}
                 GROUP BY 1, 2, 3
            ), users AS (
                SELECT module_id, customer_id, sum(events) AS events,
                       count(*) FILTER (WHERE person <> '') AS persons
                  FROM recent GROUP BY 1, 2
            ), weeks AS (
                SELECT module_id, jsonb_object_agg(week, events) AS weekly
                  FROM (SELECT e.module_id, sum(e.count) AS events,
                               width_bucket(e.occurred_at, %(weeks)s) - 1 AS week
                          FROM {UsageEvent._meta.db_table} e
                         WHERE e.tenant_id = %(tenant)s AND e.module_id IS NOT NULL
                           AND e.occurred_at >= %(start)s AND e.occurred_at < %(end)s
                           {only.format(customer="e.customer_id")}
                         GROUP BY 1, 3) AS counted
                 GROUP BY 1
            ), owners AS (
                SELECT o.module_id, count(*) AS owners, count(u.customer_id) AS owners_using
                  FROM owned o
                  LEFT JOIN users u ON u.module_id = o.module_id AND u.customer_id = o.customer_id
                 GROUP BY 1
            ), using_it AS (
                SELECT module_id, count(*) AS users, sum(persons) AS persons, sum(events) AS events
                  FROM users GROUP BY 1
            )
            SELECT m.key, m.name, coalesce(o.owners, 0), coalesce(u.users, 0),
                   coalesce(o.owners_using, 0), coalesce(u.persons, 0), coalesce(u.events, 0), w.weekly
              FROM {Module._meta.db_table} m
              LEFT JOIN owners o ON o.module_id = m.id
              LEFT JOIN using_it u ON u.module_id = m.id
              LEFT JOIN weeks w ON w.module_id = m.id
             WHERE m.tenant_id = %(tenant)s
             ORDER BY 3 DESC, 4 DESC, m.name
            """,  # noqa: S608 - our names
            parameters,
        )
        rows = cursor.fetchall()
        cursor.execute("SET LOCAL work_mem TO DEFAULT")
    return [
        Adoption(key, name, owners, users, owners_using, int(persons), int(events), _weeks(weekly))
        for key, name, owners, users, owners_using, persons, events, weekly in rows
    ]


def _weeks(found: str | None) -> list[int]:
    counted = json.loads(found) if found else {}
    return [int(counted.get(str(week), 0)) for week in range(WEEKS)]


def _only(scope: Scope) -> tuple[str, dict[str, Any]]:
    """A condition on a customer's id, as SQL with a place for its column, and its parameters."""
    if scope.is_whole:
        return "", {}
    ids = scope.ids
    return "AND {customer} = ANY(%(customers)s)", {"customers": ids}


def owning(modules: Sequence[str], day: date) -> QuerySet[ContractLine]:
    """Ids of the customers with a running subscription line of one of these modules."""
    lines = ContractLine.objects.filter(
        module__key__in=modules,
        kind=ContractLine.Kind.SUBSCRIPTION,
        is_trial=False,
        starts_on__lte=day,
    ).exclude(ends_on__lt=day)
    return lines.order_by().values("contract__customer_id")


def using(module: str, day: date, zone: ZoneInfo) -> QuerySet[UsageEvent]:
    """Ids of the customers that used a module in the 30 days up to a day."""
    return (
        UsageEvent.objects.filter(
            module__key=module,
            occurred_at__gte=datetime.combine(
                day - timedelta(days=RECENT_DAYS - 1), time.min, zone
            ),
            occurred_at__lt=datetime.combine(day + timedelta(days=1), time.min, zone),
        )
        .order_by()
        .values("customer_id")
    )
