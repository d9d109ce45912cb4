"""The production of the reports of a period."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Customer
from accounts.tenancy import TenantForeignKey, TenantModel
from reports.models.reports import Report
from segmentation.models import Night


class ReportRun(TenantModel):
    """That the reports of a kind were produced for a period. The row is the truth; Celery only
    carries its id.

    It goes through the customers by their id, some hundred to a transaction, which also says how far
    it came (``reached``): a worker that dies leaves whole batches, and the next one goes on there.
    """

    State = Night.State

    class Phase(models.TextChoices):
        FIGURES = "figures", _("Adding up the figures")
        REPORTS = "reports", _("Writing the reports")
        DONE = "done", pgettext_lazy("report run", "Done")

    kind = models.CharField(_("kind"), max_length=10, choices=Report.Kind)
    period = models.CharField(_("period"), max_length=7)
    last_day = models.DateField()
    state = models.CharField(max_length=8, choices=Night.State.choices, default=Night.State.QUEUED)
    phase = models.CharField(max_length=8, choices=Phase, default=Phase.FIGURES)
    # Facts that were received later are not seen.
    known_at = models.DateTimeField(null=True)
    # Empty: the platform.
    asked_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Which try holds it; a try that lost its claim saves nothing.
    claim = models.UUIDField(null=True)
    # When its worker last said that it lives.
    heard_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # Customers that are to get one; empty: not known yet.
    total = models.PositiveIntegerField(null=True)
    # Id of the last customer whose reports are made.
    reached = models.BigIntegerField(default=0)
    # Customers that it went through; reports that are new; drafts that say something else now.
    customers = models.PositiveIntegerField(default=0)
    made = models.PositiveIntegerField(default=0)
    refreshed = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-last_day", "-period", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "kind", "period"], name="report_run_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["customer", "executive", "operations", "product"]),
                name="report_run_kind_known",
            ),
        ]
        indexes = [models.Index(fields=["tenant_id", "state"], name="report_run_state_ix")]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}"


class ReportFailure(TenantModel):
    """That the report of one customer could not be made; the others got theirs.

    Gone once it was made after all.
    """

    run = TenantForeignKey(ReportRun, models.CASCADE, related_name="failures")
    # Empty: the report about the tenant as a whole.
    customer = TenantForeignKey(
        Customer, models.CASCADE, null=True, blank=True, related_name="report_failures"
    )
    # Kind and place of the fault, never a value.
    reason = models.CharField(max_length=300)
    attempts = models.PositiveSmallIntegerField(default=1)
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "run", "customer"],
                name="report_failure_once",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.customer_id}: {self.reason}"
