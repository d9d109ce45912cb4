"""Who did what, and what a row was before it changed."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.tenancy import TenantForeignKey, TenantModel


class AuditRecord(TenantModel):
    """One thing that a person or the platform did. Written with the change, never altered."""

    append_only = True

    at = models.DateTimeField(default=timezone.now)
    # Empty: the platform itself (a night, a command).
    actor = models.ForeignKey("accounts.User", models.DO_NOTHING, null=True, related_name="+")
    actor_label = models.CharField(max_length=254, blank=True)
    # e.g. "customer.updated"; the words for it are in accounts.labels.
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.BigIntegerField(null=True)
    object_label = models.CharField(max_length=300, blank=True)
    data = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["tenant_id", "-at"], name="audit_at_ix"),
            models.Index(fields=["tenant_id", "object_type", "object_id"], name="audit_object_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_label}"


class RowVersion(TenantModel):
    """What a fact's row was before it was changed or taken away, or that it was created.

    The facts as known at K are the rows with ``known_from <= K`` together with the ``before`` images
    that have ``known_from <= K < known_to``. Undoing a load reads the same rows.
    """

    # The table's name, e.g. accounts_payment.
    table = models.CharField(max_length=60)
    row_id = models.BigIntegerField(null=True)
    # The whole row as JSON; empty when this records its creation.
    before = models.JSONField(null=True)
    known_from = models.DateTimeField(null=True)
    known_to = models.DateTimeField()
    load = TenantForeignKey("accounts.Load", models.PROTECT, null=True, related_name="versions")

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant_id", "table", "known_to"], name="row_version_known_ix"),
            models.Index(fields=["tenant_id", "table", "row_id"], name="row_version_row_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"
