"""Statements about plays: the events that nights saw, and what is opened and closed by them.

The nightly run and the dry run on the past put the same events under different nights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.models import Colleague, Customer, Membership, Responsibility
from segmentation.models import MeasureRow
from service.models import Cta, CtaStep, PlayFiring, PlayVersion

Sql = tuple[str, list[Any]]

CTAS, STEPS, FIRINGS, VERSIONS = (
    model._meta.db_table for model in (Cta, CtaStep, PlayFiring, PlayVersion)
)
CUSTOMERS, FACES, COLLEAGUES, MEMBERS, MEASURES = (
    model._meta.db_table for model in (Customer, Responsibility, Colleague, Membership, MeasureRow)
)
LONGEST_KEY = 200


@dataclass(frozen=True)
class Nights:
    """Stored nights, each with the one before it; days before ``first`` are not looked at."""

    pairs: Sequence[tuple[date, date]]
    first: date

    def sql(self) -> Sql:
        """The tables ``nights`` and ``days`` of service.triggers.base.Asked."""
        return (
            "nights (before, as_of) AS (SELECT * FROM unnest(%s::date[], %s::date[])), "
            "days (day, as_of) AS MATERIALIZED (SELECT n.before + back, n.as_of FROM nights n, "
            "generate_series(1, n.as_of - n.before) back WHERE n.before + back >= %s::date)",
            [[pair[0] for pair in self.pairs], [pair[1] for pair in self.pairs], self.first],
        )


def seen_events(nights: Nights, events: Sql, *, condition: Sql | None, gone: Sql | None) -> Sql:
    """Tables up to ``event``: one per customer and night, of customers that meet the condition and of
    whom what happened still holds."""
    spans, parameters = nights.sql()
    where, more = ["true"], list[Any]()
    if gone is not None:
        where.append(f"NOT ({gone[0]})")
        more += gone[1]
    if condition is not None:
        where.append(f"w.customer_id IN ({condition[0]})")
        more += condition[1]
    return (
        f"WITH {spans}, event AS MATERIALIZED (SELECT DISTINCT ON (w.customer_id, w.as_of) "
        "w.customer_id, w.as_of, CASE WHEN length(w.event_key) > "
        f"{LONGEST_KEY} THEN left(w.event_key, {LONGEST_KEY - 40}) || ':' || md5(w.event_key) "
        "ELSE w.event_key END AS event_key, w.reason, w.amount "
        f"FROM ({events[0]}) w (customer_id, as_of, event_key, reason, amount) "
        f"WHERE {' AND '.join(where)} ORDER BY w.customer_id, w.as_of, w.event_key)",
        [*parameters, *events[1], *more],
    )


# Who is who for a customer today; nobody of the roles named: the face.
PEOPLE = f"""
SELECT c.id AS customer_id, f.colleague_id AS face_id,
       coalesce(c.service_manager_id, f.colleague_id) AS service_manager_id,
       coalesce(c.project_manager_id, f.colleague_id) AS project_manager_id,
       coalesce(c.salesperson_id, f.colleague_id) AS salesperson_id,
       coalesce(lead.colleague_id, f.colleague_id) AS team_lead_id
  FROM {CUSTOMERS} c
  LEFT JOIN {FACES} f ON f.tenant_id = c.tenant_id AND f.customer_id = c.id AND f.to_on IS NULL
  LEFT JOIN {COLLEAGUES} o ON o.tenant_id = c.tenant_id AND o.id = f.colleague_id
  LEFT JOIN {MEMBERS} m ON m.tenant_id = c.tenant_id AND m.id = o.membership_id
  LEFT JOIN (
    SELECT team_id, min(o.id) AS colleague_id
      FROM {MEMBERS} m JOIN {COLLEAGUES} o ON o.tenant_id = m.tenant_id AND o.membership_id = m.id
     WHERE m.tenant_id = %s AND m.leads_team AND m.is_active GROUP BY team_id
  ) lead ON lead.team_id = m.team_id
 WHERE c.tenant_id = %s
"""


def owner_of(role: str, person: str, member: str) -> str:
    """SQL of the colleague whom a step's role means, of the row ``person`` of PEOPLE."""
    return (
        f"CASE {role} WHEN 'member' THEN coalesce({member}, {person}.face_id) "
        f"WHEN 'service_manager' THEN {person}.service_manager_id "
        f"WHEN 'project_manager' THEN {person}.project_manager_id "
        f"WHEN 'salesperson' THEN {person}.salesperson_id "
        f"WHEN 'team_lead' THEN {person}.team_lead_id ELSE {person}.face_id END"
    )


@dataclass(frozen=True)
class Opening:
    """What a play opens on a day. steps: (title, kind, owner role, id of the named colleague, due
    day), in order. measures_on: the night whose ARR is at stake where an event names no amount."""

    tenant_id: int
    play_id: int
    version_id: int
    version: int
    title: str
    as_of: date
    opened_on: date
    steps: Sequence[tuple[str, str, str, int | None, date]]
    measures_on: date
    now: datetime


