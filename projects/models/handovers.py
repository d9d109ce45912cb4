"""Handing a project over: what is still open and what must be known, proposed by the project manager
and accepted or returned by the service manager.

A project has one handover. Each time it is proposed, the list as it stands is kept as a round of its
own, and so is the answer; neither is ever altered. Its items go on after it was accepted: what is
open stays with the customer until somebody says that it is done or dropped.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Colleague, Contact
from accounts.tenancy import TenantForeignKey, TenantModel
from projects.models.projects import Project


class Handover(TenantModel):
    """The handover of one project. ``round`` counts how often it was proposed."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Being put together")
        PROPOSED = "proposed", _("Proposed")
        RETURNED = "returned", _("Returned")
        ACCEPTED = "accepted", _("Accepted")

    class Section(models.TextChoices):
        """What a handover speaks of."""

        OPEN_ITEM = "open_item", _("Open items")
        PROMISE = "promise", _("Promises")
        RISK = "risk", _("Risks and issues")
        CONTACT = "contact", _("Contacts and roles")
        TRAINED_USER = "trained_user", _("Trained users")
        CONFIGURATION = "configuration", _("Configuration notes")
        OTHER = "other", _("Other")

    project = TenantForeignKey(Project, models.PROTECT, related_name="handovers")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.DRAFT)
    round = models.PositiveIntegerField(default=0)
    # The sections of which the project manager says that there is nothing in them.
    empty_sections = ArrayField(
        models.CharField(max_length=13, choices=Section), default=list, blank=True
    )
    # To whom it was proposed last.
    proposed_to = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="handovers"
    )
    started_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    # Counts changes of the list, so that nobody proposes or accepts another than was on screen.
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "project"], name="handover_project_once"),
            models.CheckConstraint(
                condition=Q(state="draft")
                | Q(state__in=["proposed", "returned", "accepted"], round__gte=1),
                name="handover_state_has_a_round",
            ),
            models.CheckConstraint(
                condition=~Q(state="proposed") | Q(proposed_to__isnull=False),
                name="handover_proposed_to_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "proposed_to"],
                condition=Q(state="proposed"),
                name="handover_waiting_ix",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.project_id}"


class HandoverItem(TenantModel):
    """Something that a handover lists, with who has to see to it where something is to be done.

    What came from the project's own records keeps where from (``source``, ``source_id``), so that
    both lead to each other and nothing is listed twice.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        DROPPED = "dropped", _("Dropped")

    class Source(models.TextChoices):
        TASK = "task", _("Task")
        REQUIREMENT = "requirement", _("Requirement")
        CHANGE_REQUEST = "change_request", _("Change request")
        QUESTION = "question", _("Question of a signatory")
        SIGN_OFF = "gate", _("Sign-off")
        CASE = "case", _("Case")
        CONTACT = "contact", _("Contact")
        RISK = "risk", _("Risk or issue")

    handover = TenantForeignKey(Handover, models.PROTECT, related_name="items")
    section = models.CharField(_("section"), max_length=13, choices=Handover.Section)
    title = models.CharField(_("title"), max_length=300)
    text = models.TextField(_("details"), blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    # Who has to see to it: one of us or one of them.
    person = TenantForeignKey(
        Colleague, models.SET_NULL, null=True, blank=True, related_name="handover_items"
    )
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="handover_items"
    )
    source = models.CharField(max_length=14, choices=Source, blank=True, default="")
    source_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(_("state"), max_length=7, choices=State, default=State.OPEN)
    state_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    state_at = models.DateTimeField(null=True, blank=True)
    state_why = models.TextField(_("why"), blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "handover", "section", "source", "source_id"],
                condition=~Q(source=""),
                name="handover_item_source_once",
            ),
            models.CheckConstraint(
                condition=Q(source="", source_id__isnull=True)
                | (~Q(source="") & Q(source_id__isnull=False)),
                name="handover_item_source_is_whole",
            ),
            models.CheckConstraint(condition=~Q(title=""), name="handover_item_has_a_title"),
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(contact__isnull=True),
                name="handover_item_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(state="open") | (Q(state_at__isnull=False) & ~Q(state_why="")),
                name="handover_item_settled_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "handover", "section"],
                condition=Q(state="open"),
                name="handover_item_open_ix",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def owner(self) -> str:
        """Who has to see to it; empty: nobody is named."""
        found = self.person or self.contact
        return found.name if found is not None else ""


# What somebody has to see to. The other sections say what is to be known, and nobody settles them.
TO_DO = (
    Handover.Section.OPEN_ITEM,
    Handover.Section.PROMISE,
    Handover.Section.RISK,
    Handover.Section.OTHER,
)
# What a handover must speak of: something is listed, or said to be nothing.
REQUIRED = tuple(section for section in Handover.Section if section != Handover.Section.OTHER)


class HandoverItemNote(TenantModel):
    """What somebody said of an item after the handover. Never altered."""

    append_only = True

    item = TenantForeignKey(HandoverItem, models.PROTECT, related_name="notes")
    text = models.TextField(_("note"))
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="handover_note_says_something"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class HandoverRound(TenantModel):
    """A handover as it was proposed: to whom, by whom, and the whole list as it stood then."""

    append_only = True

    handover = TenantForeignKey(Handover, models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    to = TenantForeignKey(Colleague, models.PROTECT, related_name="handover_rounds")
    # As it was then.
    to_name = models.CharField(max_length=254)
    words = models.TextField(_("to the service manager"), blank=True)
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    # {"sections": [{"section": …, "items": [{"title", "text", "due_on", "owner", "state"}]}]}
    document = models.JSONField()

    class Meta(TenantModel.Meta):
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "handover", "number"], name="handover_round_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handover_id}: {self.number}"


class HandoverAnswer(TenantModel):
    """How a round ended: accepted or returned by the service manager, or taken back."""

    append_only = True

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")
        TAKEN_BACK = "taken_back", _("Taken back")

    round = TenantForeignKey(HandoverRound, models.PROTECT, related_name="answers")
    outcome = models.CharField(max_length=10, choices=Outcome)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            # Of two answers at once one wins here at the latest.
            models.UniqueConstraint(fields=["tenant_id", "round"], name="handover_answer_once"),
            models.CheckConstraint(
                condition=~Q(outcome="returned") | ~Q(reason=""),
                name="handover_returned_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.outcome}"
