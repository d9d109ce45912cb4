"""Sign-offs: what approvers of both sides were asked to confirm at a gate, and what they answered.

A gate is asked in rounds. Each round has a sign-off of every approver; what they answer is a row of
its own and never altered.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Colleague, Contact, ContactLink
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.gates import Gate, PassiveClause
from projects.models.plans import Side
from projects.models.signing import HASH

SATISFACTION = (1, 5)


class SignOff(TenantModel):
    """That one approver was asked to confirm a gate, and exactly what was put before them.

    ``document`` is the canonical text of what is confirmed; ``document_hash`` its SHA-256. ``clause``:
    silence after the deadline counts, by this clause of the SOW.
    """

    gate = TenantForeignKey(Gate, models.PROTECT, related_name="sign_offs")
    round = models.PositiveIntegerField()
    side = models.CharField(_("side"), max_length=8, choices=Side)
    colleague = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="sign_offs"
    )
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="sign_offs"
    )
    # As it was then: contacts change and go.
    name = models.CharField(_("name"), max_length=254)
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    deadline_on = models.DateField(_("answer by"))
    clause = TenantForeignKey(
        PassiveClause, models.PROTECT, null=True, blank=True, related_name="sign_offs"
    )
    document = models.TextField()
    document_hash = models.CharField(max_length=HASH)
    # Another approver was asked in their stead.
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-round", "side", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(side="vendor", colleague__isnull=False, contact__isnull=True)
                | Q(side="customer", colleague__isnull=True),
                name="sign_off_approver_of_its_side",
            ),
            models.CheckConstraint(
                condition=Q(clause__isnull=True) | Q(side="customer"),
                name="sign_off_silence_of_the_customer_only",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "gate", "round", "colleague"],
                condition=Q(withdrawn_at__isnull=True),
                name="sign_off_colleague_once_a_round",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "gate", "round", "contact"],
                condition=Q(withdrawn_at__isnull=True),
                name="sign_off_contact_once_a_round",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "deadline_on"], name="sign_off_deadline_ix"),
        ]

    def __str__(self) -> str:
        return self.name


class SignOffLink(ContactLink):
    """A link by which a customer's approver opens their sign-off. A reminder brings a further one:
    secrets are not kept, so the first cannot be sent again."""

    sign_off = TenantForeignKey(SignOff, models.PROTECT, related_name="links")
    signatory = models.CharField(max_length=254)
    answered_at = models.DateTimeField(null=True, blank=True)
    # When a letter with it left, or somebody opened it: who was not reached was not silent.
    reached_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "secret_hash"], name="sign_off_link_secret_once"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("sent_at")),
                name="sign_off_link_expires_after_sending",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(answered_at__isnull=True),
                name="sign_off_link_answered_or_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sign_off_id}: {self.signatory}"


class SignOffAnswer(TenantModel):
    """What an approver answered, or that a customer's silence counted by a clause of the SOW."""

    append_only = True

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned")
        PASSIVE = "passive", _("Approved by silence")

    sign_off = TenantForeignKey(SignOff, models.PROTECT, related_name="answers")
    side = models.CharField(max_length=8, choices=Side)
    outcome = models.CharField(max_length=8, choices=Outcome)
    # As typed; nobody typed one who was silent.
    name = models.CharField(_("name"), max_length=200, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    # Of the customer at the acceptance, 1 to 5.
    satisfaction = models.PositiveSmallIntegerField(_("satisfaction"), null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)
    # The tenant's day that it counts for; of silence the deadline.
    counts_on = models.DateField()
    document = models.TextField()
    document_hash = models.CharField(max_length=HASH)
    link = TenantForeignKey(
        SignOffLink, models.PROTECT, null=True, blank=True, related_name="answers"
    )
    ip = models.GenericIPAddressField(null=True, blank=True)
    answered_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    clause = TenantForeignKey(
        PassiveClause, models.PROTECT, null=True, blank=True, related_name="answers"
    )

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            # Of two answers at once one wins here at the latest.
            models.UniqueConstraint(fields=["tenant_id", "sign_off"], name="sign_off_answer_once"),
            models.CheckConstraint(
                condition=Q(
                    outcome="passive", side="customer", clause__isnull=False, link__isnull=True
                )
                | Q(
                    outcome__in=["approved", "returned"],
                    side="customer",
                    clause__isnull=True,
                    link__isnull=False,
                )
                | Q(
                    outcome__in=["approved", "returned"],
                    side="vendor",
                    clause__isnull=True,
                    link__isnull=True,
                ),
                name="sign_off_answer_by_link_or_clause",
            ),
            models.CheckConstraint(
                condition=Q(outcome="passive") | ~Q(name=""), name="sign_off_answer_has_a_name"
            ),
            models.CheckConstraint(
                condition=~Q(outcome="returned") | ~Q(reason=""),
                name="sign_off_answer_returned_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True)
                | Q(side="customer", outcome="approved", satisfaction__range=SATISFACTION),
                name="sign_off_answer_satisfaction",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sign_off_id}: {self.outcome}"


class SignOffReminder(TenantModel):
    """That a letter was written about a sign-off that nobody answered: each kind once."""

    append_only = True

    class Kind(models.TextChoices):
        BEFORE = "before", _("Before the deadline")
        DEADLINE = "deadline", _("On the deadline")
        OVERDUE = "overdue", _("After the deadline")

    sign_off = TenantForeignKey(SignOff, models.PROTECT, related_name="reminders")
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "sign_off", "kind"], name="sign_off_reminder_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sign_off_id}: {self.kind}"
