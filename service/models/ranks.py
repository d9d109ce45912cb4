"""How a tenant weighs what ranks work."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class RankVersion(TenantModel):
    """The weights of ranks from a moment on. Versions are added, never altered; work keeps the number
    of the one that ranked it. Before the first one the shipped weights hold, as version 0."""

    append_only = True

    version = models.PositiveIntegerField()
    # service.compute.ranks.RankWeights
    weights = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "version"], name="rank_version_once"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"
