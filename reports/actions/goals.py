"""Goals: set, changed, closed. Each version that a goal had stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Colleague, Tenant, User
from reports.actions.executive_figures import make_executive_figures, make_executive_sets
from reports.catalogue import figures_of
from reports.compute.documents import ReportKind
from reports.compute.report_periods import ReportPeriod, period_with
from reports.models import KpiGoal, KpiGoalVersion
from reports.queries.goals import missing_months, months_until, values_of
from segmentation.catalogue import Unit

FIELDS = ("baseline", "baseline_on", "target", "change", "due_on", "owner", "note", "state",
          "closed_on")  # fmt: skip
MONTHS_AT_ONCE = 3
MOST_YEARS = 10
# Of the baseline.
MOST_CHANGE = 1000
LARGEST = Decimal(10) ** 13
_PLACES = Decimal(1).scaleb(-10)


@dataclass(frozen=True)
class GoalValues:
    """What a person says of a goal. baseline: None: the figure of that month. Of target and change
    (a fraction of the baseline) one."""

    baseline_on: date
    due_on: date
    baseline: Decimal | None = None
    target: Decimal | None = None
    change: Decimal | None = None
    owner: Colleague | None = None
    note: str = ""


@transaction.atomic
def add_goal(*, tenant: Tenant, key: str, values: GoalValues, by: User | None) -> KpiGoal:
    """
    Raises:
        ValidationError: by field.
    """
    if key not in figures_of(ReportKind.EXECUTIVE):
        raise ValidationError({"key": _("There is no such figure.")})
    goal = KpiGoal(key=key, made_by=by)
    _set(goal, values, tenant)
    goal.save()
    record("kpi_goal.added", by=by, about=goal, **_told(goal))
    return goal


@transaction.atomic
def change_goal(
    *, tenant: Tenant, goal: KpiGoal, values: GoalValues, seen: int, by: User | None
) -> KpiGoal:
    """
    Args:
        seen: the version that the person had before them.

    Raises:
        ValidationError: by field; changed meanwhile; closed.
    """
    current = _locked(goal, seen)
    if current.state != KpiGoal.State.OPEN:
        raise ValidationError(_("The goal is closed; open it again to change it."))
    return _changed(current, lambda: _set(current, values, tenant), "kpi_goal.changed", by)


@transaction.atomic
def close_goal(*, tenant: Tenant, goal: KpiGoal, state: str, seen: int, by: User | None) -> KpiGoal:
    """Say how it ended, or, with the state ``open``, that it goes on.

    Raises:
        ValidationError: no such state; changed meanwhile.
    """
    if state not in KpiGoal.State.values:
        raise ValidationError({"state": _("Choose how it ended.")})
    current = _locked(goal, seen)

    def close() -> None:
        current.state = KpiGoal.State(state)
        is_open = current.state == KpiGoal.State.OPEN
        current.closed_on = None if is_open else tenant.local_date(timezone.now())

    verb = "kpi_goal.reopened" if state == KpiGoal.State.OPEN else "kpi_goal.closed"
    return _changed(current, close, verb, by)


def fill_goal_months(*, tenant: Tenant, now: datetime, most: int | None = MONTHS_AT_ONCE) -> int:
    """Make the figures of months that open goals are read against and that nobody made yet, some at
    once, the latest first; in the tenant's scope. Returns how many."""
    wanted = months_lacking(tenant=tenant, now=now)[::-1][:most]
    if wanted:
        make_executive_sets(periods=wanted, known_at=now)
    return len(wanted)


def months_lacking(*, tenant: Tenant, now: datetime) -> list[ReportPeriod]:
    """The months that open goals are read against whose figures nobody made; at most two statements."""
    open_ones = KpiGoal.objects.filter(state=KpiGoal.State.OPEN)
    goals = list(open_ones.values_list("key", "baseline_on"))
    if not goals:
        return []
    last = period_with(tenant.local_date(now), quarter=False).before
    keys = sorted({key for key, _day in goals})
    return missing_months(keys, months_until(last, min(day for _key, day in goals)))


