"""Does tiering work? What became of the customers of each tier, over time and around a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from accounts.models import AuditRecord
from segmentation.compute.effects import Difference, Measure, difference
from segmentation.compute.months import last_day_of, month_number
from segmentation.frames.outcomes import Outcome, outcomes
from segmentation.models import Night, RuleSet
from segmentation.queries.retention_figures import remembered_for
from segmentation.queries.scopes import Scope
from segmentation.queries.stored import is_month_end

RULES, STRATEGY = "rules", "strategy"
CHANGES_OFFERED = 30
MONTHS_SHOWN = 18


@dataclass(frozen=True)
class Change:
    """A rule version published, or strategies edited, on a day where the tenant is.

    `version`: of the rules; `labels`: the strategies, as "a.high".
    """

    kind: str
    on: date
    version: int = 0
    note: str = ""
    labels: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.version}" if self.version else f"{self.kind}-{self.on}"


@dataclass(frozen=True)
class Compared:
    """One tier before and after a change; a side that has nobody is None."""

    tier: str
    before: Outcome | None
    after: Outcome | None

    def difference(self, measure: Measure) -> Difference | None:
        if self.before is None or self.after is None:
            return None
        return difference(self.before.figure(measure), self.after.figure(measure))


def pairs_of(days: Sequence[date], months: int) -> list[tuple[date, date]]:
    """Of month-ends whose measures are kept, those that have another so many months later."""
    kept = {day for day in days if is_month_end(day)}
    pairs = [(day, last_day_of(month_number(day) + months)) for day in sorted(kept)]
    return [pair for pair in pairs if pair[1] in kept]


def effects_of(
    scope: Scope, night: Night, scheme: str, pairs: Sequence[tuple[date, date]]
) -> list[Outcome]:
    """Per pair and tier; one statement, remembered for the whole tenant until a night says otherwise.

    Of a customer group those who were in it on the first day of each pair.
    """
    pairs = pairs[-MONTHS_SHOWN:]
    name = f"effects-{scheme}-" + "-".join(f"{start}.{end}" for start, end in pairs)

    def compute() -> list[Outcome]:
        return _outcomes(scope, scheme, pairs)

    return remembered_for(scope, night, name, compute)


def _outcomes(scope: Scope, scheme: str, pairs: Sequence[tuple[date, date]]) -> list[Outcome]:
    reach = scope.within(None)
    ids = None if reach.is_whole else reach.ids
    return outcomes(scheme, pairs, ids, scope.group_id)


def changes_of(zone: ZoneInfo) -> list[Change]:
    """Rule versions after the first, and days on which strategies were edited; latest first."""
    published = RuleSet.objects.filter(version__gt=1).order_by("-version")
    found = [
        Change(RULES, one.published_at.astimezone(zone).date(), one.version, one.note)
        for one in published.only("version", "published_at", "note")[:CHANGES_OFFERED]
    ]
    edited: dict[date, list[str]] = {}
    records = AuditRecord.objects.filter(verb="strategy.changed").order_by("-at")
    for at, label in records.values_list("at", "object_label")[:200]:
        labels = edited.setdefault(at.astimezone(zone).date(), [])
        if label not in labels:
            labels.append(label)
    found += [Change(STRATEGY, day, labels=tuple(labels)) for day, labels in edited.items()]
    return sorted(found, key=lambda change: (change.on, change.version), reverse=True)[
        :CHANGES_OFFERED
    ]


def around(
    change: Change, pairs: Sequence[tuple[date, date]]
) -> tuple[tuple[date, date] | None, tuple[date, date] | None]:
    """The last pair that ended by the day of the change, and the first that began on it or later."""
    before = [pair for pair in pairs if pair[1] <= change.on]
    after = [pair for pair in pairs if pair[0] >= change.on]
    return (before[-1] if before else None), (after[0] if after else None)


def compare_around(
    scope: Scope,
    scheme: str,
    before: tuple[date, date],
    after: tuple[date, date],
) -> list[Compared]:
    """Every tier that has customers on either side; one statement. Of a customer group those who were
    in it on the first day of each side."""
    found = _outcomes(scope, scheme, [before, after])
    old = {one.tier: one for one in found if one.start == before[0]}
    new = {one.tier: one for one in found if one.start == after[0]}
    return [Compared(tier, old.get(tier), new.get(tier)) for tier in sorted({*old, *new})]
