"""How the customers of a scope spread over tiers, stages and segments, now and before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.db.models import Count, DecimalField, F, FilteredRelation, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf

from segmentation.models import MeasureRow, Night
from segmentation.queries.portfolio import SEGMENTS, WORDS, held_on, portfolio
from segmentation.queries.remembered import of_night
from segmentation.queries.scopes import Scope
from segmentation.queries.stored import is_month_end

Kind = Literal["tier", "tier_a", "tier_b", "tier_c", "stage", "eleven", "class8"]
TierColumn = Literal["tier", "tier_a", "tier_b", "tier_c"]
NONE = ""


@dataclass(frozen=True)
class Share:
    """Customers with one word (a tier, stage or segment; empty: none) and their ARR, None when it is
    not known of anybody that night."""

    key: str
    customers: int
    arr: Decimal | None


@dataclass(frozen=True)
class Spread:
    """Per word (tier, stage, eleven, class8) the shares that have customers, largest first.

    ``arr`` is None when it is not known of anybody: the tenant has no contracts, or the measures of
    the night are not kept. ``reasons``: why customers have no tier, as the night put it, with their
    number.
    """

    customers: int
    arr: Decimal | None
    by: dict[str, list[Share]]
    reasons: list[tuple[str, int]]

    def share(self, word: str, key: str) -> Share:
        """The share of one key, zero when nobody has it."""
        nothing = None if self.arr is None else Decimal(0)
        return next((one for one in self.by[word] if one.key == key), Share(key, 0, nothing))


def spread(rows: QuerySet[Any], scope: Scope, night: Night, tier: TierColumn = "tier") -> Spread:
    """Over the rows of ``queries.portfolio.portfolio``; two statements. ``tier``: the column of the
    scheme whose tiers are counted."""
    if scope.is_whole:
        return of_night(f"shares-{tier}", night, lambda: _spread(rows, tier))
    return _spread(rows, tier)


def _spread(rows: QuerySet[Any], tier: TierColumn) -> Spread:
    # One scan for all words: their combinations are few.
    columns = {word: tier if word == "tier" else word for word in WORDS}
    combinations = (
        rows.order_by().values(*columns.values()).annotate(number=Count("pk"), money=Sum("arr"))
    )
    counted: dict[str, dict[str, tuple[int, Decimal]]] = {word: {} for word in WORDS}
    customers, arr, is_known = 0, Decimal(0), False
    for row in combinations:
        is_known = is_known or row["money"] is not None
        money = row["money"] or Decimal(0)
        customers += row["number"]
        arr += money
        for word, column in columns.items():
            number, before = counted[word].get(row[column], (0, Decimal(0)))
            counted[word][row[column]] = (number + row["number"], before + money)
    return Spread(
        customers=customers,
        arr=arr if is_known else None,
        by={
            word: sorted(
                (
                    Share(key, number, money if is_known else None)
                    for key, (number, money) in shares.items()
                ),
                key=lambda share: (-share.customers, share.key),
            )
            for word, shares in counted.items()
        },
        reasons=_reasons(rows, tier),
    )


def _reasons(rows: QuerySet[Any], tier: TierColumn) -> list[tuple[str, int]]:
    """Why customers have no tier. Of the scheme picked as the night put it; of another, whose
    reasons are not kept, by the stage: the stage has none, or something is not known."""
    found: dict[str, int] = defaultdict(int)
    word = "standing__reason" if tier == "tier" else "stage"
    without = rows.filter(**{tier: NONE}).order_by().values(word).annotate(number=Count("pk"))
    for row in without:
        if tier == "tier":
            # What follows says which scores are missing, not why there is no tier.
            found[(row[word] or "").partition(";")[0]] += row["number"]
        else:
            code = {"potential": "prospect", "churned": "no_tier_in_stage=churned"}
            found[code.get(row[word], "unknown")] += row["number"]
    return sorted(found.items(), key=lambda reason: (-reason[1], reason[0]))


@dataclass(frozen=True)
class History:
    """Per day (oldest first) and key: customers and their ARR. Missing keys had nobody."""

    days: list[date]
    customers: dict[tuple[date, str], int] = field(default_factory=dict)
    arr: dict[tuple[date, str], Decimal] = field(default_factory=dict)

    @property
    def keys(self) -> set[str]:
        return {key for _day, key in self.customers}


def history(scope: Scope, night: Night, days: Sequence[date], kind: Kind = "tier") -> History:
    """The spread at these days, whose measures are kept; one statement. Of a customer group each
    day counts who was in it then."""
    if scope.is_whole:
        return of_night(f"history-{kind}", night, lambda: _history(scope, days, kind))
    return _history(scope, days, kind)


def _history(scope: Scope, days: Sequence[date], kind: Kind) -> History:
    rows = scope.narrow_nights(MeasureRow.objects.filter(as_of__in=list(days)))
    found = History(sorted(days))
    grouped = rows.order_by().values("as_of", kind).annotate(number=Count("pk"), money=Sum("arr"))
    for row in grouped:
        found.customers[row["as_of"], row[kind]] = row["number"]
        found.arr[row["as_of"], row[kind]] = row["money"] or Decimal(0)
    return found


def kept_days(nights: Iterable[Night], *, months: int) -> list[date]:
    """Of stored nights, latest first, the latest and the month-ends of so many months before it:
    the days whose measures are kept. Oldest first."""
    days = [night.as_of for night in nights]
    if not days:
        return []
    latest = days[0]
    first = latest.year * 12 + latest.month - 1 - months
    ends = {day for day in days if is_month_end(day) and day.year * 12 + day.month - 1 >= first}
    return sorted(ends | {latest})


@dataclass(frozen=True)
class Flow:
    """Customers that stood at ``old`` on one day and at ``new`` on a later one.

    ``arr``: what they paid a year on the first day, of those who had none then on the second; None
    when the measures of neither are kept.
    """

    old: str
    new: str
    customers: int
    arr: Decimal | None


def flows(scope: Scope, start: Night, end: Night, kind: Kind, *, latest: Night) -> list[Flow]:
    """From where to where the customers of ``end`` went since ``start``; one statement.

    A customer that ``start`` did not know went nowhere: only those whom both nights knew count.
    """

    def compute() -> list[Flow]:
        return _flows(scope, start, end, kind, is_latest=end == latest)

    if scope.is_whole:
        return of_night(f"went-{kind}-{start.as_of}-{start.digest[:16]}", end, compute)
    return compute()


def _flows(scope: Scope, start: Night, end: Night, kind: Kind, *, is_latest: bool) -> list[Flow]:
    said, on_start = "customer__assignments", held_on(start.as_of, "customer__assignments__")
    if kind in SEGMENTS:
        said, on_start = "customer__scored", Q(customer__scored__as_of=start.as_of)
    rows = portfolio(scope, end, is_latest=is_latest).annotate(
        held=FilteredRelation(said, condition=on_start),
        measured_before=FilteredRelation(
            "customer__measure_rows", condition=Q(customer__measure_rows__as_of=start.as_of)
        ),
    )
    nothing = Value(Decimal(0), output_field=DecimalField(max_digits=20, decimal_places=4))
    grouped = (
        rows.filter(held__customer__isnull=False)
        .order_by()
        .annotate(old=F(f"held__{kind}"))
        .values("old", kind)
        .annotate(
            number=Count("pk"),
            money=Sum(Coalesce(NullIf(F("measured_before__arr"), nothing), F("arr"))),
        )
    )
    return [
        Flow(row["old"], row[kind], row["number"], row["money"])
        for row in grouped.order_by("old", kind)
    ]
