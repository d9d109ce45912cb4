"""A night's facts gathered into one temporary table, ``night_measures``, with a row per customer.

Everything is a set-based statement of PostgreSQL. Empty means unknown, zero means
zero: a tenant that has no fact of a kind, as of the day and as known then, does not know its measures;
one that has them knows that a customer without any has none.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction

from accounts.planning import planning
from segmentation.frames import further, money, people, usage, usage_building, usage_states
from segmentation.frames.asof import TREND_DAYS, AsOf
from segmentation.frames.facts import COLUMNS, Revisions, known, revisions
from segmentation.frames.usage_windows import WINDOWS

TABLES = (usage_building.STATES, usage_building.DAYS, WINDOWS, "night_measures")

# measure → (SQL type, expression). `has` says of which kinds the tenant has facts.
MEASURES: Mapping[str, tuple[str, str]] = {
    "recency_days": ("integer", "%(day)s::date - paid.last_on"),
    "frequency": ("integer", "CASE WHEN paid.times > 0 THEN paid.times END"),
    "monetary": ("numeric(20, 4)", "CASE WHEN paid.times > 0 THEN paid.money END"),
    "arr": ("numeric(20, 4)", "CASE WHEN has.contracts THEN coalesce(bound.arr, 0) END"),
    "tenure_days": (
        "integer",
        "CASE WHEN bound.first_start <= %(day)s THEN %(day)s::date - bound.first_start END",
    ),
    "days_to_renewal": (
        "integer",
        "CASE WHEN bound.is_active THEN renewals.next_on - %(day)s::date END",
    ),
    "days_to_payment": ("integer", "due.next_on - %(day)s::date"),
    "payment_overdue_days": (
        "integer",
        "CASE WHEN due.customer_id IS NOT NULL "
        "THEN coalesce(%(day)s::date - due.overdue_since, 0) END",
    ),
    "overdue_amount": (
        "numeric(20, 4)",
        "CASE WHEN due.customer_id IS NOT NULL THEN coalesce(due.overdue, 0) END",
    ),
    "active_days_30": (
        "integer",
        "CASE WHEN has.usage THEN coalesce(active.days_30, 0) END",
    ),
    "active_days_90": (
        "integer",
        "CASE WHEN has.usage THEN coalesce(active.days_90, 0) END",
    ),
    "active_users_30": (
        "integer",
        "CASE WHEN has.persons THEN coalesce(seen.active_persons, 0) END",
    ),
    "events_30": ("bigint", "CASE WHEN has.usage THEN coalesce(active.events_30, 0) END"),
    "events_previous_30": (
        "bigint",
        "CASE WHEN has.usage THEN coalesce(active.events_before, 0) END",
    ),
    "usage_trend": (
        "double precision",
        "CASE WHEN active.events_before > 0 AND %(working_days_30)s > 0 "
        "THEN (coalesce(active.events_30, 0) * %(working_days_before)s)::double precision "
        "/ (active.events_before * %(working_days_30)s)::double precision END",
    ),
    "modules_used_30": (
        "integer",
        "CASE WHEN has.modules THEN coalesce(breadths.modules, 0) END",
    ),
    "modules_owned": (
        "integer",
        "CASE WHEN has.contracts THEN coalesce(ownership.modules, 0) END",
    ),
    "renewals": ("integer", "CASE WHEN has.contracts THEN coalesce(bound.renewals, 0) END"),
    "breadth": (
        "double precision",
        "CASE WHEN has.modules AND ownership.modules > 0 "
        "THEN coalesce(breadths.owned, 0)::double precision / ownership.modules END",
    ),
    "seats": ("integer", "ownership.seats"),
    "seat_utilisation": (
        "double precision",
        "CASE WHEN has.persons AND ownership.seats > 0 "
        "THEN coalesce(seen.active_persons, 0)::double precision / ownership.seats END",
    ),
    "days_since_usage": (
        "integer",
        "%(day)s::date - (seen.used_at AT TIME ZONE %(zone)s)::date",
    ),
    "dau_rate": (
        "double precision",
        "CASE WHEN seen.person_count > 0 "
        f"THEN seen.person_days::double precision / ({TREND_DAYS} * seen.person_count) END",
    ),
    "key_user_coverage": (
        "double precision",
        "CASE WHEN (has.persons OR has.touchpoints) AND coverage.key_users > 0 "
        "THEN coverage.active::double precision / coverage.key_users END",
    ),
    "weekly_events": (
        "bigint[]",
        "CASE WHEN has.usage THEN coalesce(active.weekly, array_fill(0::bigint, ARRAY[12])) END",
    ),
}

# What the lifecycle stage is read from; see segmentation.compute.stages.
STAGE_FACTS: Mapping[str, str] = {
    "contract_signed": "coalesce(bound.has_signed, false)",
    "contract_active": "coalesce(bound.is_active, false)",
    "contract_to_start": "coalesce(bound.is_to_start, false)",
    "project_running": "coalesce(delivered.is_running, false)",
    "renewed": "coalesce(bound.has_renewed, false)",
    "accepted_days": "%(day)s::date - delivered.first_accepted",
    "contract_days": "%(day)s::date - bound.first_start",
}

# What changed since the earlier night; see segmentation.compute.comparison.
CHANGES: Mapping[str, str] = {
    "instalments_changed": "coalesce(due.is_changed, false)",
    "instalments_late": "coalesce(due.is_late, false) OR due_before.customer_id IS NOT NULL",
    "contacts_changed": "coalesce(named.is_changed, false)",
    "contacts_late": "coalesce(named.is_late, false) OR named_before.customer_id IS NOT NULL",
    "payments_changed": "coalesce(paid.is_changed, false)",
    "payments_late": "coalesce(paid.is_late, false) OR paid_before.customer_id IS NOT NULL",
    "contracts_changed": "coalesce(bound.is_changed, false)",
    "contracts_late": "coalesce(bound.is_late, false) OR bound_before.customer_id IS NOT NULL",
    "projects_changed": "coalesce(delivered.is_changed, false)",
    "projects_late": "coalesce(delivered.is_late, false) "
    "OR delivered_before.customer_id IS NOT NULL",
    "usage_changed": "coalesce(seen.used_at >= %(earlier_end)s, false)",
    "usage_late": "late.customer_id IS NOT NULL",
}

# Of which kinds the tenant has facts at all.
KINDS: Mapping[str, str] = {
    "contracts": "EXISTS (SELECT 1 FROM lines)",
    "payments": "EXISTS (SELECT 1 FROM payments)",
    "usage": "EXISTS (SELECT 1 FROM states)",
    "persons": "EXISTS (SELECT 1 FROM states WHERE person_count > 0)",
    "modules": "EXISTS (SELECT 1 FROM states WHERE has_modules)",
    "touchpoints": "EXISTS (SELECT 1 FROM touchpoints)",
}


class _Revised(Exception):
    """Leaves the savepoint without what was gathered in it."""


def gather(asof: AsOf, *, carries: bool = False, kinds: Mapping[str, bool] | None = None) -> None:
    """Fill ``night_measures``; it lives until the transaction ends or the next night is gathered.

    Columns: customer_id, key, MEASURES, the measures of other apps, also as one JSON object
    ``further``, STAGE_FACTS, CHANGES and ``has_<kind>`` of KINDS.
    ``carries``: the tenant's states of usage are used, and brought to this night, where that is right,
    for which the caller holds the tenant's turn; else the facts are read and nothing is written.
    ``kinds``: of which kinds the tenant has facts; None: as gathered.
    """
    revised = revisions(asof)
    try:
        with transaction.atomic():
            _gather(asof, revised, carries=carries, kinds=kinds)
            if revisions(asof) != revised:
                raise _Revised
    except _Revised:
        # Somebody changed facts meanwhile. A statement that reads the kept versions together with the
        # tables sees one moment of both, whatever happens beside it.
        everything = frozenset(COLUMNS)
        _gather(
            asof,
            Revisions(since=everything, meanwhile=everything),
            carries=carries,
            kinds=kinds,
        )


def _gather(
    asof: AsOf, revised: Revisions, *, carries: bool, kinds: Mapping[str, bool] | None
) -> None:
    discard()
    with planning() as run:
        states = usage_states.prepare(run, asof, revised, carries=carries)
        run(_measures(revised, states, kinds), asof.parameters())
        run("ANALYZE night_measures (customer_id)")


def discard() -> None:
    """Drop the temporary tables before their transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(f'pg_temp.{table}' for table in TABLES)}")


