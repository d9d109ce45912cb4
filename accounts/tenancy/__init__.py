"""Tenancy: PostgreSQL refuses, Python only declares.

Every tenant-owned table has ``tenant_id``, filled by the database from the transaction's setting
``app.tenant_id``, and a forced row-level policy on it. :func:`tenant_scope` sets it; the scoped
manager adds the literal ``tenant_id = N`` that lets the planner use indexes. There is no way around
the scope: outside it both Python and PostgreSQL refuse.
"""

from accounts.tenancy.fields import CurrentTenant, TenantForeignKey
from accounts.tenancy.models import TenantManager, TenantModel, TenantQuerySet
from accounts.tenancy.scope import (
    NoTenantScope,
    TenancyError,
    WrongTenantScope,
    current_tenant_id,
    tenant_scope,
)

__all__ = [
    "CurrentTenant",
    "NoTenantScope",
    "TenancyError",
    "TenantForeignKey",
    "TenantManager",
    "TenantModel",
    "TenantQuerySet",
    "WrongTenantScope",
    "current_tenant_id",
    "tenant_scope",
]
