"""What customers bought, what they owe and what they paid. Money is exact."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.customers import Customer
from accounts.tenancy import TenantForeignKey, TenantModel

MONEY: dict[str, Any] = {"max_digits": 18, "decimal_places": 4}


class Module(TenantModel):
    """A product module that the tenant sells."""

    key = models.CharField(_("key"), max_length=200)
    name = models.CharField(_("name"), max_length=300)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="module_key_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Contract(TenantModel):
    """An agreement with a customer; what it contains are its lines."""

    customer = TenantForeignKey(Customer, models.PROTECT, related_name="contracts")
    key = models.CharField(_("key"), max_length=200)
    renewal_of = TenantForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="renewals"
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="contract_key_once"),
            models.CheckConstraint(
                condition=~models.Q(renewal_of=models.F("id")), name="contract_not_own_renewal"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "known_from", "id"], name="contract_known_ix"),
        ]

    def __str__(self) -> str:
        return self.key


class ContractLine(TenantModel):
    """One module for one term: a subscription with an annual fee, or a one-off amount."""

    class Kind(models.TextChoices):
        SUBSCRIPTION = "subscription", _("Subscription")
        ONE_OFF = "one_off", _("One-off")

    contract = TenantForeignKey(Contract, models.CASCADE, related_name="lines")
    module = TenantForeignKey(Module, models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SUBSCRIPTION)
    signed_on = models.DateField()
    starts_on = models.DateField()
    # The last day of the term; empty: open.
    ends_on = models.DateField(null=True, blank=True)
    annual_fee = models.DecimalField(**MONEY, default=0)
    amount = models.DecimalField(**MONEY, default=0)
    seats = models.PositiveIntegerField(null=True, blank=True)
    is_trial = models.BooleanField(default=False)
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["starts_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "contract", "module", "starts_on"], name="contract_line_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="contract_line_dates",
            ),
            models.CheckConstraint(
                condition=models.Q(annual_fee__gte=0) & models.Q(amount__gte=0),
                name="contract_line_not_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "known_from", "id"], name="contract_line_known_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.module_id} {self.starts_on}"


class Payment(TenantModel):
    """Money that arrived; negative is a refund, zero is a payment."""

    customer = TenantForeignKey(Customer, models.PROTECT, related_name="payments")
    key = models.CharField(_("key"), max_length=200)
    paid_on = models.DateField()
    amount = models.DecimalField(**MONEY)
    contract = TenantForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="payments"
    )
    module = TenantForeignKey(
        Module, models.PROTECT, null=True, blank=True, related_name="payments"
    )
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-paid_on"]
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "key"], name="payment_key_once"),
        ]
        indexes = [
            models.Index(
                fields=["tenant_id", "customer", "paid_on"], name="payment_customer_day_ix"
            ),
            models.Index(fields=["tenant_id", "known_from", "id"], name="payment_known_ix"),
        ]

    def __str__(self) -> str:
        return self.key


class Instalment(TenantModel):
    """A part of a contract's price that falls due on a day."""

    contract = TenantForeignKey(Contract, models.CASCADE, related_name="instalments")
    due_on = models.DateField()
    amount = models.DecimalField(**MONEY)
    paid_by = TenantForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="instalments"
    )
    attributes = models.JSONField(default=dict, blank=True)
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "contract", "due_on"], name="instalment_once"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "known_from", "id"], name="instalment_known_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.due_on}"
