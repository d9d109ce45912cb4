"""What the demo's projects keep beside their plans: training and who took part, what cases are, risks
and issues, and the instalments that milestones are paid by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils.timezone import now

from accounts.models import Instalment, Membership, Role, Tenant, User
from accounts.tenancy import tenant_scope
from config.demo.risk_texts import TEXTS
from projects.models import (
    Level,
    MilestonePayment,
    Plan,
    Project,
    Risk,
    Side,
    Task,
    TrainingSession,
)

# Two sessions of each project: key users learn the product while it is set up, users what changed
# before they go live. A morning after it was held, everybody knew of it.
_SESSIONS = """
INSERT INTO projects_trainingsession (customer_id, project_id, key, title, kind, held_on, minutes,
       trainer_id, place, attributes, known_from)
SELECT p.customer_id, p.id, 'TR-' || p.key || '-' || s.number,
       CASE WHEN p.name ~ '[一-龥]' THEN s.title ELSE s.title_en END, s.kind, d.held_on, s.minutes,
       p.manager_id, '', '{}', ((d.held_on + 1) + time '09:00') AT TIME ZONE %(zone)s
  FROM projects_project p
 CROSS JOIN (VALUES (1, '标准产品培训', 'Standard-product training', 'product', 180, 0.4),
                    (2, '最终用户复习课', 'Revision lesson for users', 'end_user', 90, 0.9))
            AS s (number, title, title_en, kind, minutes, share)
 CROSS JOIN LATERAL (
       SELECT p.starts_on + (s.share * (coalesce(p.accepted_on, p.due_on) - p.starts_on))::integer
              AS held_on) d
 WHERE p.tenant_id = %(tenant)s AND d.held_on <= %(until)s
"""

# Of the last sessions it is known what they were about.
_MODULES = """
INSERT INTO projects_sessionmodule (session_id, module_id)
SELECT DISTINCT ON (s.id) s.id, l.module_id
  FROM projects_trainingsession s
  JOIN accounts_contract k ON k.tenant_id = %(tenant)s AND k.customer_id = s.customer_id
  JOIN accounts_contractline l ON l.tenant_id = %(tenant)s AND l.contract_id = k.id
 WHERE s.tenant_id = %(tenant)s AND l.signed_on <= s.held_on
   AND s.held_on > %(until)s - 540
 ORDER BY s.id, l.signed_on DESC, l.module_id
"""

# Most came, by a draw that is the same every time.
_ATTENDANCES = """
INSERT INTO projects_attendance (session_id, contact_id, state, known_from)
SELECT s.id, c.id,
       CASE WHEN drawn.place < 74 THEN 'present' WHEN drawn.place < 92 THEN 'absent'
            ELSE 'excused' END,
       s.known_from
  FROM projects_trainingsession s
  JOIN accounts_contact c ON c.tenant_id = %(tenant)s AND c.customer_id = s.customer_id
 CROSS JOIN LATERAL (SELECT abs(hashtext(c.key || s.key)::bigint) %% 100 AS place) drawn
 WHERE s.tenant_id = %(tenant)s AND EXISTS (
       SELECT FROM accounts_contactrole r
        WHERE r.tenant_id = %(tenant)s AND r.contact_id = c.id
          AND r.role = CASE s.kind WHEN 'product' THEN 'key_user' ELSE 'end_user' END
          AND coalesce(r.from_on <= s.held_on, true) AND coalesce(r.to_on >= s.held_on, true))
"""

# Whoever was the face looks after a case, but for some that somebody else took.
_CASES = """
UPDATE accounts_case c
   SET kind = CASE WHEN c.title IN ('组织架构调整怎么做', '权限设置问题',
                                    'How to change the organisation chart',
                                    'Question on permissions')
                   THEN 'question' ELSE 'problem' END,
       colleague_id = coalesce(
           CASE WHEN abs(hashtext(c.key)::bigint) %% 6 > 0 THEN (
               SELECT r.colleague_id FROM accounts_responsibility r
                WHERE r.tenant_id = %(tenant)s AND r.customer_id = c.customer_id
                  AND r.from_on <= (c.opened_at AT TIME ZONE %(zone)s)::date
                ORDER BY r.from_on DESC LIMIT 1) END,
           k.service_manager_id)
  FROM accounts_customer k
 WHERE c.tenant_id = %(tenant)s AND k.tenant_id = %(tenant)s AND k.id = c.customer_id
