"""Making projects and their plans from templates, and locking a plan's dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import note_creation
from accounts.models import Colleague, Customer, User
from accounts.queries.calendars import working_calendar
from accounts.signals import customer_facts_changed
from projects.actions.gates import make_gates
from projects.compute.plan_documents import words_in, works_of
from projects.compute.schedule import schedule
from projects.models import (
    Baseline,
    Phase,
    Plan,
    PlanTemplateVersion,
    Project,
    Task,
    TaskBaseline,
    TaskLink,
)


@transaction.atomic
def make_project(
    *,
    customer: Customer,
    name: str,
    key: str = "",
    manager: Colleague | None,
    starts_on: date,
    template_version: PlanTemplateVersion,
    language: str,
    by: User | None,
) -> Project:
    """A new project of a customer with its plan; it is due on the plan's last day, and the service
    manager will have to accept its handover.

    Raises:
        ValidationError: another project has this key.
    """
    key = key or _free_key(customer)
    if Project.objects.filter(key=key).exists():
        raise ValidationError({"key": _("Another project has this key.")})
    now = timezone.now()
    works = works_of(template_version.document)
    spans = schedule(works, start=starts_on, calendar=working_calendar())
    project = Project.objects.create(
        customer=customer,
        key=key,
        name=name,
        manager=manager,
        starts_on=starts_on,
        due_on=max(span.last for span in spans.values()),
        template=template_version.template.key,
        awaits_handover=True,
        known_from=now,
    )
    note_creation(project, at=now)
    record(
        "project.made",
        by=by,
        about=project,
        customer=customer.name,
        manager=manager.name if manager else "",
        starts_on=starts_on.isoformat(),
    )
    make_plan(project=project, template_version=template_version, language=language, by=by)
    customer_facts_changed.send(sender=Project, customer_ids=[customer.pk])
    return project


def _free_key(customer: Customer) -> str:
    taken = set(Project.objects.filter(customer=customer).values_list("key", flat=True))
    stem = f"{customer.key[:190]}-P"
    others = set(Project.objects.filter(key__startswith=stem).values_list("key", flat=True))
    number = len(taken) + 1
    while f"{stem}{number}" in taken | others:
        number += 1
    return f"{stem}{number}"


@transaction.atomic
def make_plan(
    *, project: Project, template_version: PlanTemplateVersion, language: str, by: User | None
) -> Plan:
    """Phases, tasks, milestones and gates from a template, dated from the project's first day by the
    working calendar. The project's own dates stay as they are.

    Raises:
        ValidationError: the project has a plan.
    """
    Project.objects.select_for_update().get(pk=project.pk)
    if Plan.objects.filter(project=project).exists():
        raise ValidationError(_("This project has a plan already."))
    document = template_version.document
    spans = schedule(works_of(document), start=project.starts_on, calendar=working_calendar())
    phases = Phase.objects.bulk_create(
        Phase(project=project, position=place, title=words_in(phase["title"], language))
        for place, phase in enumerate(document["phases"], 1)
    )
    planned = [
        (phase, place, task)
        for phase, described in zip(phases, document["phases"], strict=True)
        for place, task in enumerate(described["tasks"], 1)
    ]
    tasks = Task.objects.bulk_create(
        Task(
            project=project,
            phase=phase,
            number=number,
            position=place,
            title=words_in(task["title"], language),
            is_milestone=not task["days"],
            side=task["side"],
            role=words_in(task["role"], language),
            starts_on=spans[task["key"]].first,
            ends_on=spans[task["key"]].last,
            offset_days=task["offset"],
            effort_days=Decimal(task["effort"]),
            changed_by=by,
        )
        for number, (phase, place, task) in enumerate(planned, 1)
    )
    by_key = {task["key"]: row for row, (_p, _n, task) in zip(tasks, planned, strict=True)}
    TaskLink.objects.bulk_create(
        TaskLink(project=project, predecessor=by_key[other], successor=by_key[task["key"]])
        for _phase, _place, task in planned
        for other in dict.fromkeys(task["after"])
    )
    make_gates(
        project=project,
        phases={row["key"]: phase for row, phase in zip(document["phases"], phases, strict=True)},
        ends={
            row["key"]: max(spans[task["key"]].last for task in row["tasks"])
            for row in document["phases"]
        },
        document=document,
        language=language,
    )
    plan = Plan.objects.create(
        project=project,
        template_version=template_version,
        next_number=len(tasks) + 1,
        made_by=by,
    )
    record(
        "plan.made",
        by=by,
        about=project,
        template=template_version.template.name,
        version=template_version.version,
        tasks=len(tasks),
    )
    return plan


@transaction.atomic
def lock_dates(*, project: Project, by: User | None) -> int:
    """Keep every task's days and effort as they are now with the latest version of the baseline.

    Returns how many. Another version of the baseline, which only a signed change request brings, can
    be locked again; the same one never.

    Raises:
        ValidationError: there is no signed SOW, or its latest version has its dates.
    """
    Plan.objects.select_for_update().filter(project=project).first()
    baseline = Baseline.objects.filter(sow__project=project).order_by("-version").first()
    if baseline is None:
        raise ValidationError(_("Dates are locked with a signed SOW, and there is none yet."))
    if TaskBaseline.objects.filter(baseline=baseline).exists():
        raise ValidationError(
            _(
                "The dates of this version of the baseline are locked. Only a signed change changes them."
            )
        )
    rows = TaskBaseline.objects.bulk_create(
        TaskBaseline(
            baseline=baseline,
            task=task,
            starts_on=task.starts_on,
            ends_on=task.ends_on,
            effort_days=task.effort_days,
        )
        for task in Task.objects.filter(project=project)
    )
    record("plan.dates_locked", by=by, about=project, baseline=baseline.version, tasks=len(rows))
    return len(rows)
