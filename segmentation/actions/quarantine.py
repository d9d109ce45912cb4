"""Customers that senders name and nobody knows: somebody says who is meant."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.identities import Described, put_customers
from accounts.models import Customer, User
from segmentation.actions.releasing import release_held
from segmentation.frames.ingestion import LOCK_WAIT, take_shared_lock
from segmentation.models import CustomerAlias

LONGEST_KEY, LONGEST_NAME = 200, 300


@transaction.atomic
def resolve_unknown(
    *,
    group_key: str,
    customer: Customer | None = None,
    new: tuple[str, str] | None = None,
    by: User | None,
) -> int:
    """Say which customer a key means, for what waits and for what comes.

    Args:
        customer: one that is there.
        new: key and name of one that is made now. With neither, what names the key is not taken, and
            what waits is dropped.

    Returns how many messages were released, or dropped.

    Raises:
        ValidationError: a new customer without a key or name, or whose key is another's; a load that
            is being written holds something up.
    """
    try:
        with transaction.atomic():
            return _resolve(group_key, customer, new, by)
    except OperationalError as error:
        raise ValidationError(_("A load is being written. Try it again in a moment.")) from error


def _resolve(
    group_key: str, customer: Customer | None, new: tuple[str, str] | None, by: User | None
) -> int:
    take_shared_lock(patience=LOCK_WAIT)
    if new is not None:
        customer = _make(*new, by)
    if customer is None:
        verb, label = "unknown_customer.ignored", group_key
    else:
        verb, label = "unknown_customer.resolved", customer.name
    # A customer's own key needs no other to mean it.
    if customer is None or customer.key != group_key:
        CustomerAlias.objects.update_or_create(
            key=group_key,
            defaults={
                "customer": customer,
                "is_ignored": customer is None,
                "made_by": by,
                "made_at": timezone.now(),
            },
        )
    count = release_held(group_keys=[group_key])
    record(verb, by=by, about=customer, label=label, group_key=group_key, count=count)
    return count


@transaction.atomic
def forget_alias(*, alias: CustomerAlias, by: User | None) -> None:
    """Take back what was said of a key; what was written by it stays."""
    record("customer_alias.forgotten", by=by, label=alias.key, group_key=alias.key)
    CustomerAlias.objects.filter(pk=alias.pk).delete()


def _make(key: str, name: str, by: User | None) -> Customer:
    key, name = key.strip(), name.strip()
    if not key or len(key) > LONGEST_KEY:
        raise ValidationError({"key": _("Give the new customer a key.")})
    if not name or len(name) > LONGEST_NAME:
        raise ValidationError({"name": _("Give the new customer a name.")})
    made = put_customers(
        described=[Described(key, {"name": name})],
        may_make=True,
        may_change=False,
        now=timezone.now(),
        by=by,
    )
    if not made:
        raise ValidationError({"key": _("Another customer has this key.")})
    found: Customer = Customer.objects.get(key=key)
    return found
