"""Figures of a period as they stood when they were made, and what they were changed to later."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Customer
from accounts.tenancy import TenantForeignKey, TenantModel
from reports.compute.exact_json import ExactDecoder, ExactEncoder
from reports.compute.report_periods import ReportPeriod, period_of
from segmentation.models import Night

_EXACT: dict[str, Any] = {"encoder": ExactEncoder, "decoder": ExactDecoder}


class FigureSet(TenantModel):
    """The figures of a month or quarter, of one customer or of the whole tenant.

    Sets are added, never altered: a report goes on to show what it was made of. Where the figures of
    a period come out otherwise later, that is a further version.
    """

    append_only = True

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        EXECUTIVE = "executive", pgettext_lazy("report", "Executives")
        OPERATIONS = "operations", pgettext_lazy("report", "Operations")
        PRODUCT = "product", pgettext_lazy("report", "Product")

    kind = models.CharField(max_length=10, choices=Kind)
    customer = TenantForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="figure_sets"
    )
    # As of ReportPeriod: 2026-10 or 2026-Q3.
    period = models.CharField(max_length=7)
    version = models.PositiveIntegerField(default=1)
    # The last day that counts: of the period, or of what was over of it.
    as_of = models.DateField()
    # The stored night of that day which they were read from, and the version of its rules.
    night = TenantForeignKey(
        Night, models.PROTECT, null=True, blank=True, related_name="figure_sets"
    )
    rules = models.PositiveIntegerField(null=True, blank=True)
    # Facts that became known later are not in them.
    known_at = models.DateTimeField()
    # Key → number, day or nothing; see reports.catalogue.
    figures = models.JSONField(**_EXACT)
    # Key → why there is no figure.
    reasons = models.JSONField(default=dict)
    # The rows of which reports show more than a number.
    details = models.JSONField(default=dict, **_EXACT)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-as_of", "kind", "customer_id", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "kind", "customer", "period", "version"],
                name="figure_set_version_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind="customer", customer__isnull=False)
                | Q(kind__in=["executive", "operations", "product"], customer__isnull=True),
                name="figure_set_of_a_customer_or_of_all",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "period", "kind", "customer"], name="figure_set_period_ix"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.period} v{self.version}"

    @property
    def span(self) -> ReportPeriod:
        return period_of(self.period)

    def value(self, key: str) -> Decimal | int | date | None:
        """The figure; None where it is absent, or was not made yet when this set was."""
        held = self.figures.get(key)
        return date.fromisoformat(held) if isinstance(held, str) else held


class Restatement(TenantModel):
    """That a figure of a closed period came out otherwise than before, and when that was noticed."""

    append_only = True

    # The version that has the figure as it is now.
    figure_set = TenantForeignKey(FigureSet, models.PROTECT, related_name="restatements")
    period = models.CharField(max_length=7)
    key = models.CharField(max_length=60)
    before = models.JSONField(null=True, **_EXACT)
    after = models.JSONField(null=True, **_EXACT)
    noticed_at = models.DateTimeField(default=timezone.now)
    # After which it was noticed.
    night = TenantForeignKey(
        Night, models.PROTECT, null=True, blank=True, related_name="restatements"
    )

    class Meta(TenantModel.Meta):
        ordering = ["-noticed_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "figure_set", "key"], name="restatement_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "period", "-noticed_at"], name="restatement_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.key}"


class FigureCheck(TenantModel):
    """That the figures of closed periods were looked at again after a night: once for each result."""

    append_only = True

    night = TenantForeignKey(Night, models.PROTECT, related_name="figure_checks")
    # Of the night's result.
    digest = models.CharField(max_length=64)
    checked_at = models.DateTimeField(default=timezone.now)
    restated = models.PositiveIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "night", "digest"], name="figure_check_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.night_id}"
