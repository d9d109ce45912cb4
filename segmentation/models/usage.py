"""Usage facts, at volume."""

from __future__ import annotations

from django.db import models

from accounts.models import Contract, Customer, Module
from accounts.tenancy import TenantForeignKey, TenantModel


class UsageEvent(TenantModel):
    """That somebody at a customer used something, at a moment, so many times.

    Hash-partitioned by tenant. A message sent again is the same row and not counted again. Rows are
    never changed: late ones differ by ``received_at``, so a past night can be computed as it was
    known then.
    """

    pk = models.CompositePrimaryKey("tenant_id", "message_id")
    message_id = models.CharField(max_length=200)
    customer = TenantForeignKey(Customer, models.PROTECT, related_name="usage_events")
    contract = TenantForeignKey(Contract, models.PROTECT, null=True, related_name="+")
    module = TenantForeignKey(Module, models.PROTECT, null=True, related_name="+")
    # Who, as the product names them; empty when the source does not say.
    person = models.CharField(max_length=254, blank=True, default="")
    event = models.CharField(max_length=200)
    occurred_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    received_at = models.DateTimeField()
    # The load that brought it; empty when it came through the API.
    load_id = models.BigIntegerField(null=True)

    class Meta(TenantModel.Meta):
        db_table = "usage_event"

    def __str__(self) -> str:
        return self.message_id
