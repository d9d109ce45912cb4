"""A handful of plays of the demo are on since a fortnight: what they opened is open, done, put off or
dismissed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from accounts.actions.audit import record
from accounts.letters import without_letters
from accounts.models import Tenant
from accounts.tenancy import tenant_scope
from segmentation.actions.turns import Turn, take_turn
from segmentation.queries.stored import stored_nights
from service.actions.play_runs import run_plays
from service.actions.plays import add_shipped_plays
from service.models import Cta, CtaStep, Play, PlayRun

ON = (
    *("a.low", "a.lost", "a.high", "a.new"),
    *("renewal.90", "renewal.30", "payment.30"),
    *("handover", "dormancy", "silent_key_user", "detractor"),
)
NIGHTS, NIGHTS_A_RUN = 14, 3
# What becomes of work that was opened in good time, by turns; the others are still open.
ENDINGS = ("done", "", "done", "snoozed", "", "dismissed", "done", "")
DISMISSED = ("handled_elsewhere", "not_relevant")
SETTLED_AFTER = 4
AFTERNOON = time(15, 20)


def make_example_plays(tenant: Tenant) -> None:
    """Switch them on and run them over the last nights, once."""
    with without_letters(), tenant_scope(tenant.id):
        add_shipped_plays()
        # Each run looks back over the nights since the one before it.
        days = sorted(stored_nights().values_list("as_of", flat=True)[:NIGHTS:NIGHTS_A_RUN])
        if not days or PlayRun.objects.exists():
            return
        take_turn(Turn.NIGHTS)
        since = _moment(tenant, days[0])
        plays = Play.objects.filter(key__in=ON)
        plays.update(is_on=True, on_from=days[0], switched_at=since)
        for play in plays:
            record("play.switched_on", by=None, about=play)
        for day in days:
            run_plays(
                tenant=tenant,
                run=PlayRun.objects.create(as_of=day),
                now=_moment(tenant, day + timedelta(days=1)),
            )
        _settle(tenant, days[-1])


def _settle(tenant: Tenant, last: date) -> None:
    """Work that was opened days ago was done, dismissed or put off by whoever has it."""
    until = last - timedelta(days=SETTLED_AFTER)
    work = list(
        Cta.objects.filter(state=Cta.State.OPEN, opened_on__lte=until)
        .select_related("owner__membership__user")
        .order_by("opened_on", "pk")
    )
    done: list[int] = []
    for place, cta in enumerate(work):
        ending = ENDINGS[place % len(ENDINGS)]
        if ending == "snoozed":
            cta.snoozed_until = last + timedelta(days=2 + place % 9)
        elif ending:
            member = cta.owner.membership if cta.owner is not None else None
            cta.state = ending
            cta.closed_at = _moment(tenant, cta.opened_on + timedelta(days=2 + place % 3))
            cta.closed_by = member.user if member is not None else None
            if ending == "done":
                done.append(cta.pk)
            else:
                cta.close_reason = DISMISSED[place % len(DISMISSED)]
    Cta.objects.bulk_update(
        work, ["state", "snoozed_until", "closed_at", "closed_by", "close_reason"]
    )
    closed_at = {cta.pk: cta for cta in work}
    steps = list(CtaStep.objects.filter(cta__in=done))
    for step in steps:
        cta = closed_at[step.cta_id]
        step.done_at, step.done_by = cta.closed_at, cta.closed_by
    CtaStep.objects.bulk_update(steps, ["done_at", "done_by"])


def _moment(tenant: Tenant, day: date) -> datetime:
    return datetime.combine(day, AFTERNOON, tenant.zone)
