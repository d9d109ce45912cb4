"""Implementation projects."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Colleague, Customer
from accounts.models.reach import RecordKind, involvements, record_kinds
from accounts.tenancy import TenantForeignKey, TenantModel


class Project(TenantModel):
    """An implementation for a customer. Its manager is the customer's face until it is handed over.

    Two days: ``accepted_on``, when the customer accepted, is what figures of delivery go by;
    ``handover_day``, when the customer passed to its service manager, is what the one face, the
    manager's reach and the lifecycle stage go by. They are the same day unless the project
    ``awaits_handover``.
    """

    customer = TenantForeignKey(Customer, models.PROTECT, related_name="projects")
    key = models.CharField(_("key"), max_length=200)
    name = models.CharField(_("name"), max_length=300)
    manager = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="projects"
    )
    starts_on = models.DateField(_("starts on"))
    due_on = models.DateField(_("due on"))
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    # Whether the service manager has to accept a handover as well. Loads leave both as they are: who
    # says in a file that a customer accepted has handed over by rules of its own.
    awaits_handover = models.BooleanField(default=False, db_default=False)
    handed_over_on = models.DateField(_("handed over on"), null=True, blank=True)
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
            models.CheckConstraint(
                condition=models.Q(handed_over_on__isnull=True)
                | models.Q(
                    awaits_handover=True,
                    accepted_on__isnull=False,
                    handed_over_on__gte=models.F("accepted_on"),
                ),
                name="project_handed_over_after_acceptance",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def handover_day(self) -> date | None:
        """The day on which the customer passes to its service manager; None: not said yet."""
        return self.handed_over_on if self.awaits_handover else self.accepted_on


def handover_day_of(row: str) -> str:
    """``Project.handover_day`` in SQL, of the row with this alias. Rows kept before a project could
    await a handover do not say whether it does: it does not."""
    return f"CASE WHEN {row}.awaits_handover THEN {row}.handed_over_on ELSE {row}.accepted_on END"


def with_handover_day(found: models.QuerySet) -> models.QuerySet:
    """Projects with ``Project.handover_day`` as ``passed_on``, to filter and order by."""
    return found.annotate(
        passed_on=models.Case(
            models.When(awaits_handover=True, then=models.F("handed_over_on")),
            default=models.F("accepted_on"),
        )
    )


def managed_by(colleagues: models.QuerySet) -> models.QuerySet:
    """Ids of the customers for whom one of these colleagues manages a project not handed over."""
    return (
        with_handover_day(Project.objects.filter(manager__in=colleagues))
        .filter(passed_on__isnull=True)
        .order_by()
        .values("customer_id")
    )


# A later project's manager is not the customer's face, and still works for it.
involvements["project"] = managed_by
record_kinds["projects"] = RecordKind(
    "projects", _("Projects"), _("the projects that a person manages")
)
