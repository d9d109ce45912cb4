"""Rules that somebody is changing."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models import Membership
from accounts.tenancy import TenantForeignKey, TenantModel
from segmentation.models.nights import RuleSet


class RuleDraft(TenantModel):
    """A rule set being changed on screen: a whole and valid document that no night follows yet.

    A person has at most one. It says which version it started from: rules that changed meanwhile are
    not published over unseen.
    """

    owner = TenantForeignKey(Membership, models.CASCADE, related_name="rule_drafts")
    # Empty: from the shipped rules, before there was any version.
    based_on = TenantForeignKey(RuleSet, models.PROTECT, null=True, related_name="drafts")
    rules = models.JSONField()
    # Goes up with every change: two windows do not write over one another.
    revision = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-changed_at"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "owner"], name="rule_draft_one_each"),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"
