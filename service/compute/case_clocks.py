"""When a case has to be answered and solved, and whether that was kept. Pure: moments come in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from accounts.compute.working_hours import WorkingHours
from service.compute.case_rules import Target


@dataclass(frozen=True)
class Clock:
    """The clock of one opening of a case.

    Minutes and waited are working time; ``waiting_since``: the customer is waited for now. A breach
    is the due moment that passed; once there it stays.
    """

    started_at: datetime
    response_minutes: int | None = None
    resolution_minutes: int | None = None
    response_due_at: datetime | None = None
    resolution_due_at: datetime | None = None
    responded_at: datetime | None = None
    solved_at: datetime | None = None
    waiting_since: datetime | None = None
    waited: timedelta = timedelta(0)
    response_breached_at: datetime | None = None
    resolution_breached_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """What runs out next, or ran out first; None while nothing runs."""
        if self.solved_at is not None or self.waiting_since is not None:
            return None
        moments = (None if self.responded_at else self.response_due_at, self.resolution_due_at)
        return min((moment for moment in moments if moment is not None), default=None)


def wound(clock: Clock, target: Target, hours: WorkingHours, *, now: datetime | None) -> Clock:
    """The clock with the due moments of a target.

    They are counted from the start. One that would lie in the past that way, although the old one
    had not passed at ``now``, is counted from ``now`` instead, and no later than the old one: nobody
    makes a breach by calling something more urgent. ``now`` None: the clock is wound for the first
    time. What is answered, solved or breached keeps its moment.
    """
    response, resolution = target
    found = replace(clock, response_minutes=response, resolution_minutes=resolution)
    if clock.responded_at is None and clock.response_breached_at is None:
        due = _due(clock.response_due_at, clock.started_at, response, timedelta(0), hours, now)
        found = replace(found, response_due_at=due)
    if clock.solved_at is None and clock.resolution_breached_at is None:
        due = _due(clock.resolution_due_at, clock.started_at, resolution, clock.waited, hours, now)
        found = replace(found, resolution_due_at=due)
    return found


def measured(clock: Clock, target: Target, hours: WorkingHours, *, now: datetime) -> Clock:
    """The clock of a case that came with its moments: wound, and its breaches seen."""
    bare = replace(clock, responded_at=None, solved_at=None)
    due = wound(bare, target, hours, now=None)
    found = replace(due, responded_at=clock.responded_at, solved_at=clock.solved_at)
    return run_out(found, now)


def run_out(clock: Clock, now: datetime) -> Clock:
    """The clock with the breaches that there are by a moment."""
    found = clock
    answered = clock.responded_at or now
    if (
        clock.response_breached_at is None
        and clock.response_due_at is not None
        and clock.response_due_at < answered
    ):
        found = replace(found, response_breached_at=clock.response_due_at)
    # While the customer is waited for the second one stands still.
    solved = clock.solved_at or clock.waiting_since or now
    if (
        clock.resolution_breached_at is None
        and clock.resolution_due_at is not None
        and clock.resolution_due_at < solved
    ):
        found = replace(found, resolution_breached_at=clock.resolution_due_at)
    return found


def answered(clock: Clock, now: datetime) -> Clock:
    """After the first words to the customer; later words change nothing."""
    if clock.responded_at is not None:
        return clock
    return run_out(replace(clock, responded_at=now), now)


def paused(clock: Clock, now: datetime) -> Clock:
    """While the customer is waited for."""
    if clock.waiting_since is not None:
        return clock
    return replace(run_out(clock, now), waiting_since=now)


def resumed(clock: Clock, hours: WorkingHours, now: datetime) -> Clock:
    """After the customer was waited for: what was waited is added to the time to solve it."""
    if clock.waiting_since is None:
        return clock
    more = hours.between(clock.waiting_since, now)
    found = replace(clock, waiting_since=None, waited=clock.waited + more)
    if clock.resolution_due_at is None or clock.resolution_breached_at is not None:
        return found
    # By as much later as was waited, from where it stands: a due moment that was set by a change of
    # priority is not counted from the start again.
    return replace(found, resolution_due_at=hours.add(clock.resolution_due_at, more))


def solved(clock: Clock, hours: WorkingHours, now: datetime) -> Clock:
    """Done; a clock that stood still while the customer was waited for is set first."""
    return run_out(replace(resumed(clock, hours, now), solved_at=now), now)


def _due(
    old: datetime | None,
    start: datetime,
    minutes: int | None,
    waited: timedelta,
    hours: WorkingHours,
    now: datetime | None,
) -> datetime | None:
    if minutes is None:
        return None
    target = timedelta(minutes=minutes)
    due = hours.add(start, target + waited)
    if now is None or due > now or (old is not None and old <= now):
        return due
    again = hours.add(now, target)
    return again if old is None else min(old, again)
