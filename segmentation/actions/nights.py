"""Computing a night and storing what it says: all of it or nothing, in one transaction."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from time import perf_counter
from typing import Any, Literal

import structlog
from django.db import DataError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.loads.running import LOCK_CLASS as LOADS
from accounts.models import Tenant, User
from accounts.tenancy import tenant_scope
from segmentation.actions.group_nights import evaluate_groups
from segmentation.actions.night_events import tell_night
from segmentation.actions.results import Computed, Progress, compute_result
from segmentation.actions.storing import store
from segmentation.actions.turns import Turn, take_turn
from segmentation.frames.gathering import discard
from segmentation.frames.ingestion import LOCK_CLASS as INGESTION
from segmentation.models import Night, RuleSet

log = structlog.get_logger("tenure.nights")

# Well before the first fact that anybody has of software as a service.
EARLIEST = date(1950, 1, 1)
OUT_OF_RANGE = "22003"

Stored = Literal["new", "unchanged", "restated"]


class NightRefused(Exception):
    """The night was not computed, or not stored; the text says why, in the reader's language."""


@dataclass(frozen=True)
class NightOutcome:
    """What came of a night. `stored`: new; unchanged (computed again, nothing written); restated."""

    tenant: str
    as_of: date
    customers: int
    scored: int
    moves: int
    seconds: float
    digest: str
    refusals: list[dict[str, Any]]
    stored: Stored

    def as_json(self) -> dict[str, Any]:
        """The line that `run_night` prints."""
        return {**vars(self), "as_of": self.as_of.isoformat()}


def silent(step: str) -> None:
    """Progress that nobody watches."""


def run_night(
    *,
    tenant: Tenant,
    as_of: date | None = None,
    known_at: datetime | None = None,
    restate: str = "",
    by: User | None = None,
    progress: Progress = silent,
) -> NightOutcome:
    """Compute a night here and now and store it.

    A stored night is computed again: when it says the same nothing is written; when it says something
    else it replaces what was stored only if ``restate`` gives the reason. Nights after it are not
    computed again: their moves and held stages are those that followed from what they knew.

    Args:
        as_of: the day; None: yesterday where the tenant is.
        known_at: facts that became known later are not seen; None: now.
        by: who restates; None: the platform.

    Raises:
        NightRefused: the day is not over, the moment is to come, or a stored night differs.
    """
    now = timezone.now()
    day = as_of or tenant.last_ended_day(now)
    if day > tenant.last_ended_day(now):
        raise NightRefused(
            _("%(day)s is not over yet in %(zone)s.") % {"day": day, "zone": tenant.timezone}
        )
    if day < EARLIEST:
        raise NightRefused(_("No night is computed before %(day)s.") % {"day": EARLIEST})
    if known_at is not None and known_at > now:
        raise NightRefused(
            _("What will be known at %(moment)s is not known yet.") % {"moment": known_at}
        )
    with tenant_scope(tenant.id):
        take_turn(Turn.NIGHTS)
        night = Night.objects.select_for_update().filter(as_of=day).first()
        return compute_and_store(
            tenant=tenant,
            night=night or Night(as_of=day),
            known_at=known_at,
            restate=restate,
            by=by,
            progress=progress,
        )


