"""What a project was to take, what it has taken, and on what. Effort in thousandths of a person-day.

A fixed number of statements, whatever the number of entries; the parts are those of
`compute.delivery`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncWeek

from projects.compute.burn import PlannedSpan
from projects.compute.delivery import THOUSANDTHS
from projects.compute.forecast import Forecast, PlannedWork, forecast, share_done
from projects.models import (
    Baseline,
    BaselineItem,
    ChangeRequest,
    Effort,
    Project,
    Side,
    SowItem,
    Task,
    TaskBaseline,
)

# What an entry counts as: on what was agreed, on nothing in particular, on what a signed change
# request added, on what nobody signed for.
ITEM, NOTHING, SIGNED, UNAPPROVED = "item", "nothing", "signed", "unapproved"


@dataclass
class BurnRow:
    """Effort on one thing. ``baseline``: None where it is not in the baseline; ``changes`` and
    ``items``: what was booked on it, as ids."""

    key: str
    part: str
    title: str
    number: str = ""
    phase: str = ""
    state: str = ""
    baseline: int | None = None
    booked: int = 0
    estimate: int | None = None
    items: set[int] = field(default_factory=set)
    changes: set[int] = field(default_factory=set)

    @property
    def left(self) -> int | None:
        """Of the baseline; negative: more was booked."""
        return None if self.baseline is None else self.baseline - self.booked

    @property
    def condition(self) -> Q:
        """The entries that it sums."""
        on_items = Q(item__in=self.items, change_request__isnull=True)
        if self.part == NOTHING:
            return Q(item__isnull=True, change_request__isnull=True)
        return on_items | Q(change_request__in=self.changes)


@dataclass(frozen=True)
class Burn:
    """A project's effort on a day.

    baseline: the version in force, None without a signed SOW. weeks: Monday → (booked, of it
    unapproved) in that week. spans: planned work of the vendor's tasks, as locked where it was.
    """

    baseline: Baseline | None
    rows: list[BurnRow]
    weeks: dict[date, tuple[int, int]]
    spans: list[PlannedSpan]
    forecast: Forecast

    @property
    def booked(self) -> int:
        return sum(row.booked for row in self.rows)

    @property
    def unapproved(self) -> int:
        return sum(row.booked for row in self.rows if row.part == UNAPPROVED)

    def row(self, key: str) -> BurnRow | None:
        return next((row for row in self.rows if row.key == key), None)

    def condition(self, part: str) -> Q:
        """The entries of one part."""
        found = Q(pk__in=[])
        for row in self.rows:
            if row.part == part:
                found |= row.condition
        return found


def burn_of(project: Project, as_of: date) -> Burn:
    """Facts dated up to a day, as they are known now."""
    baseline = (
        Baseline.objects.filter(sow__project=project)
        .filter(Q(valid_from__isnull=True) | Q(valid_from__lte=as_of))
        .order_by("-version")
        .first()
    )
    efforts = Effort.objects.filter(project=project, worked_on__lte=as_of).order_by()
    booked = {
        (item, change): _thousandths(days)
        for item, change, days in efforts.values_list("item_id", "change_request_id").annotate(
            days=Sum("days")
        )
    }
    rows = _rows(project, baseline, as_of, booked)
    place = _places(rows.values(), booked)
    for pair, effort in booked.items():
        place[pair].booked += effort
    kept = [row for row in rows.values() if row.booked or row.baseline is not None]
    weeks: dict[date, list[int]] = defaultdict(lambda: [0, 0])
    by_week = efforts.annotate(week=TruncWeek("worked_on")).values_list(
        "week", "item_id", "change_request_id"
    )
    for week, item, change, days in by_week.annotate(days=Sum("days")):
        weeks[week][0] += _thousandths(days)
        if place[item, change].part == UNAPPROVED:
            weeks[week][1] += _thousandths(days)
    spans = _spans(project, as_of)
    return Burn(
        baseline,
        kept,
        {week: (whole, part) for week, (whole, part) in sorted(weeks.items())},
        spans,
        _forecast(project, baseline, kept, spans, as_of),
    )


def entries(project: Project, as_of: date, seen: QuerySet) -> QuerySet:
    """The project's entries up to a day of whom a member sees who worked, the latest first."""
    return (
        seen.filter(project=project, worked_on__lte=as_of)
        .select_related("person", "item", "change_request")
        .order_by("-worked_on", "person__name", "pk")
    )


