"""What a night says of each customer."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from accounts.tenancy import TenantForeignKey, TenantModel
from segmentation.models.nights import Night

MONEY: dict[str, Any] = {"max_digits": 20, "decimal_places": 4, "null": True}


class MeasureRow(TenantModel):
    """A customer's measures as of a night: kept for the latest night and for month-ends.

    Units are those of segmentation.catalogue. Empty: unknown, never zero.
    """

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="measure_rows")
    as_of = models.DateField()
    recency_days = models.IntegerField(null=True)
    frequency = models.IntegerField(null=True)
    monetary = models.DecimalField(**MONEY)
    arr = models.DecimalField(**MONEY)
    tenure_days = models.IntegerField(null=True)
    days_to_renewal = models.IntegerField(null=True)
    days_to_payment = models.IntegerField(null=True)
    payment_overdue_days = models.IntegerField(null=True)
    overdue_amount = models.DecimalField(**MONEY)
    active_days_30 = models.IntegerField(null=True)
    active_days_90 = models.IntegerField(null=True)
    active_users_30 = models.IntegerField(null=True)
    events_30 = models.BigIntegerField(null=True)
    events_previous_30 = models.BigIntegerField(null=True)
    usage_trend = models.FloatField(null=True)
    modules_used_30 = models.IntegerField(null=True)
    modules_owned = models.IntegerField(null=True)
    renewals = models.IntegerField(null=True)
    breadth = models.FloatField(null=True)
    seats = models.IntegerField(null=True)
    seat_utilisation = models.FloatField(null=True)
    days_since_usage = models.IntegerField(null=True)
    dau_rate = models.FloatField(null=True)
    key_user_coverage = models.FloatField(null=True)
    # Measures that other apps register, by key.
    further = models.JSONField(default=dict)
    # Events in each of the twelve weeks that end on the as-of day, oldest first.
    weekly_events = ArrayField(models.BigIntegerField(), null=True)
    # What the lifecycle stage is read from (frames.gathering.STAGE_FACTS), so that changed rules can be
    # tried on the night. Empty: the night was stored before they were kept.
    contract_signed = models.BooleanField(null=True)
    contract_active = models.BooleanField(null=True)
    contract_to_start = models.BooleanField(null=True)
    project_running = models.BooleanField(null=True)
    renewed = models.BooleanField(null=True)
    accepted_days = models.IntegerField(null=True)
    contract_days = models.IntegerField(null=True)
    r = models.PositiveSmallIntegerField(null=True)
    f = models.PositiveSmallIntegerField(null=True)
    m = models.PositiveSmallIntegerField(null=True)
    # What the night assigned, repeated from Assignment and NightScores: lists over every customer
    # filter, sort and count by it, and joining two tables of that size takes longer than a page may.
    stage = models.CharField(max_length=12, blank=True, db_default="")
    tier = models.CharField(max_length=12, blank=True, db_default="")
    tier_a = models.CharField(max_length=12, blank=True, db_default="")
    tier_b = models.CharField(max_length=12, blank=True, db_default="")
    tier_c = models.CharField(max_length=12, blank=True, db_default="")
    eleven = models.CharField(max_length=30, blank=True, db_default="")
    class8 = models.CharField(max_length=20, blank=True, db_default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "customer", "as_of"], name="measures_once_per_night"
            ),
        ]
        indexes = [
            # The order in which lists start.
            models.Index(
                "tenant_id",
                "as_of",
                models.F("arr").desc(nulls_last=True),
                "customer",
                name="measures_arr_desc_ix",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.as_of}"


class Assignment(TenantModel):
    """Dimensions, stage and tier of a customer over a span of nights; scores are in NightScores.

    Holds from the night of ``valid_from`` up to, not including, the night of ``valid_to`` (empty:
    still). A night that changes nothing adds no row.
    """

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="assignments")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    activity = models.CharField(max_length=12, blank=True)
    contribution = models.CharField(max_length=12, blank=True)
    value = models.CharField(max_length=12, blank=True)
    need = models.CharField(max_length=12, blank=True)
    stage = models.CharField(max_length=12, blank=True)
    # What the facts alone say, the condition that decided it, and on how many nights in a row that
    # was worse than the stage held.
    raw_stage = models.CharField(max_length=12, blank=True)
    branch = models.CharField(max_length=20, blank=True)
    worse_nights = models.PositiveSmallIntegerField(default=0)
    # Of the scheme that the rules picked.
    tier = models.CharField(max_length=12, blank=True)
    # Of every scheme, so that they can be compared over time; the value beside the tier of B.
    tier_a = models.CharField(max_length=12, blank=True, db_default="")
    tier_b = models.CharField(max_length=12, blank=True, db_default="")
    tier_c = models.CharField(max_length=12, blank=True, db_default="")
    facet_value = models.CharField(max_length=12, blank=True, db_default="")
    # The rule that fired, or why there is no tier; words are made from it in segmentation.labels.
    reason = models.TextField(blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "customer", "valid_from"], name="assignment_starts_once"
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "customer"],
                condition=models.Q(valid_to__isnull=True),
                name="assignment_one_now",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gt=models.F("valid_from")),
                name="assignment_dates",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "tier"],
                condition=models.Q(valid_to__isnull=True),
                name="assignment_tier_now_ix",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.valid_from}"


class Move(TenantModel):
    """A change of stage or tier between two stored nights, with its cause."""

    class Kind(models.TextChoices):
        STAGE = "stage", _("Stage")
        TIER = "tier", _("Tier")

    class Cause(models.TextChoices):
        BEHAVIOUR = "behaviour", _("Behaviour")
        COMMERCIAL = "commercial", _("Commercial")
        PROJECT = "project", _("Project")
        CALENDAR = "calendar", _("Time passed")
        RULES = "rules", _("Rules changed")
        LATE_DATA = "late_data", _("Late data")

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="moves")
    night = TenantForeignKey(Night, models.CASCADE, related_name="moves")
    as_of = models.DateField()
    kind = models.CharField(max_length=5, choices=Kind.choices)
    from_value = models.CharField(max_length=12, blank=True)
    to_value = models.CharField(max_length=12, blank=True)
    cause = models.CharField(max_length=10, choices=Cause.choices)
    # The rule that fired, the measures it read and the values they had, then and now.
    reason = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        ordering = ["-as_of", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "night", "customer", "kind"], name="move_once_per_night"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "-as_of"], name="move_as_of_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.kind} {self.to_value}"
