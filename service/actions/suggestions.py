"""Noting what was suggested to a customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Contact, Customer, Module, User
from service.models import Suggestion


@transaction.atomic
def show_suggestions(
    *,
    customer: Customer,
    shown: Mapping[tuple[int, str], Mapping[str, Any]],
    contact: Contact | None,
    today: date,
    by: User | None,
) -> int:
    """Write down which modules a customer was shown today; what it was shown today already is left as
    it is.

    Args:
        shown: (module's id, kind) → the figures that spoke for it.

    Returns how many are new.

    Raises:
        ValidationError: another customer's contact.
    """
    if contact is not None and contact.customer_id != customer.pk:
        raise ValidationError({"contact": _("This belongs to another customer.")})
    now = timezone.now()
    known = set(
        Suggestion.objects.filter(customer=customer, shown_on=today).values_list("module", "kind")
    )
    fresh = [key for key in shown if key not in known]
    Suggestion.objects.bulk_create(
        [
            Suggestion(
                customer=customer, module_id=module, kind=kind, why=dict(shown[(module, kind)]),
                shown_on=today, contact=contact, shown_by=by, known_from=now,
            )
            for module, kind in fresh
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    if fresh:
        names = Module.objects.in_bulk([module for module, _kind in fresh])
        record(
            "suggestion.shown",
            by=by,
            about=customer,
            modules=[names[module].name for module, _kind in fresh],
            contact=contact.name if contact else "",
        )
    return len(fresh)
