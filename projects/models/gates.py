"""Gates: where a phase of a project ends, and the clause by which silence counts there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Colleague, Contact
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.plans import Phase
from projects.models.projects import Project


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
