"""Groups of customers (客户分群): a condition under a name, and who met it on which night.

Not to be confused with groups of companies (集团), which are customers with a parent.
"""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, Membership
from accounts.tenancy import TenantForeignKey, TenantModel


class CustomerGroup(TenantModel):
    """A named condition over what a night says of each customer, evaluated by each night.

    ``condition`` is the one in force, a document of segmentation.compute.conditions; ``version``
    counts how often it was changed, from 1.
    """

    name = models.CharField(_("name"), max_length=80)
    note = models.CharField(_("note"), max_length=500, blank=True)
    condition = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    # Empty: it came with the tenant.
    owner = TenantForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="customer_groups"
    )
    is_shared = models.BooleanField(_("for everybody"), default=False)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    # Set: no night evaluates it, its members stay those of its last one.
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class CustomerGroupVersion(TenantModel):
    """A condition that a group had. Versions are added, never altered."""

    append_only = True

    group = TenantForeignKey(CustomerGroup, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    condition = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "group", "version"], name="group_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class CustomerGroupNight(TenantModel):
    """That a night evaluated a group: by which version, how many were in it, or why it could not."""

    group = TenantForeignKey(CustomerGroup, models.CASCADE, related_name="nights")
    as_of = models.DateField()
    version = models.PositiveIntegerField()
    # Empty: the condition could not be read, and nobody entered or left.
    members = models.PositiveIntegerField(null=True)
    # Of such a condition: path and code of each fault, and the words it names.
    faults = models.JSONField(default=list)

    class Meta(TenantModel.Meta):
        ordering = ["-as_of"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "group", "as_of"], name="group_once_per_night"
            ),
        ]
        indexes = [models.Index(fields=["tenant_id", "as_of"], name="group_night_as_of_ix")]

    def __str__(self) -> str:
        return f"{self.group_id} {self.as_of}"


class CustomerGroupMember(TenantModel):
    """That a customer was in a group from the night of ``valid_from`` up to, not including, the
    night of ``valid_to`` (empty: still)."""

    class Cause(models.TextChoices):
        CUSTOMER = "customer", _("The customer changed")
        CONDITION = "condition", _("The condition changed")

    group = TenantForeignKey(CustomerGroup, models.CASCADE, related_name="members")
    customer = TenantForeignKey(Customer, models.CASCADE, related_name="group_spans")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    entered_by = models.CharField(max_length=9, choices=Cause.choices)
    # Empty: still in it.
    left_by = models.CharField(max_length=9, choices=Cause.choices, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "group", "customer", "valid_from"], name="group_entered_once"
            ),
            models.UniqueConstraint(
                fields=["tenant_id", "group", "customer"],
                condition=models.Q(valid_to__isnull=True),
                name="group_member_now",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gt=models.F("valid_from")),
                name="group_member_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "group", "valid_from"], name="group_entered_ix"),
            models.Index(fields=["tenant_id", "group", "valid_to"], name="group_left_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.customer_id} {self.valid_from}"

    @staticmethod
    def held_on(day: date | None) -> Q:
        """The spans that held on the night of a day; None: that hold now."""
        if day is None:
            return Q(valid_to__isnull=True)
        return (Q(valid_to__isnull=True) | Q(valid_to__gt=day)) & Q(valid_from__lte=day)
