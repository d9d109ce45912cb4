"""Implementation projects."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Colleague, Customer
from accounts.models.reach import RecordKind, involvements, record_kinds
from accounts.tenancy import TenantForeignKey, TenantModel


class Project(TenantModel):
    """An implementation for a customer. Its manager is the customer's face until acceptance."""

    customer = TenantForeignKey(Customer, models.PROTECT, related_name="projects")
    key = models.CharField(_("key"), max_length=200)
    name = models.CharField(_("name"), max_length=300)
    manager = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="projects"
    )
    starts_on = models.DateField(_("starts on"))
    due_on = models.DateField(_("due on"))
    # The day the customer accepted; counts as an accepted handover.
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    template = models.CharField(_("template"), max_length=100, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="project_key_once"),
            models.CheckConstraint(
                condition=models.Q(due_on__gte=models.F("starts_on")),
                name="project_due_after_start",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_on__isnull=True)
                | models.Q(accepted_on__gte=models.F("starts_on")),
                name="project_accepted_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


def managed_by(colleagues: models.QuerySet) -> models.QuerySet:
    """Ids of the customers for whom one of these colleagues manages a project not yet accepted."""
    return (
        Project.objects.filter(accepted_on__isnull=True, manager__in=colleagues)
        .order_by()
        .values("customer_id")
    )


# A later project's manager is not the customer's face, and still works for it.
involvements["project"] = managed_by
record_kinds["projects"] = RecordKind(
    "projects", _("Projects"), _("the projects that a person manages")
)
