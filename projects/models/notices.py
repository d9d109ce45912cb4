"""What a project's manager is told when something comes from the customer."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.change_requests import ChangeRequest
from projects.models.gates import Gate
from projects.models.projects import Project


class ManagerNotice(TenantModel):
    """One thing that happened to a change request or a gate, until somebody has seen it."""

    class Kind(models.TextChoices):
        CHANGE_SIGNED = "change_signed", _("Change request signed")
        CHANGE_DECLINED = "change_declined", _("Change request declined")
        CHANGE_QUESTION = "change_question", _("Question about a change request")
        GATE_APPROVED = "gate_approved", _("Sign-off given")
        GATE_RETURNED = "gate_returned", _("Sign-off returned")
        GATE_SILENT = "gate_silent", _("Approved by silence")
        GATE_OVERDUE = "gate_overdue", _("Sign-off overdue")

    project = TenantForeignKey(Project, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=20, choices=Kind)
    change_request = TenantForeignKey(
        ChangeRequest, models.PROTECT, null=True, blank=True, related_name="notices"
    )
    gate = TenantForeignKey(Gate, models.CASCADE, null=True, blank=True, related_name="notices")
    # Who it comes from, and their reason or question.
    name = models.CharField(max_length=254, blank=True)
    words = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(change_request__isnull=False, gate__isnull=True)
                | models.Q(change_request__isnull=True, gate__isnull=False),
                name="manager_notice_about_one_thing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "project"],
                condition=models.Q(seen_at__isnull=True),
                name="manager_notice_unseen_ix",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.kind}"
