"""Templates: what a new project's plan is made from."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantForeignKey, TenantModel


class PlanTemplate(TenantModel):
    """A way to run an implementation, under a name: phases with their milestones and tasks.

    ``draft`` is what is being changed and not yet published (empty: nothing is); ``draft_version``
    counts its changes, so that two people editing it notice each other.
    """

    key = models.CharField(_("key"), max_length=100)
    name = models.CharField(_("name"), max_length=200)
    draft = models.JSONField(null=True, blank=True)
    draft_version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="plan_template_key_once"),
        ]

    def __str__(self) -> str:
        return self.name


class PlanTemplateVersion(TenantModel):
    """A template as it was published. Versions are added, never altered: a plan says which one it
    was made from."""

    append_only = True

    template = TenantForeignKey(PlanTemplate, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    # Phases and tasks; see projects.compute.plan_documents.
    document = models.JSONField()
    note = models.CharField(_("note"), max_length=500, blank=True)
    published_at = models.DateTimeField(default=timezone.now)
    # Empty: it came with the platform.
    published_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "template", "version"], name="plan_template_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"
