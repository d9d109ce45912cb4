"""Work in the background: tasks carry ids, the database knows what is to be done."""

from __future__ import annotations

from functools import partial

import structlog
from celery import shared_task
from django.db import transaction
from django.utils import timezone

from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.claims import due_night, work_on_night

log = structlog.get_logger("tenure.nights")


@shared_task
def compute_night(tenant_id: int, night_id: int) -> None:
    """Compute one night, then enqueue the tenant's next one if it is due."""
    tenant = Tenant.objects.get(pk=tenant_id)
    work_on_night(tenant=tenant, night_id=night_id)
    enqueue_due(tenant)


@shared_task
def sweep_nights() -> None:
    """Enqueue what is due, tenant by tenant; trouble with one holds up no other."""
    for tenant in Tenant.objects.order_by("pk"):
        try:
            enqueue_due(tenant)
        except Exception as error:
            log.error("sweep failed", tenant=tenant.slug, error=type(error).__name__)


def enqueue_due(tenant: Tenant) -> None:
    """Hand the tenant's due night to the broker once the database has noted it."""
    with tenant_scope(tenant.id):
        night_id = due_night(tenant=tenant, now=timezone.now())
        if night_id is not None:
            transaction.on_commit(partial(compute_night.delay, tenant.id, night_id))
