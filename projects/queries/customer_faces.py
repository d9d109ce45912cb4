"""How many of our people a customer has to do with, in each phase of its life.

Whoever had a touchpoint, looked after a case or held a training session is a face. The phase is that
of the day in the customer's history of faces: with a salesperson a prospect, with a project manager in
its project, with a service manager after the handover; days before the history are of its first phase.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import Colleague, Customer, Tenant
from accounts.planning import planning
from accounts.tenancy import current_tenant_id


class Phase(TextChoices):
    """Of a customer's life, by who its one face is."""

    PROSPECT = "prospect", _("Prospect")
    PROJECT = "project", _("In the project")
    AFTER_HANDOVER = "after_handover", _("After the handover")


@dataclass(frozen=True)
class Face:
    """One of our people to a customer in a phase: how often, and on which days first and last."""

    name: str
    meetings: int
    first_on: date
    last_on: date


@dataclass(frozen=True)
class PhaseMean:
    """Over the ``customers`` that had to do with somebody in the phase: ``faces`` altogether."""

    customers: int
    faces: int

    @property
    def mean(self) -> Decimal:
        return Decimal(self.faces) / self.customers


_MET = """
WITH meeting AS (
    SELECT customer_id, colleague_id, day
      FROM (SELECT DISTINCT customer_id, colleague_id, happened_on AS day,
                   coalesce(nullif(occasion, ''), id::text)  -- several contacts, one meeting
              FROM accounts_touchpoint
             WHERE tenant_id = %(tenant)s AND colleague_id IS NOT NULL {only}) AS occasion
    UNION ALL
    SELECT customer_id, colleague_id, (opened_at AT TIME ZONE %(zone)s)::date
      FROM accounts_case
     WHERE tenant_id = %(tenant)s AND colleague_id IS NOT NULL {only}
    UNION ALL
    SELECT customer_id, trainer_id, held_on
      FROM projects_trainingsession
     WHERE tenant_id = %(tenant)s AND trainer_id IS NOT NULL {only}
), span AS (
    SELECT customer_id, capacity, coalesce(to_on, 'infinity') AS to_on,
           CASE WHEN row_number() OVER (PARTITION BY customer_id ORDER BY from_on) = 1
                THEN '-infinity' ELSE from_on END AS from_on
      FROM accounts_responsibility
     WHERE tenant_id = %(tenant)s {only}
), met AS (
    SELECT m.customer_id, m.colleague_id, m.day,
           CASE s.capacity WHEN 'project_manager' THEN 'project'
                           WHEN 'service_manager' THEN 'after_handover' ELSE 'prospect' END AS phase
      FROM meeting m
      LEFT JOIN span s ON s.customer_id = m.customer_id AND s.from_on <= m.day AND m.day < s.to_on
     WHERE m.day <= %(today)s
)
"""
_FACES = """
SELECT customer_id, phase, colleague_id, count(*), min(day), max(day)
  FROM met
 GROUP BY customer_id, phase, colleague_id
"""
_COUNTS = """
SELECT customer_id, phase, count(DISTINCT colleague_id) FROM met GROUP BY customer_id, phase
"""
_MEANS = """
SELECT phase, count(*), sum(faces)
  FROM (SELECT customer_id, phase, count(DISTINCT colleague_id) AS faces
          FROM met GROUP BY customer_id, phase) AS counted
 GROUP BY phase
"""


def faces_of(customer: Customer, today: date, tenant: Tenant) -> dict[str, list[Face]]:
    """Phase → our people whom the customer had to do with by a day, the most frequent first; phases
    without anybody are left out."""
    found: dict[str, list[Face]] = defaultdict(list)
    rows = _read(_FACES, today, tenant, [customer.pk])
    names = dict(
        Colleague.objects.filter(pk__in={row[2] for row in rows}).values_list("pk", "name")
    )
    for _customer, phase, colleague, meetings, first_on, last_on in rows:
        found[phase].append(Face(names[colleague], meetings, first_on, last_on))
    return {
        phase: sorted(found[phase], key=lambda face: (-face.meetings, face.name))
        for phase in Phase.values
        if phase in found
    }


def faces_per_customer(
    today: date, tenant: Tenant, customer_ids: Collection[int] | None = None
) -> dict[int, dict[str, int]]:
    """Customer id → phase → `faces_per_customer`: how many of our people by a day, in one statement
    for all customers or for these. Where there is nobody there is no entry."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for customer, phase, faces in _read(_COUNTS, today, tenant, customer_ids):
        found[customer][phase] = faces
    return dict(found)


def mean_faces(
    today: date, tenant: Tenant, customer_ids: Collection[int] | None = None
) -> dict[str, PhaseMean]:
    """Phase → the mean over the tenant's customers or over these, in one statement; a customer who had
    to do with nobody in a phase says nothing of it."""
    found = {
        phase: PhaseMean(customers, int(faces))
        for phase, customers, faces in _read(_MEANS, today, tenant, customer_ids)
    }
    return {phase: found[phase] for phase in Phase.values if phase in found}


def _read(
    what: str, today: date, tenant: Tenant, customer_ids: Collection[int] | None
) -> list[tuple[Any, ...]]:
    only = "" if customer_ids is None else "AND customer_id = ANY(%(customers)s)"
    with nullcontext() if only else planning(), connection.cursor() as cursor:
        cursor.execute(
            _MET.format(only=only) + what,
            {
                "tenant": current_tenant_id(),
                "customers": list(customer_ids or ()),
                "today": today,
                "zone": tenant.timezone,
            },
        )
        return list(cursor.fetchall())
