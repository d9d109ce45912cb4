"""Contracts that end: what is said of their renewal, and how it turned out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Contract, Customer
from accounts.tenancy import TenantForeignKey, TenantModel

MONEY: dict[str, Any] = {"max_digits": 20, "decimal_places": 4}


class RenewalStage(models.TextChoices):
    """How far the talk about a renewal is, as whoever looks after it says."""

    NOT_BEGUN = "not_begun", _("Not begun")
    TALKING = "talking", pgettext_lazy("renewal", "Talking")
    OFFERED = "offered", pgettext_lazy("renewal", "Offered")
    COMMITTED = "committed", pgettext_lazy("renewal", "Committed")


class Renewal(TenantModel):
    """A contract whose subscription lines all end, with where its renewal stands.

    Made from contracts, calls, outcomes and nights (service.frames.renewal_terms) and made again
    whenever these change: nothing is said here that is not kept elsewhere. ``arr`` is what the
    contract is worth on its last day. ``renewed_on`` and ``renewed_arr``: the first start and the
    annual fees of what renews it, of starts up to 90 days after its end.
    """

    derived = True

    contract = TenantForeignKey(Contract, models.CASCADE, related_name="+")
    customer = TenantForeignKey(Customer, models.CASCADE, related_name="renewals")
    # The last day of the term.
    due_on = models.DateField()
    arr = models.DecimalField(**MONEY)
    renewed_on = models.DateField(null=True)
    renewed_arr = models.DecimalField(**MONEY, null=True)
    # Somebody said that the customer leaves.
    churn_told = models.BooleanField(db_default=False)
    # The latest call; `call_id` 0: none was made.
    call_id = models.BigIntegerField(db_default=0)
    stage = models.CharField(
        max_length=9, choices=RenewalStage, db_default=RenewalStage.NOT_BEGUN.value
    )
    percent = models.SmallIntegerField(null=True)
    amount = models.DecimalField(**MONEY, null=True)
    # What the night says; empty: the term ends too far from it, or there is none.
    as_of = models.DateField(null=True)
    # Of that night, as it was computed: one that was restated says something else.
    night_digest = models.CharField(max_length=64, blank=True, db_default="")
    points = models.SmallIntegerField(null=True)
    # Percent.
    likelihood = models.SmallIntegerField(null=True)
    # Of each the `key`, its `points` and its `fact`, the most points first.
    reasons = models.JSONField(default=list, db_default=[])
    tier = models.CharField(max_length=12, blank=True, db_default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "contract"], name="renewal_once"),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "due_on", "contract"], name="renewal_due_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.due_on}"


class RenewalCall(TenantModel):
    """What whoever looks after a customer expects of a renewal. Calls are added, never altered."""

    append_only = True

    contract = TenantForeignKey(Contract, models.PROTECT, related_name="renewal_calls")
    stage = models.CharField(_("stage"), max_length=9, choices=RenewalStage)
    # How likely; empty: not said.
    percent = models.PositiveSmallIntegerField(_("how likely (%)"), null=True)
    # ARR that is expected; empty: what the contract is worth.
    amount = models.DecimalField(_("ARR expected"), **MONEY, null=True)
    note = models.TextField(_("note"), blank=True)
    # Where the tenant is; a forecast of a past day knows the calls up to it.
    said_on = models.DateField()
    said_at = models.DateTimeField(default=timezone.now)
    said_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__isnull=True) | Q(percent__lte=100), name="renewal_call_percent"
            ),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | Q(amount__gte=0), name="renewal_call_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.percent}"


class RenewalOutcome(TenantModel):
    """How a renewal turned out, as somebody wrote it down; the contract's lines follow it.

    What the system and the manager had said last is kept beside it. Taken back it stays, with who
    took it back.
    """

    class Kind(models.TextChoices):
        RENEWED = "renewed", _("Renewed")
        EXPANDED = "expanded", _("Expanded")
        CONTRACTED = "contracted", _("Contracted")
        CHURNED = "churned", _("Churned")

    contract = TenantForeignKey(Contract, models.PROTECT, related_name="renewal_outcomes")
    kind = models.CharField(_("outcome"), max_length=10, choices=Kind)
    # The contract that was written; empty for one that churns.
    follower = TenantForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="renewal_followers"
    )
    arr_before = models.DecimalField(**MONEY)
    arr_after = models.DecimalField(**MONEY, default=Decimal(0))
    # Key of a churn reason; empty where it did not churn.
    churn_reason = models.CharField(_("churn reason"), max_length=40, blank=True)
    note = models.TextField(_("note"), blank=True)
    # Line id → the last day that it had before this shortened it.
    shortened = models.JSONField(default=dict)
    likelihood = models.PositiveSmallIntegerField(null=True)
    called_percent = models.PositiveSmallIntegerField(null=True)
    called_amount = models.DecimalField(**MONEY, null=True)
    said_on = models.DateField()
    said_at = models.DateTimeField(default=timezone.now)
    said_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "contract"],
                condition=Q(undone_at__isnull=True),
                name="renewal_outcome_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="churned") ^ Q(churn_reason=""), name="renewal_outcome_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "said_on"], name="renewal_outcome_day_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.kind}"


class RenewalMonth(TenantModel):
    """That the forecast of a month's end is kept: once, after its night."""

    derived = True

    as_of = models.DateField()
    kept_at = models.DateTimeField(default=timezone.now)
    renewals = models.PositiveIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "as_of"], name="renewal_month_once"),
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"


class RenewalSnapshot(TenantModel):
    """What was forecast of a renewal at a month's end, as everything was known then."""

    derived = True

    contract = TenantForeignKey(Contract, models.CASCADE, related_name="+")
    customer = TenantForeignKey(Customer, models.CASCADE, related_name="+")
    as_of = models.DateField()
    due_on = models.DateField()
    arr = models.DecimalField(**MONEY)
    # Annual fees of what renewed it by then; empty: it was open.
    renewed_arr = models.DecimalField(**MONEY, null=True)
    points = models.SmallIntegerField(null=True)
    likelihood = models.SmallIntegerField(null=True)
    stage = models.CharField(max_length=9, choices=RenewalStage)
    percent = models.SmallIntegerField(null=True)
    amount = models.DecimalField(**MONEY, null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "as_of", "contract"], name="renewal_snapshot_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "due_on"], name="renewal_snapshot_due_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.as_of}"


class RenewalWeights(TenantModel):
    """How many points a reason counts against a renewal. Versions are added; the latest counts."""

    append_only = True

    # Reason → points, of those that differ from what is shipped.
    weights = models.JSONField(default=dict)
    set_at = models.DateTimeField(default=timezone.now)
    set_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")

    class Meta(TenantModel.Meta):
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.set_at}"
