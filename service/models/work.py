"""What is said when work is closed, and what a change of work was before."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantModel


class CloseReason(TenantModel):
    """A reason for closing work that a tenant added, or one of the shipped ones in its own words or
    not offered any more (see service.shipped.close_reasons)."""

    class Ending(models.TextChoices):
        DONE = "done", _("Done")
        DISMISSED = "dismissed", _("Dismissed")

    ending = models.CharField(max_length=9, choices=Ending.choices)
    # What closed work keeps; of a shipped reason its key.
    key = models.CharField(max_length=60)
    # Empty: the shipped words.
    label = models.CharField(_("reason"), max_length=100, blank=True)
    is_offered = models.BooleanField(default=True)

    class Meta(TenantModel.Meta):
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "ending", "key"], name="close_reason_key_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.key


class WorkChange(TenantModel):
    """One thing that somebody did to pieces of work, with what each was before: undoing reads it."""

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    # The verb of the audit, e.g. "cta.snoozed".
    verb = models.CharField(max_length=60)
    # Per piece of work: cta, version (the one it got), before (fields), step (id, or none).
    rows = models.JSONField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant_id", "by", "-at"], name="work_change_by_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.at}"
