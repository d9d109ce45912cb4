"""Weekly project reports (项目周报): drafted from facts, edited by the manager, sent to contacts."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.customer_pages import OpenedLink
from projects.models.projects import Project


class WeeklyReport(TenantModel):
    """What happened in a project in one week.

    Whoever shows it reads ``facts`` and ``texts`` and no other row. Once sent it never changes; the
    database refuses it. A correction is a further version.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")

    project = TenantForeignKey(Project, models.PROTECT, related_name="weeklies")
    # The Monday of the week.
    week = models.DateField(_("week"))
    language = models.CharField(_("language"), max_length=10)
    version = models.PositiveIntegerField(default=1)
    correction_of = TenantForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="corrections"
    )
    # What was corrected, in words for the customer.
    correction = models.TextField(_("what is corrected"), blank=True)
    state = models.CharField(_("state"), max_length=5, choices=State, default=State.DRAFT)
    # See projects.queries.weekly_facts; holds the version of its own shape.
    facts = models.JSONField()
    # Section → the manager's words.
    texts = models.JSONField(default=dict, blank=True)
    # Internal unless the manager says otherwise.
    shows_effort = models.BooleanField(_("effort is shown to the customer"), default=False)
    shows_risks = models.BooleanField(_("risks are shown to the customer"), default=False)
    # Counts the changes of a draft, so that nobody overwrites what another has just changed.
    revision = models.PositiveIntegerField(default=1)
    drafted_at = models.DateTimeField(default=timezone.now)
    # Empty: the platform drafted it.
    drafted_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-week", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "project", "week", "language", "version"],
                name="weekly_version_once",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "project", "week", "language"],
                condition=models.Q(state="draft"),
                name="weekly_one_draft",
            ),
            models.CheckConstraint(
                condition=models.Q(week__iso_week_day=1), name="weekly_week_is_a_monday"
            ),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | models.Q(state="draft", sent_at__isnull=True),
                name="weekly_sent_has_its_moment",
            ),
            models.CheckConstraint(
                condition=models.Q(version=1, correction_of__isnull=True)
                | models.Q(version__gt=1, correction_of__isnull=False),
                name="weekly_later_by_correction",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.week.isoformat()} v{self.version}"

    @property
    def is_sent(self) -> bool:
        return bool(self.state == self.State.SENT)


class WeeklyDrafting(TenantModel):
    """That the platform has drafted a tenant's reports of a week: once, whatever is dropped since."""

    append_only = True

    week = models.DateField()
    drafted_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "week"], name="weekly_drafting_once"),
        ]

    def __str__(self) -> str:
        return self.week.isoformat()


class WeeklyReportLink(OpenedLink):
    """A weekly report as it was sent to one person of the customer."""

    report = TenantForeignKey(WeeklyReport, models.PROTECT, related_name="links")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "secret_hash"], name="weekly_report_link_secret_once"
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("sent_at")),
                name="weekly_report_link_expires_after_sending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.name}"