def compute_and_store(
    *,
    tenant: Tenant,
    night: Night,
    known_at: datetime | None = None,
    restate: str = "",
    by: User | None = None,
    rule_set: RuleSet | None = None,
    expected: str = "",
    progress: Progress = silent,
) -> NightOutcome:
    """The body of a night, in the tenant's scope and with its turn taken.

    Args:
        rule_set: None: the rules in force.
        expected: the digest that whoever restates was shown; empty: any.

    Raises:
        NightRefused: the night is stored and differs, and no reason to restate it was given; or it
            is not what was expected.
    """
    with _told(tenant, night):
        started_at, started = timezone.now(), perf_counter()
        known_at = known_at or known_now()
        night.zone = night.zone_in(tenant).key
        computed = _compute(tenant, night, known_at, rule_set, progress)
        if expected and computed.digest != expected:
            raise NightRefused(
                _("The night would say something else by now than was compared. Compute it again.")
            )
        progress("storing")
        stored: Stored = "new"
        if night.digest == computed.digest:
            stored = "unchanged"
        elif night.digest and not restate:
            raise NightRefused(
                _(
                    "The night of %(day)s is stored and says something else. "
                    "Give the reason to restate it."
                )
                % {"day": night.as_of}
            )
        elif night.digest:
            stored = "restated"
            night.restated_at, night.restated_because = timezone.now(), restate[:500]
            record(
                "night.restated",
                by=by,
                about=night,
                reason=night.restated_because,
                digest=[night.digest, computed.digest],
                moves=[night.moves_count, len(computed.moves)],
            )
        if stored != "unchanged":
            _store(night, computed, started_at, perf_counter() - started, stored)
        elif night.state != Night.State.DONE:
            Night.objects.filter(pk=night.pk).update(state=Night.State.DONE, claim=None, error="")
        discard()
        seconds = round(perf_counter() - started, 3)
        log.info(
            "night computed",
            night=night.pk,
            stored=stored,
            customers=computed.customers,
            seconds=seconds,
        )
        return NightOutcome(
            tenant=tenant.slug,
            as_of=night.as_of,
            customers=computed.customers,
            scored=computed.scored,
            moves=len(computed.moves),
            seconds=seconds,
            digest=computed.digest,
            refusals=computed.refusals,
            stored=stored,
        )


def known_now() -> datetime:
    """This moment, once every load and every request that is being written has been.

    Loads write under a lock of the tenant and count as known from a moment inside it; so do requests
    that bring usage, which share a lock of their own. So what is known by this moment can all be seen
    by now, and what is written later is known later: the night can be replayed. Loads read a worker's
    clock, requests the database's: the moment is the earlier of the two.
    """
    lock = "(%s + current_setting('app.tenant_id')::bigint)"
    _execute(f"SELECT pg_advisory_lock{lock}", [LOADS])
    try:
        _execute(f"SELECT pg_advisory_lock{lock}", [INGESTION])
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                return min(timezone.now(), cursor.fetchone()[0])
        finally:
            _execute(f"SELECT pg_advisory_unlock{lock}", [INGESTION])
    finally:
        _execute(f"SELECT pg_advisory_unlock{lock}", [LOADS])


def _compute(
    tenant: Tenant,
    night: Night,
    known_at: datetime,
    rule_set: RuleSet | None,
    progress: Progress,
) -> Computed:
    try:
        with transaction.atomic():
            return compute_result(
                tenant=tenant,
                day=night.as_of,
                known_at=known_at,
                zone=night.zone_in(tenant),
                rule_set=rule_set,
                progress=progress,
            )
    except DataError as error:
        if getattr(error.__cause__, "pgcode", None) != OUT_OF_RANGE:
            raise
        raise NightRefused(
            _("A sum is too large to be kept. Look for amounts or counts that cannot be right.")
        ) from error


def _store(
    night: Night, computed: Computed, started_at: datetime, seconds: float, stored: Stored
) -> None:
    zone = night.zone
    if night.pk is None:
        # Somebody may have asked for it while it was computed.
        night = Night.objects.select_for_update().filter(as_of=night.as_of).first() or night
    night.zone = zone
    night.state = Night.State.DONE
    night.claim = None
    night.not_before = None
    night.known_at = computed.known_at
    night.rule_set = computed.rule_set
    night.started_at = started_at
    night.customers = computed.customers
    night.scored = computed.scored
    night.moves_count = len(computed.moves)
    night.digest = computed.digest
    night.refusals = computed.refusals
    night.context = {**computed.result.context.to_json(), "kinds": dict(computed.kinds)}
    night.error = ""
    night.save()
    clock = perf_counter()
    store(night=night, computed=computed)
    evaluate_groups(night=night)
    night.finished_at = timezone.now()
    night.seconds = round(seconds + perf_counter() - clock, 3)
    night.save(update_fields=["finished_at", "seconds"])
    tell_night(night, is_restated=stored == "restated")


def _told(tenant: Tenant, night: Night) -> AbstractContextManager[Any]:
    return structlog.contextvars.bound_contextvars(
        tenant=tenant.slug, as_of=night.as_of.isoformat()
    )


def _execute(sql: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
