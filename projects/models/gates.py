"""Gates: where a phase of a project ends, and what both sides sign there.

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
from projects.models.plans import Phase, Side
from projects.models.projects import Project
from projects.models.signing import HASH, SignedScan

SATISFACTION = (1, 5)


class Gate(TenantModel):
    """What has to be confirmed by both sides at the end of a phase.

    ``round`` counts how often it was asked; the sign-offs of the last round are those that count.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Not asked yet")
        ASKED = "asked", _("Waiting for answers")
        PASSED = "passed", _("Passed")
        RETURNED = "returned", _("Returned")

    project = TenantForeignKey(Project, models.PROTECT, related_name="gates")
    phase = TenantForeignKey(Phase, models.PROTECT, related_name="gates")
    title = models.CharField(_("title"), max_length=200)
    confirms = models.TextField(_("what is confirmed"))
    due_on = models.DateField(_("due on"))
    # The customer's acceptance of the whole project; a project has one at most.
    is_acceptance = models.BooleanField(_("the customer accepts the project here"), default=False)
    # What they are, from the template, and who they are as planned; asking names them for good.
    vendor_role = models.CharField(_("our approver"), max_length=100, blank=True)
    customer_role = models.CharField(_("the customer's approver"), max_length=100, blank=True)
    vendor_approver = TenantForeignKey(
        Colleague, models.SET_NULL, null=True, blank=True, related_name="gates"
    )
    customer_approver = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="gates"
    )
    # Working days that approvers have to answer.
    answer_days = models.PositiveIntegerField(_("working days to answer"), default=5)
    # Whether silence may count here, where the SOW says so.
    uses_silence = models.BooleanField(_("silence may count"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    round = models.PositiveIntegerField(default=0)
    passed_on = models.DateField(_("passed on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        ordering = ["phase__position", "due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "project"],
                condition=Q(is_acceptance=True),
                name="gate_acceptance_once",
            ),
            models.CheckConstraint(
                condition=Q(state="passed", passed_on__isnull=False)
                | (~Q(state="passed") & Q(passed_on__isnull=True)),
                name="gate_passed_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(answer_days__gte=1), name="gate_answer_days_positive"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "project"],
                condition=Q(state__in=["asked", "returned"]),
                name="gate_waiting_ix",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class PassiveClause(TenantModel):
    """That the SOW of a project lets silence count as consent at its gates, and in which words.

    Without such a row in force nothing passes by silence. One that was recorded wrongly is ended;
    nothing passes by it from then on.
    """

    project = TenantForeignKey(Project, models.PROTECT, related_name="passive_clauses")
    # Working days of silence after which it counts.
    days = models.PositiveIntegerField(_("working days of silence"))
    words = models.TextField(_("the clause, word by word"))
    recorded_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    ended_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "project"],
                condition=Q(ended_at__isnull=True),
                name="passive_clause_in_force_once",
            ),
            models.CheckConstraint(condition=Q(days__gte=1), name="passive_clause_days_positive"),
            models.CheckConstraint(condition=~Q(words=""), name="passive_clause_has_words"),
        ]

    def __str__(self) -> str:
        return self.words[:80]


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


class Acceptance(TenantModel):
    """That a project's acceptance was recorded on screen: by its gate, or by a person with a reason
    and, where there is one, the stamped scan."""

    append_only = True

    project = TenantForeignKey(Project, models.PROTECT, related_name="acceptances")
    accepted_on = models.DateField()
    gate = TenantForeignKey(Gate, models.PROTECT, null=True, blank=True, related_name="acceptances")
    reason = models.TextField(_("reason"), blank=True)
    scan = TenantForeignKey(
        SignedScan, models.PROTECT, null=True, blank=True, related_name="acceptances"
    )
    recorded_at = models.DateTimeField(default=timezone.now)
    # Empty: the customer's sign-off, or its silence, recorded it.
    recorded_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.accepted_on}"