def _set(goal: KpiGoal, values: GoalValues, tenant: Tenant) -> None:
    faults: dict[str, str] = {}
    month = period_with(values.baseline_on, quarter=False)
    today = tenant.local_date(timezone.now())
    if month.last >= today:
        faults["baseline_on"] = _("A goal begins at the end of a month that is over.")
    if values.due_on <= max(today, month.last):
        faults["due_on"] = _("The due day must be to come.")
    elif values.due_on.year - month.last.year > MOST_YEARS:
        faults["due_on"] = _("That is too far away.")
    if (values.target is None) == (values.change is None):
        faults["target"] = _("Give either the target or the change of the baseline.")
    if values.change is not None and abs(values.change) > MOST_CHANGE:
        faults["change"] = _("This is more than can be kept.")
    if values.baseline is not None and abs(values.baseline) >= LARGEST:
        faults["baseline"] = _("This is more than can be kept.")
    if faults:
        raise ValidationError(faults)
    baseline = values.baseline
    if baseline is None:
        baseline = _figure_of(goal.key, month.last)
    target = values.target
    if values.change is not None:
        target = (baseline * (1 + values.change)).quantize(_PLACES)
    assert target is not None
    _check(goal.key, baseline, target, by_change=values.change is not None)
    goal.baseline, goal.baseline_on, goal.target = baseline, month.last, target
    goal.change, goal.due_on = values.change, values.due_on
    goal.owner, goal.note = values.owner, values.note.strip()


def _check(key: str, baseline: Decimal, target: Decimal, *, by_change: bool) -> None:
    named = "change" if by_change else "target"
    if baseline == target:
        raise ValidationError({named: _("The target must be another value than the baseline.")})
    unit = figures_of(ReportKind.EXECUTIVE)[key].unit
    for field, value in (("baseline", baseline), (named, target)):
        if unit != Unit.POINTS and value < 0:
            raise ValidationError({field: _("This figure is never below zero.")})
        if abs(value) >= LARGEST:
            raise ValidationError({field: _("This is more than can be kept.")})


def _figure_of(key: str, last: date) -> Decimal:
    """The figure of a month, which is made where nobody made it yet."""
    period = period_with(last, quarter=False)
    (found,) = values_of(key, [period])
    value = found.value
    if value is None and not found.reason:
        made = make_executive_figures(period=period, known_at=timezone.now()).value(key)
        value = None if isinstance(made, date) else made
    if value is None:
        raise ValidationError(
            {"baseline": _("This month has no such figure; give the value to start from.")}
        )
    return Decimal(value).quantize(_PLACES)


def _locked(goal: KpiGoal, seen: int) -> KpiGoal:
    current: KpiGoal = KpiGoal.objects.select_for_update().get(pk=goal.pk)
    if current.version != seen:
        raise ValidationError(_("Somebody else changed this meanwhile; nothing was saved."))
    return current


def _changed(goal: KpiGoal, change: Any, verb: str, by: User | None) -> KpiGoal:
    before, held = _told(goal), _held(goal)
    change()
    after = _told(goal)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return goal
    KpiGoalVersion.objects.create(goal=goal, version=goal.version, held=held, changed_by=by)
    goal.version += 1
    goal.save()
    record(
        verb, by=by, about=goal,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )  # fmt: skip
    return goal


def _held(goal: KpiGoal) -> dict[str, Any]:
    """Its fields as they are kept of a version."""
    found: dict[str, Any] = {}
    for name in FIELDS:
        value = goal.owner_id if name == "owner" else getattr(goal, name)
        found[name] = value.isoformat() if isinstance(value, date) else value
    return found


def _told(goal: KpiGoal) -> Mapping[str, Any]:
    """As the audit records it."""
    found = {name: str(value) for name, value in _held(goal).items() if value not in (None, "")}
    found["owner"] = goal.owner.name if goal.owner else ""
    return {"figure": goal.key, **{name: found.get(name, "") for name in FIELDS}}
