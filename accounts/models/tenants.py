"""Tenants and the directory of who works where. Global tables: they exist before a tenant is known."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.zones import zones


def validate_timezone(name: str) -> None:
    if name not in zones():
        raise ValidationError(_("“%(name)s” is not a time zone."), params={"name": name})


class Tenant(models.Model):
    """A vendor of business software that runs its customer success here."""

    slug = models.CharField(
        max_length=40,
        unique=True,
        validators=[
            RegexValidator(
                r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$",
                _("Use small letters, digits and hyphens."),
            )
        ],
    )
    name = models.CharField(max_length=200)
    timezone = models.CharField(
        max_length=64, default="Asia/Shanghai", validators=[validate_timezone]
    )
    currency = models.CharField(
        max_length=3,
        default="CNY",
        validators=[RegexValidator(r"^[A-Z]{3}$", _("Use a three-letter currency code."))],
    )
    # Local hour after which last night is computed.
    night_hour = models.PositiveSmallIntegerField(default=1, validators=[MaxValueValidator(23)])
    gross_margin = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))],
    )
    # So many days after a week has ended, the effort of its days can no longer be changed on screen.
    effort_edit_days = models.PositiveSmallIntegerField(
        default=60, validators=[MaxValueValidator(3650)]
    )
    # Members without a second factor are led to set one up before they see anything.
    requires_second_factor = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(night_hour__lte=23), name="tenant_night_hour"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def local_date(self, moment: datetime) -> date:
        """The calendar day of a moment where the tenant is."""
        return moment.astimezone(self.zone).date()

    def last_ended_day(self, moment: datetime | None = None) -> date:
        """Yesterday in the tenant's zone: the latest day a night can be computed for."""
        return self.local_date(moment or now()) - timedelta(days=1)


class DirectoryEntry(models.Model):
    """That a person works in a tenant: only for listing and switching; it grants nothing.

    The right to enter is the tenant's own Membership row.
    """

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="directory")
    slug = models.CharField(max_length=40)
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["user", "slug"], name="directory_once_per_tenant"),
        ]

    def __str__(self) -> str:
        return self.name
