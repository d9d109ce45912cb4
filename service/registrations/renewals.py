"""Renewals, referrals and what customers are shown before they pay."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from accounts.signals import customer_facts_changed
from service.actions.renewal_upkeep import refresh_renewals
from service.labels import renewals  # noqa: F401 - words for the audit


@receiver(customer_facts_changed, dispatch_uid="service.refresh_renewals")
def keep_renewals(*, customer_ids: list[int] | None = None, **further: Any) -> None:
    """Contracts were written: their renewals follow."""
    refresh_renewals(customer_ids)
