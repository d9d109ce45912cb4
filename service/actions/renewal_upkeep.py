"""Keeping the rows of renewals true: after changes of contracts, after each night, at month-ends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.planning import planning
from accounts.tenancy import tenant_scope
from segmentation.queries.stored import is_month_end, latest_night, stored_nights
from service.frames.renewal_calls import keep_calls, keep_snapshots, window
from service.frames.renewal_terms import keep_terms
from service.models import Renewal, RenewalMonth
from service.queries.renewal_weights import weights_in_force

log = structlog.get_logger("tenure.renewals")

# Month-ends of before the first look are kept too, as they were known.
MONTHS_BACK = 24
# "RENW"; the key keeps it apart from other locks.
_TURN = 0x52454E57 << 32


def take_renewals_turn() -> None:
    """Wait until no other transaction of the tenant makes rows of renewals. Whoever also locks rows of
    contracts takes it first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s + current_setting('app.tenant_id')::bigint)", [_TURN]
        )


@transaction.atomic
def refresh_renewals(customer_ids: Sequence[int] | None = None) -> None:
    """Make the rows again from contracts, calls and outcomes; what the night says stays."""
    if customer_ids is not None and not customer_ids:
        return
    take_renewals_turn()
    keep_terms(customer_ids)


@transaction.atomic
def call_renewals() -> None:
    """Make every row again, with what the latest night says."""
    take_renewals_turn()
    keep_terms()
    night = latest_night()
    if night is not None and night.known_at is not None:
        with planning():
            keep_calls(night, weights_in_force())


def sweep_renewals(*, tenant_id: int) -> None:
    """What the latest night says of renewals, once after it; and the forecast of each month's end,
    once for good."""
    with tenant_scope(tenant_id):
        if is_behind():
            call_renewals()
        due = months_to_keep()
    for as_of in due:
        with tenant_scope(tenant_id):
            keep_month(as_of)


def is_behind() -> bool:
    """Whether the latest night, also as it was restated, has something to say that is not written
    down."""
    night = latest_night()
    if night is None:
        return False
    if not Renewal.objects.exists():
        return True
    around = Renewal.objects.filter(due_on__range=window(night.as_of))
    said = Q(as_of=night.as_of, night_digest=night.digest)
    return bool(around.exclude(said).exists())


def months_to_keep() -> list[date]:
    """Month-ends with a stored night whose forecast is not kept, the oldest first."""
    nights = stored_nights().filter(known_at__isnull=False)
    days = list(nights.order_by("as_of").values_list("as_of", flat=True))
    if not days:
        return []
    since = days[-1] - timedelta(days=31 * MONTHS_BACK)
    kept = set(RenewalMonth.objects.values_list("as_of", flat=True))
    return [day for day in days if day > since and is_month_end(day) and day not in kept]


@transaction.atomic
def keep_month(as_of: date) -> bool:
    """Keep the forecast as it was at a month's end, unless it is kept. Returns whether it was not."""
    take_renewals_turn()
    if RenewalMonth.objects.filter(as_of=as_of).exists():
        return False
    night = stored_nights().get(as_of=as_of)
    with planning():
        count = keep_snapshots(night, weights_in_force())
    RenewalMonth.objects.create(as_of=as_of, kept_at=timezone.now(), renewals=count)
    log.info("renewal forecast kept", as_of=as_of.isoformat(), renewals=count)
    return True