def _measures(revised: Revisions, states: str, kinds: Mapping[str, bool] | None) -> str:
    questions = KINDS if kinds is None else {kind: str(bool(kinds.get(kind))) for kind in KINDS}
    steps = {
        "customers": known("accounts_customer", revised),
        **money.payments(revised),
        **money.contracts(revised),
        **money.instalments(revised),
        **money.projects(revised),
        **usage.used(states, revised),
        **people.key_users(revised),
        **further.steps(),
        "has": "SELECT "
        + ", ".join(f"{question} AS {kind}" for kind, question in questions.items()),
    }
    columns = {
        "customer_id": "customers.id",
        "key": "customers.key",
        **{name: f"({value})::{kind}" for name, (kind, value) in MEASURES.items()},
        **{f'"{name}"': value for name, value in further.columns().items()},
        "further": further.as_json(),
        **STAGE_FACTS,
        **CHANGES,
        **{f"has_{kind}": f"has.{kind}" for kind in KINDS},
    }
    per_customer = (
        *("paid", "paid_before", "bound", "bound_before", "ownership", "renewals"),
        *("due", "due_before", "named", "named_before"),
        *("delivered", "delivered_before", "seen", "late", "active", "breadths", "coverage"),
        *further.steps(),
    )
    joins = "\n".join(
        f"LEFT JOIN {name} ON {name}.customer_id = customers.id" for name in per_customer
    )
    common = ",\n".join(
        f"{name} AS {'NOT ' * (name in usage.INLINE)}MATERIALIZED ({query})"
        for name, query in steps.items()
    )
    selected = ",\n       ".join(f"{value} AS {name}" for name, value in columns.items())
    return (
        f"CREATE TEMPORARY TABLE night_measures ON COMMIT DROP AS\nWITH {common}\n"
        f"SELECT {selected}\n  FROM customers CROSS JOIN has\n{joins}"
    )
