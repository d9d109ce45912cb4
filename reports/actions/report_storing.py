"""Storing reports that were composed, each once whoever composed it meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from reports.actions.report_changes import touched_since
from reports.compute.documents import ReportKind
from reports.models import Report
from segmentation.actions.turns import Turn, take_turn


@dataclass(frozen=True)
class Made:
    """One report, and whether it is new, made anew, or as it was: ``made``, ``refreshed``, ``kept``."""

    report: Report
    what: str


@dataclass
class Batch:
    """What became of some customers; ``failed``: customer id (None: the tenant) → why, in the kind
    and place of the fault."""

    made: list[Made] = field(default_factory=list)
    failed: dict[int | None, str] = field(default_factory=dict)

    def count(self, what: str) -> int:
        return sum(one.what == what for one in self.made)

    def add(self, other: Batch) -> None:
        self.made += other.made
        self.failed |= other.failed


def present(
    kind: str, period: str, customers: Sequence[int | None]
) -> dict[tuple[int | None, str], Report]:
    """The latest version of each report of a period, by customer and language, without what they say."""
    found = _latest_versions(kind, period, customers).defer("document", "texts")
    return {(one.customer_id, one.language): one for one in found}


def store(found: Batch, kind: str, period: str, customers: Sequence[int | None]) -> Batch:
    """Store what was composed, in the caller's transaction; until that ends nobody else stores. Two who
    store reports come one after the other, so that none is stored twice."""
    take_turn(Turn.REPORTS)
    there = present(kind, period, customers) if found.count("made") else {}
    changed = [one.report for one in found.made if one.what == "refreshed"]
    stays = touched_since({one.pk: one.revision - 1 for one in changed})
    for number, one in enumerate(found.made):
        key = (one.report.customer_id, one.report.language)
        if one.what == "made" and key in there:
            # Somebody made it while this one was composed.
            found.made[number] = Made(there[key], "kept")
        elif one.what == "refreshed" and one.report.pk in stays:
            found.made[number] = Made(one.report, "kept")
    Report.objects.bulk_create([one.report for one in found.made if one.what == "made"])
    Report.objects.bulk_update(
        [one for one in changed if one.pk not in stays],
        ["document", "document_hash", "figure_set", "revision", "made_at"],
    )
    return found


def _latest_versions(kind: str, period: str, customers: Sequence[int | None]) -> QuerySet[Report]:
    found: QuerySet[Report] = Report.objects.filter(kind=kind, period=period)
    if kind == ReportKind.CUSTOMER:
        found = found.filter(customer__in=[pk for pk in customers if pk is not None])
    return found.order_by("customer", "language", "-version").distinct("customer", "language")
