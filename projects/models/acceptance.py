"""That a customer accepted a project."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.gates import Gate
from projects.models.projects import Project
from projects.models.signing import SignedScan


class Acceptance(TenantModel):
    """That a project's acceptance was recorded on screen: by its gate, or by a person with a reason
    and, where there is one, the stamped scan."""

    append_only = True

    project = TenantForeignKey(Project, models.PROTECT, related_name="acceptances")
    accepted_on = models.DateField()
    gate = TenantForeignKey(Gate, models.PROTECT, null=True, blank=True, related_name="acceptances")
    reason = models.TextField(_("reason"), blank=True)
    scan = TenantForeignKey(
        SignedScan, models.PROTECT, null=True, blank=True, related_name="acceptances"
    )
    recorded_at = models.DateTimeField(default=timezone.now)
    # Empty: the customer's sign-off, or its silence, recorded it.
    recorded_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.accepted_on}"