"""


def make_example_records(tenant: Tenant) -> None:
    """Make them once, as of the day up to which the demo was filled; after the plans."""
    until = tenant.last_ended_day(tenant.created_at)
    with tenant_scope(tenant.id):
        admin = Membership.objects.filter(roles__contains=[Role.ADMIN], is_active=True).first()
        if admin is None or TrainingSession.objects.exists():
            return
        told: dict[str, Any] = {"tenant": tenant.id, "until": until, "zone": tenant.timezone}
        with connection.cursor() as cursor:
            for statement in (_SESSIONS, _MODULES, _ATTENDANCES, _CASES):
                cursor.execute(statement, told)
        projects = list(Project.objects.filter(pk__in=Plan.objects.values("project")))
        _keep_risks(tenant, projects, until, by=admin.user)
        _tie_payments(projects, by=admin.user)


def _keep_risks(tenant: Tenant, projects: list[Project], until: date, *, by: User) -> None:
    """Some for each project: open ones while it runs, settled ones once it is accepted; in every
    third one has happened."""
    risks: list[Risk] = []
    happened: list[Risk] = []
    for project in projects:
        length = max((min(until, project.due_on) - project.starts_on).days, 1)
        chosen = [TEXTS[(project.pk + step * 3) % len(TEXTS)] for step in range(2 + project.pk % 3)]
        for number, text in enumerate(chosen, 1):
            raised_on = project.starts_on + timedelta(days=number * length // 6)
            risk = Risk(
                project=project,
                number=number,
                title=text.title,
                probability=1 + (project.pk + number) % 3,
                impact=text.impact,
                side=text.side,
                person=project.manager if text.side == Side.VENDOR else None,
                mitigation=text.mitigation,
                raised_on=raised_on,
                due_on=raised_on + timedelta(days=30),
                raised_by=by,
                changed_by=by,
            )
            settled = project.accepted_on or until
            if project.accepted_on is not None:
                _say(risk, Risk.State.CLOSED, "项目已验收，风险解除。", tenant, settled, by)
            elif number == 1 and project.pk % 3 == 0:
                _say(risk, Risk.State.HAPPENED, text.happened, tenant, raised_on, by)
                happened.append(risk)
            elif number == 2 and project.pk % 2 == 0:
                _say(risk, Risk.State.MITIGATED, "应对措施已落实。", tenant, raised_on, by)
            risks.append(risk)
    Risk.objects.bulk_create(risks)
    counts = {project.pk: 2 + project.pk % 3 for project in projects}
    Risk.objects.bulk_create(
        Risk(
            project=risk.project,
            number=counts[risk.project_id] + 1,
            kind=Risk.Kind.ISSUE,
            title=risk.title,
            text=risk.state_why,
            impact=Level.HIGH,
            side=risk.side,
            person=risk.person,
            mitigation=risk.mitigation,
            raised_on=risk.raised_on,
            due_on=until + timedelta(days=risk.project_id % 20 - 5),
            raised_by=by,
            changed_by=by,
            came_of=risk,
        )
        for risk in happened
    )


def _say(risk: Risk, state: str, why: str, tenant: Tenant, on: date, by: User) -> None:
    risk.state, risk.state_why, risk.state_by = state, why, by
    risk.state_at = min(datetime.combine(on, time(18), tenant.zone), now())
    risk.version = 2


def _tie_payments(projects: list[Project], *, by: User) -> None:
    """The instalments of a project's time, in turn to its milestones."""
    milestones: dict[int, list[Task]] = {}
    for task in Task.objects.filter(project__in=projects, is_milestone=True).order_by("ends_on"):
        milestones.setdefault(task.project_id, []).append(task)
    instalments: dict[int, list[Any]] = {}
    customers = {project.customer_id for project in projects}
    for row in (
        Instalment.objects.filter(contract__customer__in=customers)
        .select_related("contract")
        .order_by("due_on", "pk")
    ):
        instalments.setdefault(row.contract.customer_id, []).append(row)
    ties, taken = [], set()
    for project in projects:
        own = milestones.get(project.pk, [])
        last = (project.accepted_on or project.due_on) + timedelta(days=200)
        first = project.starts_on - timedelta(days=60)
        fitting = [
            row
            for row in instalments.get(project.customer_id, [])
            if first <= row.due_on <= last and row.pk not in taken
        ]
        for row, task in zip(fitting[:1] + fitting[1:][-1:], own[:1] + own[-2:-1], strict=False):
            taken.add(row.pk)
            ties.append(MilestonePayment(instalment=row, milestone=task, tied_by=by))
    MilestonePayment.objects.bulk_create(ties)
