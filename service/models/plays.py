"""Plays (行动方案): what is done for a customer when something happens to it.

A play's document says in both languages what sets it off, for whom, what is to be done by whom within
how many working days, and when that is over; see service.compute.play_documents.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.tenancy import TenantForeignKey, TenantModel
from segmentation.models import Night


class Play(TenantModel):
    """A play of the tenant: its own, or its copy of a shipped one. Off until somebody switches it on."""

    key = models.CharField(max_length=80)
    # The version in force; counted from 1.
    version = models.PositiveIntegerField(default=1)
    # Repeated from the document in force: the nightly run reads plays by it.
    trigger_kind = models.CharField(max_length=20)
    # The shipped text that the tenant last took or turned down; another one is offered. Empty: own.
    shipped_digest = models.CharField(max_length=64, blank=True)
    is_on = models.BooleanField(default=False)
    # Nights before this day set nothing off.
    on_from = models.DateField(null=True, blank=True)
    switched_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    # Of triggers that compare with the night before: of which night and version PlayStanding says who
    # was beyond.
    standing_on = models.DateField(null=True, blank=True)
    standing_version = models.PositiveIntegerField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="play_key_once"),
            models.CheckConstraint(
                condition=models.Q(is_on=False) | models.Q(on_from__isnull=False),
                name="play_on_from_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class PlayVersion(TenantModel):
    """What a play said. Versions are added, never altered, and work keeps the one that opened it."""

    append_only = True

    play = TenantForeignKey(Play, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    document = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "play", "version"], name="play_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"

    def words(self, part: str, language: str) -> str:
        """``names`` or ``purposes`` of the document; the other language where one has none."""
        texts: dict[str, Any] = self.document.get(part) or {}
        return str(texts.get(language) or next((text for text in texts.values() if text), ""))


class PlayFiring(TenantModel):
    """That a play was set off for a customer by an event: once per event, and once per night."""

    class Outcome(models.TextChoices):
        OPENED = "opened", _("Work was opened")
        ALREADY_OPEN = "already_open", _("Work of this play was open already")

    play = TenantForeignKey(Play, models.CASCADE, related_name="firings")
    customer = TenantForeignKey(Customer, models.CASCADE, related_name="play_firings")
    event_key = models.CharField(max_length=200)
    as_of = models.DateField()
    version = models.PositiveIntegerField()
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    # A restated night does not say so any more; what was opened stays, and says it.
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-as_of", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "play", "customer", "event_key"], name="play_fires_once"
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "play", "customer", "as_of"], name="play_fires_once_a_night"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "play", "-as_of"], name="play_firing_play_ix"),
            models.Index(fields=["tenant_id", "-as_of"], name="play_firing_as_of_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.play_id} {self.customer_id} {self.event_key}"


class PlayRun(TenantModel):
    """That the plays of a stored night were run. The row is the truth; Celery only carries its id."""

    State = Night.State

    as_of = models.DateField()
    state = models.CharField(max_length=8, choices=Night.State.choices, default=Night.State.QUEUED)
    created_at = models.DateTimeField(default=timezone.now)
    # What the night said when its plays were run; a restated night is looked at again.
    night_digest = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.UUIDField(null=True)
    not_before = models.DateTimeField(null=True)
    queued_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    fired = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)
    closed = models.PositiveIntegerField(default=0)
    taken_back = models.PositiveIntegerField(default=0)
    # Plays that could not be run, by key, and why: nothing of theirs was set off.
    refusals = models.JSONField(default=list)
    error = models.CharField(max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-as_of"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "as_of"], name="play_run_once"),
        ]
        indexes = [models.Index(fields=["tenant_id", "state"], name="play_run_state_ix")]

    def __str__(self) -> str:
        return f"{self.as_of}"


class PlayStanding(TenantModel):
    """That a customer's measure was beyond a play's value on the night that ``Play.standing_on`` names:
    nights keep no measures of the night before, and a crossing is told by it."""

    play = TenantForeignKey(Play, models.CASCADE, related_name="standing")
    customer = TenantForeignKey(Customer, models.CASCADE, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "play", "customer"], name="play_standing_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.play_id} {self.customer_id}"
