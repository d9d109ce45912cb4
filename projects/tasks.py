"""Celery tasks of this app: they take ids and hold no logic."""

from __future__ import annotations

from celery import shared_task

from accounts.models import Tenant
from projects.actions.responsibility import turn_of_the_day


@shared_task(name="projects.tasks.sweep_faces")
def sweep_faces() -> None:
    """Faces change when a day comes: a project starts, a contract is signed, a stage is accepted."""
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        turn_of_the_day(tenant_id=tenant_id)
