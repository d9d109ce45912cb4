"""How a tenant's reports look: its logo, colour, sections and texts, in versions that are added."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.tenancy import TenantModel

HASH = 64


class ReportLogo(TenantModel):
    """An image, kept once by the SHA-256 of its bytes: reports of years ago still name theirs."""

    append_only = True

    hash = models.CharField(max_length=HASH)
    content = models.BinaryField()
    mime = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    added_at = models.DateTimeField(default=timezone.now)
    added_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "hash"], name="report_logo_once"),
            models.CheckConstraint(
                condition=models.Q(mime__in=["image/png", "image/jpeg"]),
                name="report_logo_is_an_image",
            ),
        ]

    def __str__(self) -> str:
        return self.hash[:12]


class ReportTemplate(TenantModel):
    """One version of how customers' reports look; the highest counts for reports made from then on.

    ``look``: see reports.compute.report_templates.
    """

    append_only = True

    version = models.PositiveIntegerField()
    look = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "version"], name="report_template_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"
