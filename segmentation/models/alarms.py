"""Nights that somebody must look at."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import TenantForeignKey, TenantModel
from segmentation.models.nights import Night


class NightAlarm(TenantModel):
    """That a night was given up, or is waited for too long; told to the administrators once.

    It stands until the night is done.
    """

    class Kind(models.TextChoices):
        GIVEN_UP = "given_up", _("Given up")
        LATE = "late", _("Late")

    night = TenantForeignKey(Night, models.CASCADE, related_name="alarms")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    raised_at = models.DateTimeField(default=timezone.now)
    # When everybody had been told; empty: not yet.
    told_at = models.DateTimeField(null=True)
    # Who was told so far: members by id, channels of the operator by place.
    told_to = ArrayField(models.CharField(max_length=32), default=list)
    # The night was done before everybody had been told, and nobody else needs to be.
    withdrawn_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "night", "kind"], name="night_alarm_once_per_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.night_id} {self.kind}"
