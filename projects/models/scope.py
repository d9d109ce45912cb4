"""What was agreed: the signed statement of work and its locked baselines."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Module
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.change_requests import ChangeRequest
from projects.models.projects import Project

# Person-days, exact to the thousandth.
DAYS: dict[str, Any] = {"max_digits": 11, "decimal_places": 3}


class Sow(TenantModel):
    """The statement of work (SOW) that the customer signed for a project: its items are what is in
    scope. It is never altered; what changes it is a change request."""

    project = TenantForeignKey(Project, models.PROTECT, related_name="sows")
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "project"], name="sow_project_once"),
        ]

    def __str__(self) -> str:
        return f"SOW {self.project_id}"


class SowItem(TenantModel):
    """One thing that a SOW promises, with the person-days that it was signed for."""

    sow = TenantForeignKey(Sow, models.PROTECT, related_name="items")
    key = models.CharField(_("key"), max_length=200)
    title = models.CharField(_("title"), max_length=300)
    effort_days = models.DecimalField(_("effort in person-days"), **DAYS)
    module = TenantForeignKey(
        Module, models.PROTECT, null=True, blank=True, related_name="sow_items"
    )
    # The project's phase that it belongs to, in the vendor's own words.
    phase = models.CharField(_("phase"), max_length=100, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "sow", "key"], name="sow_item_key_once"),
            models.CheckConstraint(
                condition=models.Q(effort_days__gte=0), name="sow_item_effort_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Baseline(TenantModel):
    """The dates and the effort that a project is measured against, locked when the SOW was signed.

    A signed change request may add a version; none is ever altered, so the old ones stay readable.
    """

    sow = TenantForeignKey(Sow, models.PROTECT, related_name="baselines")
    version = models.PositiveIntegerField()
    starts_on = models.DateField()
    due_on = models.DateField()
    # The sum of its items, locked with them.
    effort_days = models.DecimalField(**DAYS)
    # What this version came by and the day from which it counts; both empty: the SOW itself, from
    # the beginning.
    change_request = TenantForeignKey(
        ChangeRequest, models.PROTECT, null=True, blank=True, related_name="baselines"
    )
    valid_from = models.DateField(null=True, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "sow", "version"], name="baseline_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("starts_on")),
                name="baseline_due_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(version=1, change_request__isnull=True, valid_from__isnull=True)
                | models.Q(version__gt=1, change_request__isnull=False, valid_from__isnull=False),
                name="baseline_later_by_change_request",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sow_id} v{self.version}"


class BaselineItem(TenantModel):
    """A SOW item in a version of the baseline, with the person-days it has there."""

    baseline = TenantForeignKey(Baseline, models.PROTECT, related_name="items")
    item = TenantForeignKey(SowItem, models.PROTECT, related_name="baseline_items")
    effort_days = models.DecimalField(**DAYS)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "baseline", "item"], name="baseline_item_once"
            ),
            models.CheckConstraint(
                condition=models.Q(effort_days__gte=0), name="baseline_item_effort_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.baseline_id} {self.item_id}"
