"""What this app contributes to the registries, and the signals that it answers."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from accounts.loads import registry
from accounts.models import Tenant
from accounts.signals import customer_facts_changed
from accounts.tenancy import current_tenant_id
from projects.actions.responsibility import derive_faces
from projects.loads import Projects

registry.register(Projects())


@receiver(customer_facts_changed, dispatch_uid="projects.derive_faces")
def keep_faces(*, customer_ids: list[int] | None = None, **_: Any) -> None:
    tenant = Tenant.objects.get(pk=current_tenant_id())
    derive_faces(
        today=tenant.local_date(timezone.now()), zone=tenant.timezone, customer_ids=customer_ids
    )
