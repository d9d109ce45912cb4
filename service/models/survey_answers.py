"""What customers answered. Answers are facts: nights read them as they were known."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Contact, Customer
from accounts.models.customers import took_part
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models import Project
from service.models.survey_rounds import SurveyInvitation
from service.models.surveys import SurveyKind, score_on_scale


class SurveyAnswer(TenantModel):
    """One answer to one survey: by an invitation, or from a file.

    ``roles`` are the contact's on the day of the answer. Who changes the answer changes this row, and
    its earlier versions stay known. ``project``: what was answered after its acceptance.
    """

    customer = TenantForeignKey(Customer, models.PROTECT, related_name="survey_answers")
    contact = TenantForeignKey(
        Contact, models.PROTECT, null=True, blank=True, related_name="survey_answers"
    )
    key = models.CharField(_("key"), max_length=200)
    kind = models.CharField(_("kind"), max_length=4, choices=SurveyKind)
    score = models.PositiveSmallIntegerField(_("score"))
    comment = models.TextField(_("comment"), blank=True)
    # Answers to further questions, by their place in the survey's words.
    further = models.JSONField(default=dict, blank=True)
    roles = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    answered_on = models.DateField(_("answered on"))
    # Empty: a file knew only the day.
    answered_at = models.DateTimeField(null=True, blank=True)
    invitation = TenantForeignKey(
        SurveyInvitation, models.PROTECT, null=True, blank=True, related_name="answers"
    )
    project = TenantForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="survey_answers"
    )
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-answered_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="survey_answer_key_once"),
            models.UniqueConstraint(
                fields=["tenant_id", "invitation"],
                condition=Q(invitation__isnull=False),
                name="survey_answer_invitation_once",
            ),
            models.CheckConstraint(condition=score_on_scale(), name="survey_answer_on_scale"),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "kind", "-answered_on", "-id"], name="survey_answer_kind_ix"
            ),
            models.Index(
                fields=["tenant_id", "customer", "-answered_on"], name="survey_answer_customer_ix"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.score} {self.answered_on}"


took_part.append(SurveyAnswer)
