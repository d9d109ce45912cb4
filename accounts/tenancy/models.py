"""The base of every tenant-owned model."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from accounts.tenancy.fields import CurrentTenant
from accounts.tenancy.scope import current_tenant_id


class TenantQuerySet(models.QuerySet):
    """Rows of one tenant. Reads worth naming are methods of its subclasses."""

    def in_scope(self) -> Self:
        """This query with the open scope's tenant as a literal, which indexes and shards need."""
        return self.filter(tenant_id=current_tenant_id())


class TenantManager(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Every query starts with ``tenant_id = N`` of the open scope; without one it raises."""

    def get_queryset(self) -> Any:
        return super().get_queryset().in_scope()


class TenantModel(models.Model):
    """A row that belongs to one tenant.

    The database fills ``tenant_id``; nobody passes it. Subclasses inherit ``Meta(TenantModel.Meta)``
    and their migration ends with ``InstallTenancy``.
    """

    tenant_id = models.BigIntegerField(db_default=CurrentTenant(), editable=False)

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"
