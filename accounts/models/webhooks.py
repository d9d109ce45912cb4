"""Addresses of other programs that are told what happens, and what became of each telling."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.tenancy import TenantForeignKey, TenantModel


class WebhookEndpoint(TenantModel):
    """One address of one program. Its secrets are sealed, and shown once."""

    class Off(models.TextChoices):
        """Why nothing is sent to it."""

        BY_HAND = "by_hand", _("Switched off by hand")
        GONE = "gone", _("It answered 410: gone")
        FAILING = "failing", _("It took nothing for days")

    name = models.CharField(_("name"), max_length=100)
    url = models.CharField(_("address"), max_length=500)
    # Keys of accounts.webhook_kinds that it is told.
    kinds = ArrayField(models.CharField(max_length=60), default=list, verbose_name=_("events"))
    sealed_secret = models.TextField()
    # While a secret is replaced, what is sent is signed with the former one, too.
    sealed_previous = models.TextField(blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    secret_made_at = models.DateTimeField(default=timezone.now)
    is_active = models.BooleanField(default=True)
    off_at = models.DateTimeField(null=True, blank=True)
    off_because = models.CharField(max_length=10, choices=Off.choices, blank=True)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    # How it stands: tries that failed since the last one that did not, and since when.
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    # It is left alone until then, whatever waits.
    rests_until = models.DateTimeField(null=True, blank=True)
    # Which worker sends to it, and until when that one counts as alive.
    claim = models.UUIDField(null=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "name"], name="webhook_name_once"),
            models.CheckConstraint(
                condition=models.Q(is_active=True, off_because="")
                | (models.Q(is_active=False) & ~models.Q(off_because="")),
                name="webhook_off_because",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def signs_twice(self, now: datetime) -> bool:
        """Whether the former secret still holds."""
        return bool(self.sealed_previous and self.previous_until and self.previous_until > now)


class WebhookEvent(TenantModel):
    """What happened, as endpoints are told it; written with what happened. Only where one wants it."""

    # What receivers know it by, however often it is sent.
    uid = models.UUIDField(default=uuid4, editable=False)
    kind = models.CharField(max_length=60)
    data: models.JSONField[Any] = models.JSONField(default=dict)
    happened_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "uid"], name="webhook_event_once"),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "happened_at"], name="webhook_event_age_ix"),
        ]

    def __str__(self) -> str:
        return self.kind

    @property
    def message_id(self) -> str:
        """As it stands in ``webhook-id``."""
        return message_id(self.uid)


class WebhookDelivery(TenantModel):
    """One event for one endpoint: sent until it is taken, or every try has failed."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DELIVERED = "delivered", pgettext_lazy("webhook", "Delivered")
        FAILED = "failed", pgettext_lazy("webhook", "Failed")

    event = TenantForeignKey(WebhookEvent, models.CASCADE, related_name="deliveries")
    endpoint = TenantForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Since it was written, or sent again by hand.
    attempts = models.PositiveSmallIntegerField(default=0)
    # When it may be tried; a worker that holds its endpoint does so.
    next_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(null=True, blank=True)
    # Of the last try: the answer's status, and what went wrong, a key of accounts.webhook_labels.
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    trouble = models.CharField(max_length=30, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "endpoint", "event"], name="webhook_delivery_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "endpoint", "next_at"],
                condition=models.Q(state="waiting"),
                name="webhook_delivery_due_ix",
            ),
            models.Index(fields=["tenant_id", "endpoint", "-id"], name="webhook_delivery_list_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.state}"


class WebhookAttempt(TenantModel):
    """One try: when, how long it took, and what was answered."""

    delivery = TenantForeignKey(WebhookDelivery, models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=timezone.now)
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    trouble = models.CharField(max_length=30, blank=True)
    # The first kilobyte of what it answered.
    answer = models.TextField(blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at} {self.status or self.trouble}"


def message_id(uid: UUID) -> str:
    """What ``webhook-id`` says of an event."""
    return f"evt_{uid.hex}"
