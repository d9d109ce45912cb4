"""What customers owe for milestones: instalments tied to tasks of plans, due, received, held up.

An instalment tied to a milestone is due once its own day has come and the milestone is reached,
whichever is later. Until the milestone is reached, nobody can ask for it: it is held up.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, FilteredRelation, Prefetch, Q, QuerySet

from accounts.models import Instalment
from accounts.tenancy import current_tenant_id
from projects.models import MilestonePayment, Project, Task


@dataclass(frozen=True)
class PaymentsDue:
    """Sums of a project's tied instalments on a day, in the tenant's currency.

    ``due``: due by then and not received; ``overdue``: of it, what was due before that day;
    ``received``: settled by a payment of that day or before; ``held_up``: of what is not received,
    what its own day makes due and a milestone that is not reached holds up.
    """

    due: Decimal
    overdue: Decimal
    received: Decimal
    held_up: Decimal


_DUE = """
WITH tied AS (
    SELECT t.project_id, i.amount, p.paid_on <= %(today)s AS is_received,
           i.due_on <= %(today)s AS has_come,
           coalesce(t.finished_on <= %(today)s, false) AS is_reached,
           GREATEST(i.due_on, t.finished_on) AS due_on
      FROM projects_milestonepayment m
      JOIN projects_task t ON t.tenant_id = %(tenant)s AND t.id = m.milestone_id
      JOIN accounts_instalment i ON i.tenant_id = %(tenant)s AND i.id = m.instalment_id
      LEFT JOIN accounts_payment p ON p.tenant_id = %(tenant)s AND p.id = i.paid_by_id
     WHERE m.tenant_id = %(tenant)s AND t.project_id = ANY(%(projects)s)
)
SELECT project_id,
       coalesce(sum(amount) FILTER (
           WHERE is_received IS NOT TRUE AND has_come AND is_reached), 0),
       coalesce(sum(amount) FILTER (
           WHERE is_received IS NOT TRUE AND is_reached AND due_on < %(today)s), 0),
       coalesce(sum(amount) FILTER (WHERE is_received), 0),
       coalesce(sum(amount) FILTER (
           WHERE is_received IS NOT TRUE AND has_come AND NOT is_reached), 0)
  FROM tied
 GROUP BY project_id
"""


def milestone_payments_due(project_ids: Collection[int], today: date) -> dict[int, PaymentsDue]:
    """Project id → its sums, in one statement however many there are. A project without a tied
    instalment is left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            _DUE,
            {"tenant": current_tenant_id(), "projects": list(project_ids), "today": today},
        )
        return {pk: PaymentsDue(*sums) for pk, *sums in cursor.fetchall()}


@dataclass(frozen=True)
class PaymentRow:
    """An instalment beside its milestone, if it has one, on a day.

    ``state``: ``received``, ``overdue``, ``due`` (on that day), ``held_up`` or ``to_come``.
    ``expected_on``: the day of the payment where it was received; else its own day, or the day of the
    milestone where that is later, and never a day that has passed for a milestone not reached.
    ``days``: how long overdue; of a milestone that makes it later, by how much.
    """

    instalment: Instalment
    milestone: Task | None
    state: str
    expected_on: date
    days: int

    @property
    def is_later(self) -> bool:
        """Whether the milestone makes it later than its own day."""
        return self.state in ("held_up", "to_come") and self.days > 0


def instalments_of(project: Project) -> QuerySet:
    """The instalments of the customer's contracts with what settled them and what they are tied to;
    the tied ones can be told by ``milestone``."""
    ties = MilestonePayment.objects.select_related("milestone__project")
    found: QuerySet = (
        Instalment.objects.filter(contract__customer=project.customer_id)
        .select_related("contract", "paid_by")
        .prefetch_related(Prefetch("milestone_payments", ties, to_attr="ties"))
        .annotate(tie=FilteredRelation("milestone_payments"), milestone=F("tie__milestone"))
        .order_by("due_on", "contract__key", "pk")
    )
    return found


def tied_to(project: Project) -> Q:
    """Of :func:`instalments_of`, those tied to a milestone of the project."""
    return Q(tie__milestone__project=project)


def row_of(instalment: Any, today: date) -> PaymentRow:
    """A row of :func:`instalments_of` on a day."""
    milestone = instalment.ties[0].milestone if instalment.ties else None
    payment = instalment.paid_by
    if payment is not None and payment.paid_on <= today:
        return PaymentRow(instalment, milestone, "received", payment.paid_on, 0)
    reached_on = instalment.due_on if milestone is None else milestone.finished_on
    if milestone is None or (reached_on is not None and reached_on <= today):
        expected = max(instalment.due_on, reached_on or instalment.due_on)
        state = "to_come" if expected > today else "due" if expected == today else "overdue"
        days = (today - expected).days if state == "overdue" else 0
        return PaymentRow(instalment, milestone, state, expected, days)
    expected = max(instalment.due_on, milestone.ends_on, today)
    state = "held_up" if instalment.due_on <= today else "to_come"
    return PaymentRow(instalment, milestone, state, expected, (expected - instalment.due_on).days)


def milestones_of(project: Project) -> list[Task]:
    """The milestones of its plan, in the order of their days."""
    found = Task.objects.filter(project=project, is_milestone=True)
    return list(found.order_by("ends_on", "number"))
