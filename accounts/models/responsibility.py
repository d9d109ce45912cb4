"""One face: who is the customer's only counterpart, from when to when, and why."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Customer
from accounts.models.members import Colleague
from accounts.models.reach import involvements
from accounts.tenancy import TenantForeignKey, TenantModel


class Responsibility(TenantModel):
    """The face of one customer over one span of days; spans touch and never overlap."""

    class Capacity(models.TextChoices):
        SALESPERSON = "salesperson", _("Salesperson")
        PROJECT_MANAGER = "project_manager", _("Project manager")
        SERVICE_MANAGER = "service_manager", _("Customer-service manager")

    class Why(models.TextChoices):
        PROSPECT = "prospect", _("Prospect: the named salesperson")
        PROJECT = "project", _("A project runs and none is accepted yet")
        ACCEPTED = "accepted", _("After the first accepted handover")
        CONTRACT = "contract", _("Contracts and no project")
        ASSIGNED = "assigned", _("Another person was named")

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="responsibilities")
    # Empty: nobody is named for this capacity, which screens show as unassigned.
    colleague = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="responsibilities"
    )
    capacity = models.CharField(max_length=20, choices=Capacity.choices)
    from_on = models.DateField()
    # The first day on which it no longer holds; empty: today's face.
    to_on = models.DateField(null=True, blank=True)
    why = models.CharField(max_length=20, choices=Why.choices)

    class Meta(TenantModel.Meta):
        ordering = ["-from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "customer"],
                condition=models.Q(to_on__isnull=True),
                name="responsibility_one_face",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "customer", "from_on"], name="responsibility_starts_once"
            ),
            models.CheckConstraint(
                condition=models.Q(to_on__isnull=True) | models.Q(to_on__gt=models.F("from_on")),
                name="responsibility_dates",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "colleague"],
                condition=models.Q(to_on__isnull=True),
                name="responsibility_today_ix",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.colleague_id}"


def faced_by(colleagues: models.QuerySet) -> models.QuerySet:
    """Ids of the customers whose face today is one of these colleagues."""
    return (
        Responsibility.objects.filter(to_on__isnull=True, colleague__in=colleagues)
        .order_by()
        .values("customer_id")
    )


involvements["face"] = faced_by
