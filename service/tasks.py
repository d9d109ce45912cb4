"""Celery tasks of this app: they take ids and hold no logic."""

from __future__ import annotations

from functools import partial

import structlog
from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.letter_texts import without_letters
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from service.actions.case_sweep import sweep_cases as sweep_cases_of
from service.actions.play_run_work import due_run, work_on_run
from service.actions.renewal_upkeep import sweep_renewals as keep_renewals_true
from service.actions.request_digests import make_digest
from service.actions.survey_sweep import sweep_surveys as sweep_surveys_of
from service.actions.update_sending import write_letters

log = structlog.get_logger("tenure.service")


@shared_task(name="service.tasks.sweep_plays")
def sweep_plays() -> None:
    """Plays of the newest stored night that were not run yet, tenant by tenant; trouble with one holds
    up no other."""
    now = timezone.now()
    for tenant in Tenant.objects.order_by("pk"):
        try:
            with tenant_scope(tenant.id):
                run_id = due_run(tenant=tenant, now=now)
                if run_id is not None:
                    transaction.on_commit(partial(run_night_plays.delay, tenant.id, run_id))
        except Exception as error:
            log.error("sweep of plays failed", tenant=tenant.slug, error=type(error).__name__)


@shared_task(name="service.tasks.run_night_plays")
def run_night_plays(tenant_id: int, run_id: int) -> None:
    """Run the plays of one night."""
    work_on_run(tenant=Tenant.objects.get(pk=tenant_id), run_id=run_id)


@shared_task(name="service.tasks.sweep_renewals")
def sweep_renewals() -> None:
    """What the latest night says of renewals, and the forecast of each month's end, once each."""
    for tenant in Tenant.objects.order_by("pk"):
        try:
            keep_renewals_true(tenant_id=tenant.pk)
        except Exception as error:
            log.error("sweep of renewals failed", tenant=tenant.slug, error=type(error).__name__)


@shared_task(name="service.tasks.sweep_surveys")
def sweep_surveys() -> None:
    """Surveys that are due, and the letters of those that were started. Nobody of a demo is asked;
    trouble with one tenant holds up no other."""
    for tenant in Tenant.objects.filter(is_demo=False).order_by("pk"):
        try:
            sweep_surveys_of(tenant_id=tenant.pk)
        except Exception as error:
            log.error("sweep of surveys failed", tenant=tenant.slug, error=type(error).__name__)


@shared_task(name="service.tasks.sweep_request_letters")
def sweep_request_letters() -> None:
    """Letters of product updates and of answers to requests; trouble with one tenant holds up no
    other. Nobody of a demo is written to."""
    for tenant in Tenant.objects.order_by("pk"):
        try:
            if tenant.is_demo:
                with without_letters():
                    write_letters(tenant_id=tenant.pk)
            else:
                write_letters(tenant_id=tenant.pk)
        except Exception as error:
            log.error("letters of updates failed", tenant=tenant.slug, error=type(error).__name__)


@shared_task(name="service.tasks.sweep_request_digests")
def sweep_request_digests() -> None:
    """The digest of the month that ended, on the first working morning where each tenant is."""
    for tenant in Tenant.objects.order_by("pk"):
        try:
            if tenant.is_demo:
                with without_letters():
                    make_digest(tenant_id=tenant.pk)
            else:
                make_digest(tenant_id=tenant.pk)
        except Exception as error:
            log.error("digest of requests failed", tenant=tenant.slug, error=type(error).__name__)


@shared_task(name="service.tasks.sweep_cases")
def sweep_cases() -> None:
    """Clocks of cases that run out, soon or now, and cases that files brought; trouble with one tenant
    holds up no other. Nobody of a demo is written."""
    for tenant in Tenant.objects.order_by("pk"):
        try:
            sweep_cases_of(tenant_id=tenant.pk)
        except Exception as error:
            log.error("sweep of cases failed", tenant=tenant.slug, error=type(error).__name__)
