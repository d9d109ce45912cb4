"""What changed by itself, and what follows from it later."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from accounts.models.customers import Customer
from accounts.tenancy import TenantForeignKey, TenantModel


class ChangedCustomer(TenantModel):
    """A program changed a customer, and was not kept waiting for what follows from it: a sweeper does
    that within seconds, for all such customers of the tenant at once, and deletes the rows."""

    # A customer may have several rows: who adds one waits for nobody.
    customer = TenantForeignKey(Customer, models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.customer_id)
