"""How the nights of a tenant, and of the whole installation, stand."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from django.db.models import Count, Max, Min, Q

from segmentation.models import Night
from segmentation.queries.probes import recalled, remember

KEY = "nights-pulse"

UNFINISHED = (Night.State.QUEUED, Night.State.FAILED, Night.State.RUNNING)


@dataclass(frozen=True)
class TenantPulse:
    """newest: the latest night there is, whatever its state. waiting: nights to be computed;
    failed: those of them that failed and wait to be tried again; dead: given up.
    waiting_since: of the longest-waiting one."""

    newest: date | None
    waiting: int
    running: int
    failed: int
    dead: int
    waiting_since: datetime | None


@dataclass(frozen=True)
class Pulse:
    """The same over all tenants, when the sweeper last looked. `oldest_wait_seconds` is that of the
    night that waits longest. No tenant is named."""

    swept_at: str
    sweep_seconds: float
    tenants: int
    nights_waiting: int
    nights_running: int
    nights_failed: int
    nights_dead: int
    oldest_wait_seconds: float


def tenant_pulse() -> TenantPulse:
    """Of the tenant whose scope is open; one statement."""
    found = Night.objects.aggregate(
        newest=Max("as_of"),
        waiting=Count("pk", filter=Q(state__in=UNFINISHED)),
        running=Count("pk", filter=Q(state=Night.State.RUNNING)),
        failed=Count("pk", filter=Q(state=Night.State.FAILED)),
        dead=Count("pk", filter=Q(state=Night.State.DEAD)),
        waiting_since=Min("created_at", filter=Q(state__in=UNFINISHED)),
    )
    return TenantPulse(**found)


def pulse_of(pulses: list[TenantPulse], *, now: datetime, sweep_seconds: float) -> Pulse:
    """Tenants' pulses as one."""
    since = [pulse.waiting_since for pulse in pulses if pulse.waiting_since is not None]
    return Pulse(
        swept_at=now.isoformat(),
        sweep_seconds=round(sweep_seconds, 3),
        tenants=len(pulses),
        nights_waiting=sum(pulse.waiting for pulse in pulses),
        nights_running=sum(pulse.running for pulse in pulses),
        nights_failed=sum(pulse.failed for pulse in pulses),
        nights_dead=sum(pulse.dead for pulse in pulses),
        oldest_wait_seconds=max(0.0, (now - min(since)).total_seconds()) if since else 0.0,
    )


def remember_pulse(pulse: Pulse) -> None:
    """For probes, which must not walk over tenants."""
    remember(KEY, asdict(pulse))


def last_pulse() -> Pulse | None:
    """What the sweeper found last; None when it has not looked for an hour."""
    told = recalled(KEY)
    if set(told) != {field.name for field in fields(Pulse)}:
        return None
    return Pulse(**told)