def open_work(events: Sql, opening: Opening) -> Sql:
    """One statement: fire for every event that is new, and open work with its steps for customers
    that have none open of the play. Gives (fired, opened)."""
    one = opening
    first = owner_of("%s::text", "p", "%s::bigint")
    each = owner_of("s.owner", "p", "s.member")
    return (
        f"""{events[0]},
        fired AS (
            INSERT INTO {FIRINGS} (play_id, customer_id, event_key, as_of, version, outcome)
            SELECT %s, e.customer_id, e.event_key, %s, %s,
                   CASE WHEN o.id IS NULL THEN 'opened' ELSE 'already_open' END
              FROM event e
              LEFT JOIN {CTAS} o ON o.tenant_id = %s AND o.play_id = %s AND o.state = 'open'
                                AND o.customer_id = e.customer_id
            ON CONFLICT DO NOTHING RETURNING customer_id, outcome
        ), placed AS MATERIALIZED (
            SELECT p.*, e.event_key, e.reason, coalesce(e.amount, m.arr) AS at_stake
              FROM event e
              JOIN fired f ON f.customer_id = e.customer_id AND f.outcome = 'opened'
              JOIN ({PEOPLE}) p ON p.customer_id = e.customer_id
              LEFT JOIN {MEASURES} m ON m.tenant_id = %s AND m.as_of = %s
                                    AND m.customer_id = e.customer_id
        ), opened AS (
            INSERT INTO {CTAS} (customer_id, play_id, version_id, event_key, title, reason, owner_id,
                                opened_on, due_on, state, close_reason, close_note, value_at_stake,
                                rank, rank_factors, version_seen, created_at)
            SELECT p.customer_id, %s, %s, p.event_key, %s, p.reason, {first}, %s, %s, 'open', '', '',
                   p.at_stake, 0, '{{}}', 1, %s
              FROM placed p
            ON CONFLICT DO NOTHING RETURNING id, customer_id
        ), stepped AS (
            INSERT INTO {STEPS} (cta_id, position, title, kind, owner_id, due_on)
            SELECT o.id, s.position - 1, s.title, s.kind, {each}, s.due_on
              FROM opened o JOIN placed p ON p.customer_id = o.customer_id
             CROSS JOIN unnest(%s::text[], %s::text[], %s::text[], %s::bigint[], %s::date[])
                   WITH ORDINALITY AS s (title, kind, owner, member, due_on, position)
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM fired), (SELECT count(*) FROM opened)
        """,
        [
            *events[1],
            *(one.play_id, one.as_of, one.version, one.tenant_id, one.play_id),
            *(one.tenant_id, one.tenant_id, one.tenant_id, one.measures_on),
            *(one.play_id, one.version_id, one.title),
            *(one.steps[0][2], one.steps[0][3]),
            *(one.opened_on, max(step[4] for step in one.steps), one.now),
            *([step[at] for step in one.steps] for at in range(5)),
        ],
    )


_CLOSED = (
    f"UPDATE {CTAS} AS w SET state = %s, closed_at = %s, snoozed_until = NULL, "
    "version_seen = w.version_seen + 1 "
)


def close_gone(
    tenant_id: int, version_id: int, gone: Sequence[Sql], opened_on: date, now: datetime
) -> Sql:
    """Close the open work of a version of which one of these conditions says that it is gone. What
    was opened on the day itself has just been looked at."""
    return (
        f"{_CLOSED} WHERE w.tenant_id = %s AND w.version_id = %s AND w.state = 'open' "
        f"AND w.opened_on < %s AND ({' OR '.join(f'({sql})' for sql, _ in gone)})",
        [
            *(Cta.State.CONDITION_GONE, now, tenant_id, version_id, opened_on),
            *(value for _, parameters in gone for value in parameters),
        ],
    )


def close_expired(tenant_id: int, opened_on: date, now: datetime) -> Sql:
    """Close open work whose play's days are over, of every play; what is put off waits for its day."""
    return (
        f"{_CLOSED} FROM {VERSIONS} v WHERE w.tenant_id = %s AND v.tenant_id = w.tenant_id "
        "AND v.id = w.version_id AND w.state = 'open' "
        "AND jsonb_typeof(v.document #> '{end,expires_days}') = 'number' "
        "AND w.opened_on + (v.document #>> '{end,expires_days}')::int <= %s "
        "AND coalesce(w.snoozed_until < %s, true)",
        [Cta.State.EXPIRED, now, tenant_id, opened_on, opened_on],
    )


def close_done(tenant_id: int, opened_on: date, now: datetime) -> Sql:
    """Close work that was opened just now and whose every step did itself."""
    return (
        f"{_CLOSED} WHERE w.tenant_id = %s AND w.state = 'open' AND w.opened_on = %s "
        f"AND w.created_at = %s AND EXISTS (SELECT 1 FROM {STEPS} s "
        "WHERE s.tenant_id = w.tenant_id AND s.cta_id = w.id) "
        f"AND NOT EXISTS (SELECT 1 FROM {STEPS} s WHERE s.tenant_id = w.tenant_id "
        "AND s.cta_id = w.id AND s.done_at IS NULL)",
        [Cta.State.DONE, now, tenant_id, opened_on, now],
    )


def take_back(events: Sql, tenant_id: int, play_id: int, as_of: date, now: datetime) -> Sql:
    """Say of a night's firings that the restated night does not say so any more, and of others that
    it does again."""
    return (
        f"{events[0]} UPDATE {FIRINGS} AS f SET taken_back_at = "
        "CASE WHEN f.customer_id IN (SELECT customer_id FROM event) THEN NULL ELSE %s END "
        "WHERE f.tenant_id = %s AND f.play_id = %s AND f.as_of = %s "
        "AND (f.taken_back_at IS NULL) <> (f.customer_id IN (SELECT customer_id FROM event))",
        [*events[1], now, tenant_id, play_id, as_of],
    )
