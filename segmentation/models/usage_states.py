"""What usage comes down to, per customer and per day, so that a night need not read its history.

Derived from ``usage_event`` and rebuilt from it whenever in doubt; nothing else is kept here.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Customer
from accounts.tenancy import TenantForeignKey, TenantModel


class UsageFold(TenantModel):
    """Which usage the tenant's states hold: all that occurred up to the end of ``as_of`` in ``zone``
    and was received by ``known_at``. Without this row there are no states."""

    derived = True

    as_of = models.DateField()
    known_at = models.DateTimeField()
    zone = models.CharField(max_length=64)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id"], name="usage_fold_once"),
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"


class UsageState(TenantModel):
    """A customer's persons and modules, as of the day ``as_of``: columns of arrays, because a row per
    person would cost several times as much to write and to keep.

    persons: everybody who ever used anything; empty for usage that names nobody. last_at: when each
    did last. days: on which of the thirty days up to ``as_of``, as bits; bit 0 is ``as_of``.
    modules, used_on: modules used within thirty days of ``as_of`` and the last day of each;
    has_modules: whether any usage ever named one.
    used_at, person_count, active_persons, person_days: what the arrays come to on ``as_of``: when
    anything was used last, how many persons there are, how many of them were active in the thirty
    days, and on how many days in sum.
    """

    derived = True

    pk = models.CompositePrimaryKey("tenant_id", "customer")
    customer = TenantForeignKey(Customer, models.CASCADE, related_name="+")
    as_of = models.DateField()
    persons = ArrayField(models.TextField())
    last_at = ArrayField(models.DateTimeField())
    days = ArrayField(models.IntegerField())
    modules = ArrayField(models.BigIntegerField())
    used_on = ArrayField(models.DateField())
    has_modules = models.BooleanField()
    used_at = models.DateTimeField()
    person_count = models.IntegerField()
    active_persons = models.IntegerField()
    person_days = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.customer_id}"


class UsageDay(TenantModel):
    """How much each customer used on a day, as far as it became known at ``known_at``. What comes late
    is another row of the same day. Kept as long as a night looks back on single days."""

    derived = True

    day = models.DateField()
    known_at = models.DateTimeField()
    # Of the same length: a customer and the sum of its counts.
    customers = ArrayField(models.BigIntegerField())
    events = ArrayField(models.BigIntegerField())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "day", "known_at"], name="usage_day_known_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class UsageWindow(TenantModel):
    """What customers used within the windows that end on the day of the fold: columns of equal length,
    of customers that used anything within ninety days. The next night adds the days that come and
    takes away those that leave, and need not read the days in between.

    recent_days, older_days: the last forty-five days, and the forty-five before, on which something
    was used, as bits; bit 0 is the later end. month, month_before: events of thirty days. weeks: events
    of each of twelve weeks, the latest first; a row per week.
    """

    derived = True

    customers = ArrayField(models.BigIntegerField())
    recent_days = ArrayField(models.BigIntegerField())
    older_days = ArrayField(models.BigIntegerField())
    month = ArrayField(models.BigIntegerField())
    month_before = ArrayField(models.BigIntegerField())
    weeks = ArrayField(ArrayField(models.BigIntegerField()))

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id"], name="usage_window_once"),
        ]

    def __str__(self) -> str:
        return f"{len(self.customers)}"
