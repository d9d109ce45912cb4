"""Risks and issues of a project: what may go wrong, what has, and who looks after it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Colleague, Contact
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.plans import Side
from projects.models.projects import Project


class Level(models.IntegerChoices):
    """How likely, and how bad."""

    LOW = 1, _("Low")
    MEDIUM = 2, _("Medium")
    HIGH = 3, _("High")


class Risk(TenantModel):
    """A risk (it may happen) or an issue (it has) of a project, with who looks after it.

    A risk that happens stays as ``happened``, and an issue comes of it. ``version`` counts changes,
    so that nobody overwrites what another has just changed.
    """

    class Kind(models.TextChoices):
        RISK = "risk", _("Risk")
        ISSUE = "issue", _("Issue")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        MITIGATED = "mitigated", _("Mitigated")
        HAPPENED = "happened", _("Happened")
        CLOSED = "closed", _("Closed")

    project = TenantForeignKey(Project, models.PROTECT, related_name="risks")
    # What people call it by; risks and issues are counted together.
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=5, choices=Kind, default=Kind.RISK)
    title = models.CharField(_("title"), max_length=300)
    text = models.TextField(_("text"), blank=True)
    # Of a risk only; an issue is certain.
    probability = models.PositiveSmallIntegerField(
        _("probability"), choices=Level, null=True, blank=True
    )
    # Of an issue: its severity.
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Level, default=Level.MEDIUM)
    side = models.CharField(_("who does it"), max_length=8, choices=Side, default=Side.VENDOR)
    person = TenantForeignKey(
        Colleague, models.SET_NULL, null=True, blank=True, related_name="risks"
    )
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="risks"
    )
    due_on = models.DateField(_("due on"), null=True, blank=True)
    # What is done about it.
    mitigation = models.TextField(_("countermeasure"), blank=True)
    raised_on = models.DateField(_("raised on"))
    raised_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    # Who said last where it stands, when and why; empty since it was raised.
    state_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    state_at = models.DateTimeField(null=True, blank=True)
    state_why = models.TextField(_("why"), blank=True)
    # The risk that has happened with this issue.
    came_of = TenantForeignKey("self", models.PROTECT, null=True, blank=True, related_name="issues")
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "project", "number"], name="risk_number_once"
            ),
            models.UniqueConstraint(fields=["tenant_id", "came_of"], name="risk_happens_once"),
            models.CheckConstraint(
                condition=Q(kind="risk", probability__in=[1, 2, 3])
                | Q(kind="issue", probability__isnull=True),
                name="risk_has_a_probability",
            ),
            models.CheckConstraint(condition=Q(impact__in=[1, 2, 3]), name="risk_impact_known"),
            models.CheckConstraint(
                condition=Q(kind="risk") | ~Q(state="happened"), name="risk_issue_has_happened"
            ),
            models.CheckConstraint(
                condition=Q(kind="issue") | Q(came_of__isnull=True), name="risk_comes_of_nothing"
            ),
            models.CheckConstraint(
                condition=Q(state="open") | (Q(state_at__isnull=False) & ~Q(state_why="")),
                name="risk_settled_says_why",
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(contact__isnull=True), name="risk_one_owner"
            ),
            models.CheckConstraint(condition=~Q(title=""), name="risk_has_a_title"),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "project", "state"], name="risk_state_ix"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def weight(self) -> int:
        """1 to 9: probability times impact; an issue is certain."""
        return (self.probability or Level.HIGH) * self.impact

    @property
    def owner(self) -> str:
        """Who looks after it; empty where only the side is known."""
        found = self.person or self.contact
        return found.name if found is not None else ""
