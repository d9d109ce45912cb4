"""Nights computed again: what was asked for, who differs, and what was restated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Func, IntegerField, Q, QuerySet

from accounts.models import AuditRecord
from segmentation.models import Night, Replay, ReplayDifference
from segmentation.queries.scopes import Scope
from segmentation.queries.stored import stored_nights

SHOWN = 6


def replays_of(night: Night) -> list[Replay]:
    """The latest, newest first."""
    found = Replay.objects.filter(night=night).select_related("asked_by", "rule_set")
    return list(found.order_by("-pk")[:SHOWN])


def differences_of(replay: Replay, scope: Scope) -> QuerySet[ReplayDifference]:
    """Of the customers of the scope; those taken away since are shown to whoever sees everybody."""
    rows: QuerySet[ReplayDifference] = ReplayDifference.objects.filter(replay=replay)
    rows = scope.narrow(rows)
    return rows.select_related("customer").annotate(much=PartsCount())


class PartsCount(Func):
    """How many parts of a customer differ."""

    template = "cardinality(parts)"
    arity = 0
    output_field = IntegerField()


@dataclass(frozen=True)
class Counted:
    """How many customers have a word, e.g. a reason."""

    key: str
    customers: int


def counted(rows: QuerySet[ReplayDifference], column: str, keys: Sequence[str]) -> list[Counted]:
    """Customers per word of an array column, in the order of ``keys``; one statement."""
    found: dict[str, int] = {}
    grouped = rows.order_by().values(column).annotate(number=Count("pk"))
    for row in grouped:
        for key in row[column]:
            found[key] = found.get(key, 0) + row["number"]
    return [Counted(key, found[key]) for key in keys if key in found]


@dataclass(frozen=True)
class LateData:
    """How many customers differ by late data: by facts ``own`` to them, which they are themselves
    where the stored night lacks them, or only by those of ``others``."""

    own: int
    others: int


def late_data(rows: QuerySet[ReplayDifference]) -> LateData:
    """One statement."""
    late = rows.filter(reasons__contains=["late_data"])
    own = Q(presence=ReplayDifference.Presence.ADDED) | Q(late_facts__len__gt=0)
    found = late.order_by().aggregate(own=Count("pk", filter=own), every=Count("pk"))
    return LateData(found["own"], found["every"] - found["own"])


@dataclass(frozen=True)
class Restatement:
    """``digests``: before and after; ``replay``: by which it was restated, if by one: it keeps what
    the night said before."""

    record: AuditRecord
    replay: Replay | None

    @property
    def reason(self) -> str:
        return str(self.record.data.get("reason", ""))

    @property
    def digests(self) -> list[str]:
        return [str(one) for one in self.record.data.get("digest", ["", ""])]


def restatements_of(night: Night) -> list[Restatement]:
    """Every time that the night was made to say something else, latest first. Two statements."""
    if night.restated_at is None:
        return []
    records = AuditRecord.objects.filter(
        verb="night.restated", object_type=Night._meta.label_lower, object_id=night.pk
    ).order_by("-at")
    replays = {
        (replay.stored_digest, replay.digest): replay
        for replay in Replay.objects.filter(night=night, restated_at__isnull=False)
    }
    return [
        Restatement(one, replays.get(tuple(one.data.get("digest", ()))))  # type: ignore[call-overload]
        for one in records
    ]


def following_night(night: Night) -> Night | None:
    """The next stored night."""
    return stored_nights().filter(as_of__gt=night.as_of).order_by("as_of").first()


def latest_alarm(night: Night) -> Replay | None:
    """The last replay as known then, when it said something else than is stored now."""
    last: Any = (
        Replay.objects.filter(night=night, facts=Replay.Facts.THEN, stored_digest=night.digest)
        .exclude(digest="")
        .order_by("-pk")
        .first()
    )
    return last if last is not None and last.is_alarm else None
