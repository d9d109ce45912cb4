"""Celery tasks of this app: they take ids and hold no logic."""

from __future__ import annotations

from functools import partial

import structlog
from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from reports.actions.figure_checks import check_figures, night_to_check
from reports.actions.goals import fill_goal_months, months_lacking
from reports.actions.report_letters import letters_wait, write_letters
from reports.actions.run_sweep import note_due
from reports.actions.run_work import next_due, work_on_run

log = structlog.get_logger("tenure.reports")


@shared_task(name="reports.tasks.sweep_reports")
def sweep_reports() -> None:
    """Reports that are due, runs that a dead worker left, and letters that nobody wrote yet, tenant by
    tenant; trouble with one holds up no other."""
    for tenant in Tenant.objects.order_by("pk"):
        try:
            enqueue_due(tenant)
            if letters_wait(tenant_id=tenant.pk):
                write_report_letters.delay(tenant.pk)
        except Exception as error:
            log.error("sweep of reports failed", tenant=tenant.slug, error=type(error).__name__)


@shared_task(name="reports.tasks.produce_reports")
def produce_reports(tenant_id: int, run_id: int) -> None:
    """Do what is left of one run, then enqueue the tenant's next one."""
    tenant = Tenant.objects.get(pk=tenant_id)
    work_on_run(tenant=tenant, run_id=run_id)
    enqueue_due(tenant)


def enqueue_due(tenant: Tenant) -> None:
    """Hand the tenant's due run to the broker once the database has noted it."""
    now = timezone.now()
    with tenant_scope(tenant.pk):
        note_due(tenant=tenant, now=now)
        run_id = next_due(now)
        if run_id is not None:
            # Robust: what the broker does not take now, the sweeper finds.
            transaction.on_commit(partial(produce_reports.delay, tenant.pk, run_id), robust=True)


@shared_task(name="reports.tasks.write_report_letters")
def write_report_letters(tenant_id: int) -> None:
    """Write the letters of reports that were sent."""
    write_letters(tenant_id=tenant_id)


@shared_task(name="reports.tasks.fill_months_of_goals")
def fill_months_of_goals(tenant_id: int) -> None:
    """Make figures of months that goals are read against, a few at once, until all are there."""
    tenant = Tenant.objects.get(pk=tenant_id)
    with tenant_scope(tenant_id):
        if fill_goal_months(tenant=tenant, now=timezone.now()):
            transaction.on_commit(partial(fill_months_of_goals.delay, tenant_id), robust=True)


@shared_task(name="reports.tasks.sweep_figures")
def sweep_figures() -> None:
    """Tenants whose latest night was not followed by a look at the figures of closed periods, and those
    whose goals lack figures of months."""
    for tenant in Tenant.objects.order_by("pk"):
        try:
            with tenant_scope(tenant.pk):
                night = night_to_check()
                lacks_months = bool(months_lacking(tenant=tenant, now=timezone.now()))
            if night is not None:
                check_closed_figures.delay(tenant.pk)
            if lacks_months:
                fill_months_of_goals.delay(tenant.pk)
        except Exception as error:
            log.error("sweep of figures failed", tenant=tenant.slug, error=type(error).__name__)


@shared_task(name="reports.tasks.check_closed_figures")
def check_closed_figures(tenant_id: int) -> None:
    """Notice what was restated, once for each result of a night; twice finds nothing to do."""
    tenant = Tenant.objects.get(pk=tenant_id)
    with tenant_scope(tenant_id):
        night = night_to_check()
        if night is not None:
            check_figures(night=night, tenant=tenant, now=timezone.now())
