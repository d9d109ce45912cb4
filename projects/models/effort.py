"""The work that went into projects."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Colleague
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.change_requests import ChangeRequest
from projects.models.plans import Task
from projects.models.projects import Project
from projects.models.scope import SowItem

# A row is one person's work of at most a month.
MOST_DAYS = 31


class Effort(TenantModel):
    """Person-days that somebody worked for a project: on an item of the SOW, on a change request, or
    without saying on what. A task of the plan may be named besides; scope does not ask for it."""

    project = TenantForeignKey(Project, models.PROTECT, related_name="efforts")
    key = models.CharField(_("key"), max_length=200)
    person = TenantForeignKey(Colleague, models.PROTECT, related_name="efforts")
    worked_on = models.DateField(_("worked on"))
    days = models.DecimalField(_("person-days"), max_digits=5, decimal_places=3)
    item = TenantForeignKey(SowItem, models.PROTECT, null=True, blank=True, related_name="efforts")
    change_request = TenantForeignKey(
        ChangeRequest, models.PROTECT, null=True, blank=True, related_name="efforts"
    )
    task = TenantForeignKey(Task, models.PROTECT, null=True, blank=True, related_name="efforts")
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["worked_on", "key"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="effort_key_once"),
            models.CheckConstraint(
                condition=models.Q(days__gt=0) & models.Q(days__lte=MOST_DAYS),
                name="effort_days_of_a_row",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.days}"
