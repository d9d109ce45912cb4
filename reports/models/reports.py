"""Reports: what a customer or the executives get of a month or a quarter."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Customer
from accounts.tenancy import TenantForeignKey, TenantModel
from reports.compute.exact_json import ExactDecoder, ExactEncoder
from reports.models.figures import FigureSet


class Report(TenantModel):
    """One version of the report of a period, in a language.

    Whoever shows it reads ``document`` and ``texts`` and no other row. Once sent it never changes; the
    database refuses it. A correction is a further version.
    """

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("Customer report")
        EXECUTIVE = "executive", _("Executive report")
        OPERATIONS = "operations", _("Operations report")
        PRODUCT = "product", _("Product digest")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEWED = "reviewed", pgettext_lazy("report", "Reviewed")
        APPROVED = "approved", pgettext_lazy("report", "Approved")
        SENT = "sent", pgettext_lazy("report", "Sent")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    # Key of a reports.compute.report_periods.ReportPeriod, and its last day, by which periods are
    # put in order.
    period = models.CharField(_("period"), max_length=7)
    last_day = models.DateField()
    # Empty: the report is about the tenant as a whole.
    customer = TenantForeignKey(
        Customer, models.PROTECT, null=True, blank=True, related_name="reports"
    )
    language = models.CharField(_("language"), max_length=10)
    version = models.PositiveIntegerField(default=1)
    correction_of = TenantForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    # What was corrected, in words for who reads it.
    correction = models.TextField(_("what is corrected"), blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    # What its figures were read from.
    figure_set = TenantForeignKey(
        FigureSet, models.PROTECT, null=True, blank=True, related_name="reports"
    )
    # See reports.compute.documents.
    document = models.JSONField(encoder=ExactEncoder, decoder=ExactDecoder)
    # Of the document without the day on which it was made: whether another one says anything else.
    document_hash = models.CharField(max_length=64)
    # Slot → the words that a person put there.
    texts = models.JSONField(default=dict, blank=True)
    # Counts the changes until it is sent, so that nobody overwrites what another has just changed.
    revision = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=timezone.now)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-last_day", "kind", "customer", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "kind", "customer", "period", "language", "version"],
                name="report_version_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "kind", "customer", "period", "language"],
                condition=~models.Q(state="sent"),
                name="report_one_unsent",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "reviewed", "approved", "sent"]),
                name="report_state_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["customer", "executive", "operations", "product"]),
                name="report_kind_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="customer", customer__isnull=False)
                | (~models.Q(kind="customer") & models.Q(customer__isnull=True)),
                name="report_customer_of_its_kind",
            ),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | (~models.Q(state="sent") & models.Q(sent_at__isnull=True)),
                name="report_sent_has_its_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(version=1, correction_of__isnull=True)
                | models.Q(version__gt=1, correction_of__isnull=False),
                name="report_later_by_correction",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "-last_day", "period", "kind", "state"],
                name="report_period_ix",
            ),
            # As the list begins: its first page is read, and not every report of a period.
            models.Index(
                fields=["tenant_id", "-last_day", "-period", "id"], name="report_listed_ix"
            ),
            models.Index(fields=["tenant_id", "customer", "-last_day"], name="report_customer_ix"),
            models.Index(
                fields=["tenant_id", "customer"],
                condition=~models.Q(state="sent"),
                name="report_unsent_ix",
            ),
        ]

    def __str__(self) -> str:
        about = self.customer.name if self.customer else str(self.get_kind_display())
        return f"{about} {self.period} v{self.version}"

    @property
    def is_sent(self) -> bool:
        return bool(self.state == self.State.SENT)


class ReportChange(TenantModel):
    """One thing that somebody did to reports at once, with what each was before: undoing reads it."""

    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    # The verb of the audit, e.g. "report.approved".
    verb = models.CharField(max_length=60)
    # Per report: report, revision (the one it got), state (the one before).
    rows = models.JSONField()
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["tenant_id", "by", "-at"], name="report_change_by_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.at}"


class ReportSettings(TenantModel):
    """Who gets reports; a tenant without a row has the defaults.

    ``rule``: see reports.compute.report_rules.
    """

    rule = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id"], name="report_settings_once"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"
