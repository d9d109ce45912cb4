"""Renewals as lists and forecasts show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    DecimalField,
    F,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce, RowNumber, TruncQuarter

from segmentation.compute.renewal_terms import RENEWED_WITHIN_DAYS
from segmentation.queries.scopes import Scope
from service.compute.renewal_risk import LIKELY_FROM, UNLIKELY_BELOW
from service.models import Renewal, RenewalStage
from service.queries.renewal_states import CHURNED, KEPT, OPEN, with_states

AT_RISK_BELOW = 50
QUARTERS_BACK, QUARTERS_AHEAD = 4, 4

_MONEY = DecimalField(max_digits=20, decimal_places=4)
# What the manager expects, else the system: percent, and ARR.
PERCENT = Coalesce(F("percent"), F("likelihood"))
EXPECTED = Coalesce(F("amount"), F("arr"))


@dataclass(frozen=True)
class Forecast:
    """The renewals due in a period. Money is ARR.

    due: what ends · renewed: of it what was renewed · kept: the fees of what renewed it · lost: of it
    what churned · open: of it what is undecided.
    system: kept + Σ open × the system's likelihood; `unsaid`: open renewals without one, with nothing.
    manager: kept + Σ open × what the manager expects × how likely; where no call says how likely, the
    system's; `called`: how many open ones the manager said it of.
    committed: of the open what is at that stage, as the manager expects it.
    at_risk: of the open what is less likely than half, by the manager, else by the system.
    """

    renewals: int = 0
    due: Decimal = Decimal(0)
    renewed: Decimal = Decimal(0)
    renewed_count: int = 0
    kept: Decimal = Decimal(0)
    lost: Decimal = Decimal(0)
    lost_count: int = 0
    open: Decimal = Decimal(0)
    open_count: int = 0
    system: Decimal = Decimal(0)
    unsaid: int = 0
    manager: Decimal = Decimal(0)
    called: int = 0
    committed: Decimal = Decimal(0)
    committed_count: int = 0
    at_risk: Decimal = Decimal(0)
    at_risk_count: int = 0

    @property
    def decided_rate(self) -> Decimal | None:
        """Of the ARR that is decided, the share that was renewed; None: nothing is decided."""
        decided = self.renewed + self.lost
        return self.renewed / decided if decided else None


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter by its first day."""

    first: date

    @property
    def last(self) -> date:
        return self.shifted(1).first - timedelta(days=1)

    def shifted(self, quarters: int) -> Quarter:
        months = self.first.year * 12 + self.first.month - 1 + 3 * quarters
        return Quarter(date(months // 12, months % 12 + 1, 1))

    def __str__(self) -> str:
        return f"{self.first.year}-Q{(self.first.month + 2) // 3}"


def quarter_of(day: date) -> Quarter:
    return Quarter(date(day.year, (day.month - 1) // 3 * 3 + 1, 1))


def parse_quarter(text: str) -> Quarter | None:
    """Of ``2026-Q3``; None for anything else."""
    year, _dash, number = text.partition("-Q")
    if not (
        year.isascii() and year.isdigit() and len(year) == 4 and number in {"1", "2", "3", "4"}
    ):
        return None
    if not 1900 <= int(year) <= 2200:
        return None
    return Quarter(date(int(year), int(number) * 3 - 2, 1))


def quarters_around(today: date) -> list[Quarter]:
    now = quarter_of(today)
    return [now.shifted(step) for step in range(-QUARTERS_BACK, QUARTERS_AHEAD + 1)]


def renewals(scope: Scope, today: date) -> QuerySet:
    """The renewals of the scope's customers, with their ``state`` and ``said``: how likely, by the
    manager, else by the system."""
    found = with_states(scope.narrow(Renewal.objects.all()), today)
    return found.annotate(said=PERCENT)


def due_between(found: QuerySet, first: date, last: date) -> QuerySet:
    return found.filter(due_on__range=(first, last))


def forecast(found: QuerySet) -> Forecast:
    """Of renewals with their ``state``; in one query."""
    return _forecast(found.order_by().aggregate(**_FIGURES))


def forecasts(found: QuerySet, quarters: Sequence[Quarter]) -> dict[Quarter, Forecast]:
    """For each of consecutive quarters; in one query."""
    rows = (
        due_between(found, quarters[0].first, quarters[-1].last)
        .order_by()
        .annotate(quarter=TruncQuarter("due_on"))
        .values("quarter")
        .annotate(**_FIGURES)
    )
    known = {Quarter(row.pop("quarter")): _forecast(row) for row in rows}
    return {quarter: known.get(quarter, Forecast()) for quarter in quarters}


def _sum(expression: Any, condition: Q) -> Coalesce:
    """Exact: percents are whole, and the sum is divided once."""
    return Coalesce(
        Sum(
            expression, filter=condition, output_field=DecimalField(max_digits=30, decimal_places=4)
        ),
        Value(Decimal(0), output_field=DecimalField(max_digits=30, decimal_places=4)),
    )


_OPEN, _KEPT, _LOST = Q(state=OPEN), Q(state__in=KEPT), Q(state=CHURNED)
_COMMITTED = _OPEN & Q(stage=RenewalStage.COMMITTED)
_AT_RISK = _OPEN & Q(said__lt=AT_RISK_BELOW)
_FIGURES: dict[str, Any] = {
    "renewals": Count("pk"),
    "due": _sum(F("arr"), Q()),
    "renewed": _sum(F("arr"), _KEPT),
    "renewed_count": Count("pk", filter=_KEPT),
    "kept": _sum(F("renewed_arr"), _KEPT),
    "lost": _sum(F("arr"), _LOST),
    "lost_count": Count("pk", filter=_LOST),
    "open": _sum(F("arr"), _OPEN),
    "open_count": Count("pk", filter=_OPEN),
    "open_system": _sum(F("arr") * F("likelihood"), _OPEN),
    "unsaid": Count("pk", filter=_OPEN & Q(likelihood__isnull=True)),
    "open_manager": _sum(EXPECTED * F("said"), _OPEN),
    "called": Count("pk", filter=_OPEN & Q(percent__isnull=False)),
    "committed": _sum(EXPECTED, _COMMITTED),
    "committed_count": Count("pk", filter=_COMMITTED),
    "at_risk": _sum(F("arr"), _AT_RISK),
    "at_risk_count": Count("pk", filter=_AT_RISK),
}


def _forecast(row: dict[str, Any]) -> Forecast:
    kept = row["kept"]
    told = row | {
        "system": kept + row["open_system"] / 100,
        "manager": kept + row["open_manager"] / 100,
    }
    return Forecast(**{field.name: told[field.name] for field in fields(Forecast)})


def of_class(found: QuerySet, name: str) -> QuerySet:
    """The open ones whose likelihood is in a class of `compute.renewal_risk`."""
    bounds = {
        "likely": Q(likelihood__gte=LIKELY_FROM),
        "uncertain": Q(likelihood__gte=UNLIKELY_BELOW, likelihood__lt=LIKELY_FROM),
        "unlikely": Q(likelihood__lt=UNLIKELY_BELOW),
    }
    return found.filter(bounds[name], state=OPEN)


def with_places(found: QuerySet) -> QuerySet:
    """With ``place`` to order by stage, and ``expected`` (ARR)."""
    stages = [
        When(stage=stage, then=Value(place)) for place, stage in enumerate(RenewalStage.values)
    ]
    return found.annotate(
        place=Case(*stages, default=Value(0), output_field=IntegerField()),
        expected=Coalesce(F("amount"), F("arr"), output_field=_MONEY),
    )


REACHES = (30, 90, 180)
ENDED = 0


def reaches(scope: Scope, today: date) -> dict[int, tuple[int, Decimal]]:
    """Reach in days (0: ended already) → how many open renewals end in it and in no nearer one, and
    their ARR; in one query."""
    rows = (
        _soon(scope, today)
        .order_by()
        .values("reach")
        .annotate(count=Count("pk"), total=_sum(F("arr"), Q()))
    )
    found = {row["reach"]: (row["count"], row["total"]) for row in rows}
    return {
        days: found.get(days, (0, Decimal(0)))
        for days in (ENDED, *REACHES)
        if days != ENDED or days in found
    }


def ending_soon(scope: Scope, today: date, most: int) -> list[Any]:
    """Of each reach the open renewals with most ARR, with ``reach``; in two queries."""
    place = Window(
        RowNumber(), partition_by=[F("reach")], order_by=[F("arr").desc(), F("due_on"), F("pk")]
    )
    first = _soon(scope, today).annotate(rank=place).filter(rank__lte=most)
    reach_of = dict(first.values_list("pk", "reach"))
    rows = with_states(Renewal.objects.filter(pk__in=list(reach_of)), today)
    found = list(rows.select_related("customer", "contract").order_by("-arr", "due_on", "pk"))
    for row in found:
        row.reach = reach_of[row.pk]
    return found


def _soon(scope: Scope, today: date) -> QuerySet:
    far = today + timedelta(days=REACHES[-1])
    since = today - timedelta(days=RENEWED_WITHIN_DAYS)
    found = due_between(renewals(scope, today), since, far).filter(state=OPEN)
    bounds = [
        When(due_on__lt=today, then=Value(ENDED)),
        *(When(due_on__lte=today + timedelta(days=days), then=Value(days)) for days in REACHES),
    ]
    return found.annotate(reach=Case(*bounds, output_field=IntegerField()))
