"""What else stands in the row of a project: what is left to do, when it will be accepted, what is
owed, unsigned and at risk, and when somebody last spoke with the customer.

Effort in thousandths of a person-day. A fixed number of statements, however many projects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import connection
from django.db.models import Max

from accounts.compute.working_days import WorkingCalendar
from accounts.models import Touchpoint
from accounts.tenancy import current_tenant_id
from projects.compute.delivery import THOUSANDTHS
from projects.compute.forecast import Forecast, forecast
from projects.models import Project, Risk
from projects.queries.delivery import Delivery, deliveries
from projects.queries.forecast_days import forecast_acceptances
from projects.queries.gates import GateRow, blocked_gates
from projects.queries.payments import PaymentsDue, milestone_payments_due
from projects.queries.risks import open_risks

# The vendor's tasks: effort as locked by the latest version that locked it, else as planned; and of
# it what is finished by the day.
TASKS = """
SELECT t.project_id, sum(w.effort)::bigint,
       coalesce(sum(w.effort) FILTER (WHERE t.finished_on <= %(day)s), 0)::bigint
  FROM projects_task t
  LEFT JOIN LATERAL (
       SELECT b.effort_days FROM projects_taskbaseline b
         JOIN projects_baseline v ON v.tenant_id = b.tenant_id AND v.id = b.baseline_id
        WHERE b.tenant_id = t.tenant_id AND b.task_id = t.id
        ORDER BY v.version DESC LIMIT 1) locked ON true
 CROSS JOIN LATERAL (
       SELECT coalesce(locked.effort_days, t.effort_days) * {thousandths} AS effort) w
 WHERE t.tenant_id = %(tenant)s AND t.project_id = ANY(%(projects)s) AND t.side = 'vendor'
 GROUP BY t.project_id
"""

# Of each thing in the baseline in force what is left of it, none below zero. What a signed change
# added is one thing: people book on the change or on its items.
ITEMS = """
WITH latest AS (
    SELECT DISTINCT ON (s.project_id) s.project_id, b.id, b.sow_id, b.version
      FROM projects_baseline b
      JOIN projects_sow s ON s.tenant_id = b.tenant_id AND s.id = b.sow_id
     WHERE b.tenant_id = %(tenant)s AND s.project_id = ANY(%(projects)s)
       AND coalesce(b.valid_from, '-infinity') <= %(day)s
     ORDER BY s.project_id, b.version DESC
), firsts AS (
    SELECT DISTINCT ON (i.item_id) i.item_id, b.change_request_id
      FROM latest l
      JOIN projects_baseline b ON b.tenant_id = %(tenant)s AND b.sow_id = l.sow_id
       AND b.version <= l.version
      JOIN projects_baselineitem i ON i.tenant_id = b.tenant_id AND i.baseline_id = b.id
     ORDER BY i.item_id, b.version
), things AS (
    SELECT l.project_id, i.item_id, f.change_request_id, i.effort_days
      FROM latest l
      JOIN projects_baselineitem i ON i.tenant_id = %(tenant)s AND i.baseline_id = l.id
      JOIN firsts f ON f.item_id = i.item_id
), booked AS (
    SELECT e.project_id, e.item_id, e.change_request_id, sum(e.days) AS days
      FROM projects_effort e
     WHERE e.tenant_id = %(tenant)s AND e.project_id = ANY(%(projects)s)
       AND e.worked_on <= %(day)s
     GROUP BY 1, 2, 3
), agreed AS (
    SELECT project_id, change_request_id,
           CASE WHEN change_request_id IS NULL THEN item_id END AS item_id,
           sum(effort_days) AS days
      FROM things
     GROUP BY 1, 2, 3
), spent AS (
    SELECT t.project_id, t.change_request_id,
           CASE WHEN t.change_request_id IS NULL THEN t.item_id END AS item_id, sum(k.days) AS days
      FROM things t
      JOIN booked k ON k.project_id = t.project_id AND k.item_id = t.item_id
       AND k.change_request_id IS NULL
     GROUP BY 1, 2, 3
    UNION ALL
    SELECT a.project_id, a.change_request_id, NULL, k.days
      FROM agreed a
      JOIN booked k ON k.project_id = a.project_id AND k.change_request_id = a.change_request_id
), summed AS (
    SELECT project_id, change_request_id, item_id, sum(days) AS days FROM spent GROUP BY 1, 2, 3
)
SELECT a.project_id, sum(greatest(a.days - coalesce(s.days, 0), 0) * {thousandths})::bigint
  FROM agreed a
  LEFT JOIN summed s ON s.project_id = a.project_id
   AND s.change_request_id IS NOT DISTINCT FROM a.change_request_id
   AND s.item_id IS NOT DISTINCT FROM a.item_id
 GROUP BY a.project_id
