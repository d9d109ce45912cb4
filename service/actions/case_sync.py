"""The row of work that every case has, made from the fact: of cases that files bring, or change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.models import Case, Responsibility, Tenant
from accounts.tenancy import current_tenant_id, tenant_scope
from segmentation.models import Assignment
from service.compute.case_clocks import measured, run_out, wound
from service.compute.case_rules import suggest_priority
from service.models import CaseWork
from service.queries.case_rules import Promises, clock_of, keep_clock, promises, tiers_of

AT_ONCE = 2000
# Of one sweep, of each kind.
MOST_PARTS = 10
# A load becomes visible when it ends and says when it began.
LONGEST_LOAD = timedelta(hours=6)
State = CaseWork.State


def sync_cases(tenant: Tenant, *, now: datetime | None = None) -> int:
    """Make rows for cases that have none, and set right those whose fact is another since. Returns how
    many rows were written.

    Looks at what became known since it looked last; that it forgets when (the cache alone knows)
    costs one look at everything. Each part is a transaction: what was done stays done.
    """
    moment = now or timezone.now()
    key = f"cases-synced:{tenant.pk}"
    last = cache.get(key)
    since = last - LONGEST_LOAD if last is not None else None
    written = 0
    for part in (_make_missing, _set_right):
        for _number in range(MOST_PARTS):
            with tenant_scope(tenant.pk):
                done = part(tenant, since, moment)
            written += done
            if done < AT_ONCE:
                break
        else:
            # The rest of a large file is the next sweep's: other tenants wait too.
            return written
    cache.set(key, moment, timeout=int(timedelta(hours=12).total_seconds()))
    return written


def sync_loaded(*, since: datetime) -> int:
    """Rows of the cases that became known since a moment, in the open transaction: what a load writes
    is measured when it can be seen. Of a file with more than MOST_PARTS × AT_ONCE of them the rest is
    the sweep's, so that nobody waits long for the load. Returns how many rows were written."""
    tenant = Tenant.objects.get(pk=current_tenant_id())
    now, written = timezone.now(), 0
    for part in (_make_missing, _set_right):
        for _number in range(MOST_PARTS):
            done = part(tenant, since, now)
            written += done
            if done < AT_ONCE:
                break
    return written


def _make_missing(tenant: Tenant, since: datetime | None, now: datetime) -> int:
    found = Case.objects.filter(~Exists(CaseWork.objects.filter(case=OuterRef("pk"))))
    if since is not None:
        found = found.filter(known_from__gte=since)
    cases = list(found.select_related("customer").order_by("pk")[:AT_ONCE])
    if not cases:
        return 0
    customers = {case.customer_id for case in cases}
    rules, tiers, faces = promises(tenant), tiers_of(customers), _faces(customers)
    rows = [
        CaseWork(
            case=case, customer_id=case.customer_id, tier=tiers.get(case.customer_id, ""),
            owner_id=case.colleague_id or faces.get(case.customer_id), started_at=case.opened_at,
            fact_from=case.known_from, made_at=now, changed_at=now,
        )
        for case in cases
    ]  # fmt: skip
    for row, case in zip(rows, cases, strict=True):
        _measure(row, case, rules, now)
    # Two at once: the second finds the first one's.
    CaseWork.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)


def _set_right(tenant: Tenant, since: datetime | None, now: datetime) -> int:
    """Rows whose fact a file changed. What our own verbs change they note themselves."""
    found = CaseWork.objects.exclude(fact_from=F("case__known_from"))
    if since is not None:
        found = found.filter(case__known_from__gte=since)
    rows = list(
        found.select_for_update(of=("self",)).select_related("case").order_by("pk")[:AT_ONCE]
    )
    if not rows:
        return 0
    rules = promises(tenant)
    for row in rows:
        case = row.case
        if case.colleague_id:
            row.owner_id = case.colleague_id
        priority = case.priority or suggest_priority(case.kind, row.tier)
        # A case keeps the moments it was given, unless the file says another opening or priority.
        is_other = priority != row.priority or (
            row.number == 1 and row.started_at != case.opened_at
        )
        _measure(row, case, rules, now, winds=is_other)
        row.fact_from, row.version, row.changed_at = case.known_from, row.version + 1, now
    CaseWork.objects.bulk_update(
        rows,
        [
            "owner", "started_at", "state", "priority", "fact_from", "version", "changed_at",
            "response_minutes", "resolution_minutes", "response_due_at", "resolution_due_at",
            "responded_at", "solved_at", "waited_seconds", "waiting_since", "due_at",
            "response_breached_at", "resolution_breached_at", "rules_version",
        ],
        batch_size=500,
    )  # fmt: skip
    return len(rows)


def _measure(
    row: CaseWork, case: Case, rules: Promises, now: datetime, *, winds: bool = True
) -> None:
    """State, priority and clock of a row as its fact has them. ``winds``: its due moments are counted
    by what is promised now."""
    row.priority = case.priority or suggest_priority(case.kind, row.tier)
    is_done = case.closed_at is not None and case.closed_at <= now
    clock = replace(
        clock_of(row),
        solved_at=case.closed_at if is_done else None,
        waiting_since=None if is_done else row.waiting_since,
    )
    if row.number == 1:
        clock = replace(clock, started_at=case.opened_at, responded_at=case.first_response_at)
    if winds:
        target = rules.target(row.tier, row.priority)
        clock = measured(clock, target, rules.hours, now=now)
        row.rules_version = rules.promise.version
    keep_clock(row, run_out(clock, now))
    if is_done:
        row.state = row.state if row.state == State.SOLVED else State.CLOSED
    elif row.state in (State.SOLVED, State.CLOSED):
        row.state = State.OPEN if row.number == 1 else State.REOPENED


def follow_tiers(tenant: Tenant, *, now: datetime) -> int:
    """Set the clocks of open cases of customers whose tier is another since. Returns how many."""
    tier = Assignment.objects.filter(customer=OuterRef("customer_id"), valid_to=None)
    found = (
        CaseWork.objects.filter(state__in=CaseWork.UNDONE)
        .filter(Exists(tier.exclude(tier=OuterRef("tier"))))
        .select_for_update(of=("self",))
        .order_by("pk")[:AT_ONCE]
    )
    rows = list(found)
    if not rows:
        return 0
    rules, tiers = promises(tenant), tiers_of({row.customer_id for row in rows})
    for row in rows:
        row.tier = tiers.get(row.customer_id, "")
        clock = run_out(clock_of(row), now)
        keep_clock(row, wound(clock, rules.target(row.tier, row.priority), rules.hours, now=now))
        row.rules_version, row.version = rules.promise.version, row.version + 1
    CaseWork.objects.bulk_update(
        rows,
        [
            "tier", "response_minutes", "resolution_minutes", "response_due_at",
            "resolution_due_at", "response_breached_at", "resolution_breached_at", "due_at",
            "rules_version", "version",
        ],
        batch_size=500,
    )  # fmt: skip
    return len(rows)


def _faces(customers: set[int]) -> dict[int, int]:
    found = Responsibility.objects.filter(
        Q(customer__in=customers), to_on=None, colleague__isnull=False
    )
    return dict(found.values_list("customer_id", "colleague_id"))
