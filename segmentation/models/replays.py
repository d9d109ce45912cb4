"""Stored nights computed again, apart from what is stored."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.tenancy import TenantForeignKey, TenantModel
from segmentation.models.nights import Night, RuleSet


class Replay(TenantModel):
    """One computation of a stored night, kept beside it. The row is the truth; Celery only carries
    its id. It changes nothing of the night, unless somebody restates the night by it."""

    class Facts(models.TextChoices):
        THEN = "then", _("As known then")
        NOW = "now", _("As known now")

    class Rules(models.TextChoices):
        THEN = "then", _("The rules of then")
        NOW = "now", _("The rules of now")

    night = TenantForeignKey(Night, models.CASCADE, related_name="replays")
    facts = models.CharField(max_length=4, choices=Facts.choices)
    rules = models.CharField(max_length=4, choices=Rules.choices, default=Rules.THEN)
    asked_at = models.DateTimeField(default=timezone.now)
    # Empty: the platform.
    asked_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    state = models.CharField(max_length=8, choices=Night.State.choices, default=Night.State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Which try holds the replay; a try that lost its claim saves nothing.
    claim = models.UUIDField(null=True)
    not_before = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    error = models.CharField(max_length=500, blank=True)

    # What was compared: the night as it was stored, and the computation.
    stored_digest = models.CharField(max_length=64, blank=True)
    stored_known_at = models.DateTimeField(null=True)
    stored_rule_set = TenantForeignKey(RuleSet, models.PROTECT, null=True, related_name="+")
    known_at = models.DateTimeField(null=True)
    rule_set = TenantForeignKey(RuleSet, models.PROTECT, null=True, related_name="+")
    digest = models.CharField(max_length=64, blank=True)
    customers = models.PositiveIntegerField(null=True)
    differing = models.PositiveIntegerField(null=True)
    # The night before was stored or restated after this night had been computed.
    is_earlier_changed = models.BooleanField(default=False)

    # Restating the night by this replay: asked for with a reason, done by a worker.
    restate_because = models.CharField(max_length=500, blank=True)
    restate_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    # The stored nights after it are computed again and restated too, each by a replay of its own.
    restates_following = models.BooleanField(default=False)
    restated_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant_id", "state"], name="replay_state_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.night} {self.get_facts_display()}"

    @property
    def is_same(self) -> bool:
        """Computed, and it says what is stored."""
        return bool(self.digest) and self.digest == self.stored_digest

    @property
    def is_alarm(self) -> bool:
        """What was known then and the rules of then gave something else: it must never happen."""
        return (
            bool(self.digest)
            and self.facts == self.Facts.THEN
            and not self.is_same
            and not self.is_earlier_changed
        )


class ReplayDifference(TenantModel):
    """A customer of whom a replay says something else than the stored night said."""

    # Goes with the customer when the load that brought it is undone.
    derived = True

    class Presence(models.TextChoices):
        BOTH = "both", _("In both")
        ADDED = "added", _("Not in the stored night")
        REMOVED = "removed", _("Only in the stored night")

    replay = TenantForeignKey(Replay, models.CASCADE, related_name="differences")
    # Empty: the customer has been taken away since; its key stays.
    customer = TenantForeignKey(Customer, models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=200)
    presence = models.CharField(max_length=8, choices=Presence.choices, default=Presence.BOTH)
    # Column → its canonical text, of compute.digest.TIERS_COLUMNS; empty when it was not there.
    # `moves`: the texts of its moves of that night.
    stored = models.JSONField(default=dict)
    computed = models.JSONField(default=dict)
    # What differs: of tier, stage, segment, scores, dimensions, measures, moves.
    parts = ArrayField(models.CharField(max_length=12))
    # Why, found by computing under each: late_data, rules, earlier_night.
    reasons = ArrayField(models.CharField(max_length=14))
    # The families of its own facts that were received or corrected after the night's known_at;
    # none though the reason is late data: those of other customers moved the cut points.
    late_facts = ArrayField(models.CharField(max_length=12), default=list)
    # The words that lists filter and sort by.
    old_tier = models.CharField(max_length=12, blank=True)
    new_tier = models.CharField(max_length=12, blank=True)
    old_stage = models.CharField(max_length=12, blank=True)
    new_stage = models.CharField(max_length=12, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "replay", "key"], name="replay_difference_once"
            ),
        ]

    def __str__(self) -> str:
        return self.key
