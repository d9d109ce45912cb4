"""Why customers leave, in the tenant's own words."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class ChurnReason(TenantModel):
    """A reason of the tenant's list. One with the key of a shipped reason stands in its place."""

    key = models.CharField(max_length=40)
    # Empty: as shipped, in the reader's language.
    name = models.CharField(_("reason"), max_length=200, blank=True)
    # No longer offered; what was said with it keeps it.
    is_archived = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="churn_reason_once"),
        ]

    def __str__(self) -> str:
        return self.name or self.key
