"""Modules that were suggested to customers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import Contact, Customer, Module
from accounts.models.customers import took_part
from accounts.tenancy import TenantForeignKey, TenantModel


class Suggestion(TenantModel):
    """A module that somebody of the vendor showed a customer, and why.

    Whether it was taken is read from the customer's contract lines.
    """

    class Kind(models.TextChoices):
        # A module that peers own and the customer does not.
        BUY = "buy"
        # A module that the customer owns and does not use.
        USE = "use"

    customer = TenantForeignKey(Customer, models.PROTECT, related_name="suggestions")
    module = TenantForeignKey(Module, models.PROTECT, related_name="suggestions")
    kind = models.CharField(max_length=3, choices=Kind)
    # The figures that spoke for it: peers, how many own it, the share of those who use it.
    why = models.JSONField(default=dict)
    shown_on = models.DateField()
    contact = TenantForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="suggestions"
    )
    shown_by = models.ForeignKey("accounts.User", models.SET_NULL, null=True, related_name="+")
    known_from = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["-shown_on", "-pk"]
        constraints = [
            # Twice on a day is once.
            models.UniqueConstraint(
                fields=["tenant_id", "customer", "module", "kind", "shown_on"],
                name="suggestion_once_a_day",
            ),
            models.CheckConstraint(condition=Q(kind__in=["buy", "use"]), name="suggestion_kind"),
        ]
        indexes = [
            models.Index(fields=["tenant_id", "-shown_on"], name="suggestion_shown_ix"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.module_id}"


took_part.append(Suggestion)
