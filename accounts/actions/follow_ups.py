"""What follows from changes that programs make by themselves: done soon, for many at once, and waited
for by nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.db import connection

from accounts.models import ChangedCustomer, Customer
from accounts.signals import customer_facts_changed
from accounts.tenancy import tenant_scope

Follow = Callable[[list[int]], None]

MOST_AT_ONCE = 2000
# Whoever holds something that is needed is not waited for long: it is done the next time.
LOCK_WAIT = "500ms"


def follow_now(customer_ids: list[int]) -> None:
    """Whoever has to know is told within this transaction."""
    customer_facts_changed.send(sender=Customer, customer_ids=customer_ids)


def follow_later(customer_ids: Iterable[int]) -> None:
    """Note it in this transaction: whoever has to know is told within seconds."""
    ChangedCustomer.objects.bulk_create(ChangedCustomer(customer_id=pk) for pk in customer_ids)


def follow_up(tenant_id: int) -> int:
    """Tell whoever has to know of customers that were noted; returns how many they were. In one
    transaction: what fails, or is killed, is done the next time.

    Raises:
        DatabaseError: nothing was done, e.g. since somebody holds a lock.
    """
    with tenant_scope(tenant_id):
        rows = ChangedCustomer.objects.order_by("pk").select_for_update(
            skip_locked=True, of=("self",)
        )
        noted = list(rows.values_list("pk", "customer_id")[:MOST_AT_ONCE])
        if not noted:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
        customer_ids = sorted({customer_id for _pk, customer_id in noted})
        follow_now(customer_ids)
        ChangedCustomer.objects.filter(pk__in=[pk for pk, _customer_id in noted]).delete()
    return len(customer_ids)
