"""Which milestone of a project a customer pays an instalment for."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Instalment
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.plans import Task


class MilestonePayment(TenantModel):
    """That an instalment is owed for reaching a milestone. What is due when, and what was received,
    stay with the instalment."""

    instalment = TenantForeignKey(Instalment, models.CASCADE, related_name="milestone_payments")
    milestone = TenantForeignKey(Task, models.PROTECT, related_name="payments")
    tied_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    tied_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "instalment"], name="milestone_payment_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instalment_id} → {self.milestone_id}"
