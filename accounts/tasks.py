"""Celery tasks of this app: they take ids and hold no logic."""

from __future__ import annotations

from celery import shared_task
from django.db import transaction

from accounts.actions.load_work import loads_to_work_on, work_on_load
from accounts.actions.mail_sending import is_due, release_abandoned, send_batch
from accounts.models import Tenant


@shared_task(name="accounts.tasks.run_load")
def run_load(tenant_id: int, load_id: int) -> None:
    """Do what one load waits for."""
    work_on_load(tenant_id=tenant_id, load_id=load_id)


@shared_task(name="accounts.tasks.sweep_loads")
def sweep_loads() -> None:
    """Enqueue every load that waits, also those that a dead worker held or the broker forgot."""
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        for load_id in loads_to_work_on(tenant_id=tenant_id):
            enqueue_load(tenant_id, load_id)


def enqueue_load(tenant_id: int, load_id: int) -> None:
    """Have a worker look at a load once the transaction has ended."""
    # Robust: what the broker does not take now, the sweeper finds.
    transaction.on_commit(lambda: run_load.delay(tenant_id, load_id), robust=True)


@shared_task(name="accounts.tasks.send_mail")
def send_mail(tenant_id: int) -> None:
    """Send some of a tenant's letters. What is left goes behind the other tenants'."""
    if send_batch(tenant_id=tenant_id).more:
        send_mail.delay(tenant_id)


@shared_task(name="accounts.tasks.sweep_mail")
def sweep_mail() -> None:
    """Enqueue what waits and may leave now, also what a dead worker held or the broker forgot."""
    for tenant_id in Tenant.objects.order_by("pk").values_list("id", flat=True):
        release_abandoned(tenant_id=tenant_id)
        if is_due(tenant_id=tenant_id):
            send_mail.delay(tenant_id)
