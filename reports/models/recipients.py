"""Whom a report was sent to, the links by which they open it, and what they answered."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Case, Contact, Membership
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.customer_pages import OpenedLink
from reports.models.reports import Report
from service.models import Ask, SurveyAnswer, Told


class ReportAudience(models.TextChoices):
    """The names of reports.compute.documents.Audience in words."""

    DECISION_MAKER = "decision_maker", pgettext_lazy("report", "Decision makers: one page")
    KEY_USER = "key_user", pgettext_lazy("report", "Key users: the full report")


class ReportRecipient(TenantModel):
    """A person that a report was sent to, and whether a letter could be written to them.

    A contact of the customer; of other reports a member, or an address that somebody named.
    """

    report = TenantForeignKey(Report, models.PROTECT, related_name="recipients")
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    member = TenantForeignKey(
        Membership, models.SET_NULL, null=True, blank=True, related_name="reports"
    )
    # As they were when it was sent; people change and go.
    name = models.CharField(_("name"), max_length=200)
    address = models.CharField(_("e-mail"), max_length=254, blank=True)
    # Empty: the report has one only.
    audience = models.CharField(max_length=14, choices=ReportAudience, blank=True)
    state = models.CharField(max_length=8, choices=Told, default=Told.WAITING)
    # Why no letter was written: no_address, unreachable, declined, gone, silent, revoked, failed.
    why = models.CharField(max_length=12, blank=True)
    # How often writing it failed, in which kind and place of a fault (never a value), and before when
    # it is not tried again.
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    chosen_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "report", "contact"],
                condition=Q(contact__isnull=False),
                name="report_recipient_contact_once",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "report", "member"],
                condition=Q(member__isnull=False),
                name="report_recipient_member_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "queued", "left_out"]),
                name="report_recipient_state_known",
            ),
            models.CheckConstraint(
                condition=Q(audience__in=["", "decision_maker", "key_user"]),
                name="report_recipient_audience_known",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "id"],
                condition=Q(state="waiting"),
                name="report_recipient_waiting_ix",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id}: {self.name}"


class ReportLink(OpenedLink):
    """A link by which one recipient reads a report and answers it."""

    recipient = TenantForeignKey(ReportRecipient, models.PROTECT, related_name="links")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "secret_hash"], name="report_link_secret_once"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("sent_at")),
                name="report_link_expires_after_sending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id}: {self.name}"


class ReportAnswer(TenantModel):
    """What a recipient said by the link: a wish, a question or a score. What became of it is the
    request, the case or the survey's answer."""

    class Kind(models.TextChoices):
        REQUEST = "request", pgettext_lazy("answer to a report", "Wish")
        QUESTION = "question", pgettext_lazy("answer to a report", "Question")
        SURVEY = "survey", pgettext_lazy("answer to a report", "Score")

    report = TenantForeignKey(Report, models.PROTECT, related_name="answers")
    recipient = TenantForeignKey(ReportRecipient, models.PROTECT, related_name="answers")
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="report_answers"
    )
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(max_length=8, choices=Kind)
    ask = TenantForeignKey(Ask, models.PROTECT, null=True, blank=True, related_name="of_reports")
    case = TenantForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="of_reports")
    score = TenantForeignKey(
        SurveyAnswer, models.PROTECT, null=True, blank=True, related_name="of_reports"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="request", ask__isnull=False)
                | Q(kind="question", case__isnull=False)
                | Q(kind="survey", score__isnull=False),
                name="report_answer_leads_somewhere",
            ),
            # A score that is changed stays one answer.
            models.UniqueConstraint(
                fields=["tenant_id", "score"],
                condition=Q(score__isnull=False),
                name="report_answer_score_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.kind}"
