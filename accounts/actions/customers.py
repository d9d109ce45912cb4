"""Changing what we know of a customer, by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.actions.facts import keep_versions
from accounts.actions.follow_ups import Follow, follow_now
from accounts.models import Customer, User

# What a person may change; the key is the tenant's own id and comes with a load.
FIELDS = (
    "name",
    "industry",
    "size",
    "region",
    "parent",
    "salesperson",
    "service_manager",
    "project_manager",
    "attributes",
)
Changes = dict[str, tuple[Any, Any]]


@transaction.atomic
def change_customer(
    *,
    customer: Customer,
    values: Mapping[str, Any],
    by: User | None,
    seen: datetime | None = None,
    now: datetime | None = None,
    follow: Follow = follow_now,
) -> Changes:
    """Give a customer new values for some of ``FIELDS``.

    Args:
        seen: the ``known_from`` of the version that the person changed; another version is in
            force now: refused.
        now: since when it is known; None: since this moment.
        follow: tells whoever has to know.

    Returns field → (old, new) of what changed.

    Raises:
        ValidationError: the parent would be its own; somebody else changed it meanwhile.
    """
    # Without its key: usage that comes for it meanwhile does not wait.
    current = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    if seen is not None and current.known_from != seen:
        raise ValidationError(
            _("This was changed meanwhile. Look at it as it is now and change it again.")
        )
    changes: Changes = {}
    for field, value in values.items():
        if field not in FIELDS:
            raise ValueError(field)
        old = getattr(current, field)
        if old != value:
            changes[field] = (old, value)
    if not changes:
        return changes
    if "parent" in changes:
        _refuse_circle(current, changes["parent"][1])
    now = now or timezone.now()
    keep_versions([current], until=now)
    for field, (_old, new) in changes.items():
        setattr(current, field, new)
    current.known_from = now
    current.save()
    record(
        "customer.changed",
        by=by,
        about=current,
        before={field: _told(old) for field, (old, _new) in changes.items()},
        after={field: _told(new) for field, (_old, new) in changes.items()},
    )
    follow([current.pk])
    return changes


def _refuse_circle(customer: Customer, parent: Customer | None) -> None:
    above = parent
    while above is not None:
        if above.pk == customer.pk:
            raise ValidationError(
                {"parent": _("A company cannot stand above itself in its own group.")}
            )
        above = above.parent


def _told(value: Any) -> Any:
    """A value as the audit record keeps it."""
    if isinstance(value, dict):
        return value
    return "" if value is None else str(value)