"""


@dataclass(frozen=True)
class Standing:
    """What stands in a project's row beside its plan.

    ``forecast``: effort at completion. ``acceptance``: the day on which it will be accepted if all
    goes as planned from today on; None once accepted, and without open tasks. ``payments``: what is
    due by its milestones. ``last_touch``: the customer's latest touchpoint.
    """

    delivery: Delivery | None
    forecast: Forecast | None
    acceptance: date | None = None
    payments: PaymentsDue | None = None
    risks: list[Risk] = field(default_factory=list)
    gates: list[GateRow] = field(default_factory=list)
    last_touch: date | None = None

    @property
    def unapproved(self) -> Decimal:
        """Person-days on what nobody signed for."""
        effort = self.delivery.unapproved_effort if self.delivery else 0
        return Decimal(effort) / THOUSANDTHS

    @property
    def remaining(self) -> tuple[Decimal, Decimal] | None:
        """Person-days still to be worked, from and to; None where it cannot be said."""
        if self.forecast is None or self.delivery is None or self.forecast.low is None:
            return None
        booked, high = self.delivery.actual_effort, self.forecast.high
        assert high is not None
        low, most = (max(0, effort - booked) for effort in (self.forecast.low, high))
        return Decimal(low) / THOUSANDTHS, Decimal(most) / THOUSANDTHS


def standings(
    projects: Sequence[Project], today: date, calendar: WorkingCalendar
) -> dict[int, Standing]:
    """Project id → its standing on a day, today's facts counted in."""
    ids = [project.pk for project in projects]
    if not ids:
        return {}
    figures = {one.project_id: one for one in deliveries(today, ids)}
    forecasts = _forecasts(projects, figures, today)
    open_ones = [project.pk for project in projects if not _is_accepted(project, today)]
    acceptances = forecast_acceptances(open_ones, today, calendar)
    payments = milestone_payments_due(ids, today)
    risks = open_risks(ids)
    gates = blocked_gates(open_ones, today)
    touches = dict(
        Touchpoint.objects.filter(
            customer__in={project.customer_id for project in projects}, happened_on__lte=today
        )
        .order_by()
        .values_list("customer_id")
        .annotate(last=Max("happened_on"))
    )
    return {
        project.pk: Standing(
            figures.get(project.pk), forecasts.get(project.pk), acceptances.get(project.pk),
            payments.get(project.pk), risks.get(project.pk, []), gates.get(project.pk, []),
            touches.get(project.customer_id),
        )
        for project in projects
    }  # fmt: skip


def _forecasts(
    projects: Sequence[Project], figures: dict[int, Delivery], today: date
) -> dict[int, Forecast]:
    parameters: dict[str, Any] = {
        "tenant": current_tenant_id(),
        "projects": [project.pk for project in projects],
        "day": today,
    }
    with connection.cursor() as cursor:
        cursor.execute(TASKS.format(thousandths=THOUSANDTHS), parameters)
        planned = {project: (whole, done) for project, whole, done in cursor.fetchall()}
        cursor.execute(ITEMS.format(thousandths=THOUSANDTHS), parameters)
        left = dict(cursor.fetchall())
    found = {}
    for project in projects:
        if project.pk not in figures:
            continue
        one = figures[project.pk]
        whole, done = planned.get(project.pk, (0, 0))
        found[project.pk] = forecast(
            budget=one.baseline_effort if one.baseline_effort is not None else (whole or None),
            booked=one.actual_effort,
            unapproved=one.unapproved_effort if one.baseline_effort is not None else 0,
            done=Fraction(done, whole) if whole else None,
            left_of_items=left.get(project.pk),
            is_accepted=_is_accepted(project, today),
        )
    return found


def _is_accepted(project: Project, today: date) -> bool:
    return project.accepted_on is not None and project.accepted_on <= today
