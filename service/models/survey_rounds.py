"""A survey sent to some contacts at once, and the link of each of them."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Trim
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ContactLink, Customer
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models import Project
from service.models.surveys import Survey, SurveyVersion


class SurveyRound(TenantModel):
    """That a survey was asked, why, and of whom not.

    ``key`` says what it was asked for, and is there once: ``quarterly:2026-Q4``,
    ``acceptance:<project>``, ``play:<event>``, ``hand:<random>``. Two who start the same round start
    one.
    """

    class Why(models.TextChoices):
        QUARTERLY = "quarterly", _("Quarterly")
        ACCEPTANCE = "acceptance", _("After acceptance")
        PLAY = "play", _("By a play")
        HAND = "hand", _("By hand")

    survey = TenantForeignKey(Survey, models.PROTECT, related_name="rounds")
    version = TenantForeignKey(SurveyVersion, models.PROTECT, related_name="rounds")
    why = models.CharField(_("why"), max_length=10, choices=Why)
    key = models.CharField(max_length=200)
    # In words of the tenant, or of the quarter.
    label = models.CharField(_("name"), max_length=120, blank=True)
    project = TenantForeignKey(
        Project, models.PROTECT, null=True, blank=True, related_name="survey_rounds"
    )
    opened_at = models.DateTimeField(default=timezone.now)
    # From then on nothing of it is answered.
    closes_at = models.DateTimeField()
    # Empty: the platform.
    started_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    # Reason → how many were left out for it.
    left_out = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        ordering = ["-opened_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="survey_round_key_once"),
            models.CheckConstraint(
                condition=Q(why__in=["quarterly", "acceptance", "play", "hand"]),
                name="survey_round_why_known",
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=models.F("opened_at")),
                name="survey_round_closes_after_opening",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "-opened_at", "-id"], name="survey_round_opened_ix"),
        ]

    def __str__(self) -> str:
        return self.label or self.key


class SurveyInvitation(ContactLink):
    """The link by which one contact answers one round.

    ``name``, ``email`` and ``roles`` are the contact's as they were when it was asked; contacts change
    and go. A queued one has no link yet: nobody knows its secret.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("To be sent")
        SENT = "sent", _("Sent")

    round = TenantForeignKey(SurveyRound, models.PROTECT, related_name="invitations")
    customer = TenantForeignKey(Customer, models.PROTECT, related_name="survey_invitations")
    name = models.CharField(_("name"), max_length=200)
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    # As the limit between surveys reads it: whoever reads one address is one person.
    address = models.GeneratedField(
        expression=Lower(Trim("email")),
        output_field=models.CharField(max_length=254),
        db_persist=True,
    )
    roles = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.QUEUED)
    opened_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "round", "contact"], name="survey_invitation_once"
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "secret_hash"], name="survey_invitation_secret_once"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("sent_at")),
                name="survey_invitation_expires_after_sending",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "sent"]), name="survey_invitation_state_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "contact", "-sent_at"], name="survey_invitation_contact_ix"
            ),
            models.Index(
                fields=["tenant_id", "address", "-sent_at"],
                condition=~Q(address=""),
                name="survey_invitation_address_ix",
            ),
            models.Index(fields=["tenant_id", "-sent_at"], name="survey_invitation_sent_ix"),
            models.Index(
                fields=["tenant_id", "id"],
                condition=Q(state="queued"),
                name="survey_invitation_queued_ix",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.name}"
