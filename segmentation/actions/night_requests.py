"""Asking for a night outside the clock."""

from __future__ import annotations

from django.db import transaction

from accounts.actions.audit import record
from accounts.models import Tenant, User
from segmentation.models import Night


@transaction.atomic
def request_night(*, tenant: Tenant, by: User | None) -> tuple[Night, bool]:
    """The night of the day that ended last where the tenant is, and whether it is new.

    A stored night is left as it is; a worker computes a new one, the sweeper brings it to one.
    """
    night, is_new = Night.objects.get_or_create(as_of=tenant.last_ended_day())
    if is_new:
        record("night.requested", by=by, about=night)
    return night, is_new
