"""Fields of tenant-owned models."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.lookups import Exact
from django.utils.deconstruct import deconstructible

SETTING = "current_setting('app.tenant_id')::bigint"


@deconstructible(path="accounts.tenancy.CurrentTenant")
class CurrentTenant(models.Func):
    """The tenant of the transaction, said by PostgreSQL; raises there when none is set."""

    template = SETTING
    output_field = models.BigIntegerField()
    allowed_default = True

    def __init__(self) -> None:
        super().__init__()


class TenantForeignKey(models.ForeignKey):
    """A reference within one tenant.

    The database's constraint is ``(tenant_id, column) → (tenant_id, id)`` and is installed by
    :class:`accounts.tenancy.operations.InstallTenancy`, with an index on the same two columns; Django
    makes neither. Joins compare ``tenant_id`` too, so that they stay within a shard.
    """

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        kwargs["db_index"] = False
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        kwargs.pop("db_index", None)
        return name, "accounts.tenancy.TenantForeignKey", args, kwargs

    def get_extra_restriction(self, alias: str | None, related_alias: str | None) -> Any:
        """Used in ON; ``alias`` is the joined table, ``related_alias`` the one it is joined to."""
        if alias is None or related_alias is None:
            return None
        tenant: Any = self.model._meta.get_field("tenant_id")
        return Exact(tenant.get_col(alias), tenant.get_col(related_alias))