def _rows(
    project: Project,
    baseline: Baseline | None,
    as_of: date,
    booked: dict[tuple[int | None, int | None], int],
) -> dict[str, BurnRow]:
    """Everything that effort can be on, without effort yet."""
    in_force: dict[int, int] = {}
    came_by: dict[int, int] = {}
    if baseline is not None:
        versions = BaselineItem.objects.filter(
            baseline__sow=baseline.sow_id, baseline__version__lte=baseline.version
        ).order_by("baseline__version")
        first_by: dict[int, int | None] = {}
        for item, change, version, days in versions.values_list(
            "item_id", "baseline__change_request_id", "baseline__version", "effort_days"
        ):
            first_by.setdefault(item, change)
            if version == baseline.version:
                in_force[item] = _thousandths(days)
        came_by = {item: change for item, change in first_by.items() if change is not None}
    rows: dict[str, BurnRow] = {}
    for item in SowItem.objects.filter(sow__project=project).order_by("phase", "key"):
        if item.pk in came_by and item.pk in in_force:
            continue
        is_in = item.pk in in_force
        rows[f"item-{item.pk}"] = BurnRow(
            f"item-{item.pk}", ITEM if is_in else UNAPPROVED, item.title, item.key, item.phase,
            baseline=in_force.get(item.pk), items={item.pk},
        )  # fmt: skip
    added_by: dict[int, set[int]] = defaultdict(set)
    for item_id, change_id in came_by.items():
        if item_id in in_force:
            added_by[change_id].add(item_id)
    for change in ChangeRequest.objects.filter(project=project):
        added = added_by.get(change.pk, set())
        is_signed = change.signed_on is not None and change.signed_on <= as_of
        rows[f"change-{change.pk}"] = BurnRow(
            f"change-{change.pk}", SIGNED if is_signed else UNAPPROVED, change.title, change.key,
            state=str(change.get_state_display()), items=added, changes={change.pk},
            baseline=sum(in_force[item] for item in added) if added else None,
            estimate=None if change.effort_days is None else _thousandths(change.effort_days),
        )  # fmt: skip
    if (None, None) in booked:
        rows["nothing"] = BurnRow("nothing", NOTHING, "")
    return rows


def _places(
    rows: Iterable[BurnRow], pairs: Iterable[tuple[int | None, int | None]]
) -> dict[tuple[int | None, int | None], BurnRow]:
    """The row of each item and change request that effort is on: a change request decides."""
    by_item: dict[int | None, BurnRow] = {}
    by_change: dict[int, BurnRow] = {}
    for row in rows:
        by_item.update(dict.fromkeys(row.items, row))
        by_change.update(dict.fromkeys(row.changes, row))
        if row.part == NOTHING:
            by_item[None] = row
    return {
        (item, change): by_item[item] if change is None else by_change[change]
        for item, change in pairs
    }


def _spans(project: Project, as_of: date) -> list[PlannedSpan]:
    """The vendor's tasks: days and effort as locked by the latest version that locked them, else as
    planned."""
    locked: dict[int, tuple[date, date, Decimal]] = {}
    for task, first, last, days in (
        TaskBaseline.objects.filter(baseline__sow__project=project)
        .order_by("baseline__version")
        .values_list("task_id", "starts_on", "ends_on", "effort_days")
    ):
        locked[task] = (first, last, days)
    found = []
    tasks = Task.objects.filter(project=project, side=Side.VENDOR, effort_days__gte=0)
    for pk, first, last, days, finished in tasks.order_by("pk").values_list(
        "pk", "starts_on", "ends_on", "effort_days", "finished_on"
    ):
        agreed = locked.get(pk, (first, last, days))
        is_done = finished is not None and finished <= as_of
        found.append(PlannedSpan(agreed[0], agreed[1], _thousandths(agreed[2]), is_done))
    return [span for span in found if span.effort]


def _forecast(
    project: Project,
    baseline: Baseline | None,
    rows: list[BurnRow],
    spans: list[PlannedSpan],
    as_of: date,
) -> Forecast:
    planned = sum(span.effort for span in spans)
    budget = _thousandths(baseline.effort_days) if baseline else (planned or None)
    left = [row.left for row in rows if row.left is not None]
    return forecast(
        budget=budget,
        booked=sum(row.booked for row in rows),
        unapproved=sum(row.booked for row in rows if row.part == UNAPPROVED) if baseline else 0,
        done=share_done(PlannedWork(span.effort, span.is_done) for span in spans),
        left_of_items=sum(max(0, days) for days in left) if left else None,
        is_accepted=project.accepted_on is not None and project.accepted_on <= as_of,
    )


def _thousandths(days: Decimal) -> int:
    return int(days * THOUSANDTHS)
