"""CTAs (行动项): one dated piece of work for a customer, with its steps."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Colleague, Customer
from accounts.models.reach import involvements
from accounts.planning import IsOneOf
from accounts.tenancy import TenantForeignKey, TenantModel
from service.models.plays import Play, PlayVersion


class Cta(TenantModel):
    """Work opened by a play or by hand. Of one play a customer has at most one that is open."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DONE = "done", _("Done")
        DISMISSED = "dismissed", _("Dismissed")
        CONDITION_GONE = "condition_gone", _("No longer needed")
        EXPIRED = "expired", _("Expired")
        SWITCHED_OFF = "switched_off", _("Closed with its play")

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="ctas")
    # Empty: opened by hand, or by other code. The version is the text that opened it.
    play = TenantForeignKey(Play, models.PROTECT, null=True, blank=True, related_name="ctas")
    version = TenantForeignKey(
        PlayVersion, models.PROTECT, null=True, blank=True, related_name="ctas"
    )
    # What opened it, e.g. "tier:2026-11-20:high>low".
    event_key = models.CharField(max_length=200, blank=True)
    # In the language of the installation; a play's in every language are in its version.
    title = models.CharField(_("title"), max_length=300)
    # ``kind`` and the values that sentence is made of, see service.labels.plays.
    reason = models.JSONField(default=dict)
    # Empty: nobody is named.
    owner = TenantForeignKey(Colleague, models.PROTECT, null=True, blank=True, related_name="ctas")
    opened_on = models.DateField()
    due_on = models.DateField(_("due on"))
    state = models.CharField(max_length=14, choices=State.choices, default=State.OPEN)
    # Stays open, and comes back on the day.
    snoozed_until = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    close_reason = models.CharField(max_length=60, blank=True)
    close_note = models.TextField(blank=True)
    # In the tenant's currency; empty: not known.
    value_at_stake = models.DecimalField(max_digits=20, decimal_places=4, null=True, blank=True)
    # 0 to 1; empty: not known.
    risk = models.FloatField(null=True, blank=True)
    # What lists of work are ordered by, highest first, and what it was made of.
    rank = models.FloatField(default=0)
    rank_factors = models.JSONField(default=dict)
    # Counts changes: who saved another one meanwhile is told.
    version_seen = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-rank", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "customer", "play"],
                condition=Q(state="open", play__isnull=False),
                name="cta_one_open_of_play",
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "customer", "event_key"],
                condition=Q(play__isnull=True) & ~Q(event_key=""),
                name="cta_once_per_event",
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
                name="cta_closed_at_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(risk__isnull=True) | Q(risk__gte=0, risk__lte=1),
                name="cta_risk_is_a_share",
            ),
        ]
        # A new rank is a new row in every index that holds open work: as few as lists need. What
        # begins with a foreign key serves it too; versions of plays are never deleted.
        indexes = [
            models.Index(
                fields=["tenant_id", "owner", "state", "customer"], name="cta_owner_customer_ix"
            ),
            models.Index(
                fields=["closed_by"],
                condition=Q(closed_by__isnull=False),
                name="cta_closed_by_ix",
            ),
            models.Index(
                "tenant_id",
                "owner",
                F("rank").desc(),
                "id",
                condition=Q(state="open"),
                name="cta_owner_rank_ix",
            ),
            models.Index(
                "tenant_id", F("rank").desc(), "id", condition=Q(state="open"), name="cta_rank_ix"
            ),
            models.Index("tenant_id", "due_on", "id", condition=Q(state="open"), name="cta_due_ix"),
            models.Index(fields=["tenant_id", "customer", "-opened_on"], name="cta_customer_ix"),
            models.Index(fields=["tenant_id", "play", "state"], name="cta_play_state_ix"),
            models.Index(
                "tenant_id",
                F("closed_at").desc(),
                condition=~Q(state="open"),
                name="cta_closed_ix",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def words(self, language: str) -> str:
        """Its title in one of segmentation.strategies.LANGUAGES; reads ``version``."""
        text = self.version.words("names", language) if self.version is not None else ""
        return text or self.title


class CtaStep(TenantModel):
    """Something to do within a CTA, by somebody, by a day."""

    cta = TenantForeignKey(Cta, models.CASCADE, related_name="steps")
    # From 0; of a CTA that a play opened, the place of the step in the version's document.
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("title"), max_length=300)
    # ``task``, or a kind that is registered in service.triggers.step_kinds.
    kind = models.CharField(max_length=20, default="task")
    owner = TenantForeignKey(
        Colleague, models.PROTECT, null=True, blank=True, related_name="cta_steps"
    )
    due_on = models.DateField(_("due on"))
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta(TenantModel.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "cta", "position"], name="cta_step_position_once"
            ),
        ]
        indexes = [
            # With the work: whose steps are of others' work is then told from indexes alone.
            models.Index(
                fields=["tenant_id", "owner", "due_on"],
                condition=Q(done_at__isnull=True),
                include=["cta"],
                name="cta_step_owner_due_ix",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def words(self, cta: Cta, language: str) -> str:
        """Its title in a language, from the version that opened ``cta``."""
        steps = cta.version.document.get("steps", []) if cta.version is not None else []
        if self.position >= len(steps):
            return self.title
        return str(steps[self.position].get("titles", {}).get(language) or self.title)


def owned_work_of(colleagues: models.QuerySet) -> models.QuerySet:
    """Ids of the customers with open work of these colleagues."""
    found = Cta.objects.filter(owner__in=colleagues, state=Cta.State.OPEN)
    return found.order_by().values("customer_id")


def work_helped_by(colleagues: Any) -> models.QuerySet:
    """Open work of others of which these colleagues (ids) have a step to do.

    Their own work is left out as a list, asked for once: mostly who owns work does its steps, and each
    of these would be looked for in the work one by one.
    """
    own = Cta.objects.filter(owner__in=colleagues, state=Cta.State.OPEN).order_by().values("pk")
    steps = CtaStep.objects.filter(owner__in=colleagues, done_at=None).exclude(cta__in=own)
    found: models.QuerySet = Cta.objects.filter(
        IsOneOf("pk", steps.order_by().values("cta_id")), state=Cta.State.OPEN
    )
    return found.order_by()


def helped_work_of(colleagues: models.QuerySet) -> models.QuerySet:
    """Ids of the customers with open work of others of which these colleagues have a step to do."""
    return work_helped_by(colleagues).values("customer_id")


# Who is given something to do for a customer sees the customer. Apart, since each has an index.
involvements["work"] = owned_work_of
involvements["steps"] = helped_work_of
