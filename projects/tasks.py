"""Celery tasks of this app: they take ids and hold no logic."""

from __future__ import annotations

from celery import shared_task

from accounts.models import Tenant
from projects.actions.responsibility import turn_of_the_day
from projects.actions.sign_off_sweep import sweep_sign_offs
from projects.actions.weekly_sweep import draft_weeklies


@shared_task(name="projects.tasks.sweep_faces")
def sweep_faces() -> None:
    """Faces change when a day comes: a project starts, a contract is signed, a stage is accepted."""
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        turn_of_the_day(tenant_id=tenant_id)


@shared_task(name="projects.tasks.sweep_gates")
def sweep_gates() -> None:
    """Reminders of sign-offs, word of those that are overdue, and consent by silence. Nobody of a
    demo is written."""
    for tenant_id in Tenant.objects.filter(is_demo=False).values_list("id", flat=True):
        sweep_sign_offs(tenant_id=tenant_id)


@shared_task(name="projects.tasks.sweep_weeklies")
def sweep_weeklies() -> None:
    """Weekly reports are drafted on Friday morning where each tenant is."""
    for tenant_id in Tenant.objects.values_list("id", flat=True):
        draft_weeklies(tenant_id=tenant_id)
