"""What ranks are computed with: the weights in force, the day, and how one rank came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.models import Tenant
from accounts.queries.calendars import working_calendar
from accounts.tenancy import current_tenant_id
from segmentation.queries.remembered import of_night
from segmentation.queries.stored import latest_night
from service.compute.ranks import Rank, RankFacts, RankWeights, rank_of
from service.frames.ranks import Place, RankDay, first_places, median_arr
from service.models import Cta, RankVersion


def latest_version() -> RankVersion | None:
    """The weights in force; None: as shipped."""
    return RankVersion.objects.order_by("-version").first()


def weights_of(version: RankVersion | None) -> RankWeights:
    return RankWeights.from_json(version.weights) if version else RankWeights()


def rank_day(now: datetime | None = None, weights: RankWeights | None = None) -> RankDay:
    """What ranks of a moment are computed with; ``weights``: others than those in force."""
    version = latest_version()
    tenant = Tenant.objects.get(pk=current_tenant_id())
    night = latest_night()
    return RankDay(
        today=tenant.local_date(now or timezone.now()),
        night=night.as_of if night else None,
        median_arr=of_night("median_arr", night, lambda: median_arr(night.as_of))
        if night
        else None,
        version=version.version if version else 0,
        weights=weights or weights_of(version),
        calendar=working_calendar(),
    )


@dataclass(frozen=True)
class Arithmetic:
    """How a stored rank came about. day: on which it was computed; night: whose measures it read."""

    facts: RankFacts
    weights: RankWeights
    version: int
    rank: Rank
    stake: Decimal | None
    day: date | None
    night: date | None


def arithmetic_of(cta: Cta, versions: dict[int, RankWeights]) -> Arithmetic | None:
    """Of a piece of work that was ranked; None: it was not yet.

    ``versions``: see :func:`versions_by_number`.
    """
    factors: dict[str, Any] = cta.rank_factors
    if not factors:
        return None
    stake, source = cta.value_at_stake, factors["source"]
    facts = RankFacts(
        own_amount=stake if source == "own" else None,
        arr=stake if source == "arr" else None,
        ended_arr=stake if source == "ended" else None,
        median_arr=stake if source == "median" else None,
        moved_days=factors["moved"],
        trend=factors["trend"],
        overdue_days=factors["overdue"],
        open_cases=factors["cases"],
        silence_days=factors["silence"],
        days_left=factors["left"],
    )
    weights = versions.get(factors["version"], RankWeights())
    return Arithmetic(
        facts,
        weights,
        factors["version"],
        rank_of(facts, weights),
        stake,
        parse_date(factors["day"] or ""),
        parse_date(factors["night"] or ""),
    )


def versions_by_number() -> dict[int, RankWeights]:
    """Every version of the weights; 0 is what ships."""
    found = RankVersion.objects.order_by("version")
    return {0: RankWeights(), **{one.version: weights_of(one) for one in found}}


def top_with(weights: RankWeights, most: int) -> list[tuple[Place, Cta]]:
    """The work that comes first today or would with these weights, in the order it would have."""
    places = first_places(rank_day(weights=weights), most)
    works = Cta.objects.select_related("customer", "version").in_bulk(
        [place.cta_id for place in places]
    )
    return [(place, works[place.cta_id]) for place in places]
