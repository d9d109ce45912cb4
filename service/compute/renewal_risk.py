"""How likely a renewal is, by a sum of points that everybody can do by hand.

Each reason that is true of the customer counts its points against the renewal. The likelihood is
`BEST` percent less a percent for each point, and not below `WORST`. Nothing is learned; how past calls
came true is shown beside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from service.compute.renewal_classes import CLASSES as CLASSES
from service.compute.renewal_classes import LIKELY, UNCERTAIN, UNLIKELY

BEST, WORST = 95, 5
LIKELY_FROM, UNLIKELY_BELOW = 75, 40
MOST_POINTS = 90

# Tiers at the foot of their scheme.
LOW_TIERS = ("lost", "low", "developing")
DORMANT_STAGE = "dormant"
SILENT_DAYS = 30
# Usage trend: events per working day, divided by those of the 30 days before.
FALLS_BELOW, COLLAPSES_BELOW = 0.8, 0.5
IDLE_SEATS_BELOW = 0.5
LONG_OVERDUE_DAYS = 60
MANY_CASES = 3

# Reason → points, in the order in which reasons of equal points are told.
SHIPPED_WEIGHTS: Mapping[str, int] = {
    "silent": 25,
    "usage_collapsed": 20,
    "usage_falls": 10,
    "tier_low": 15,
    "tier_fell": 10,
    "long_overdue": 20,
    "overdue": 10,
    "sponsor_lost": 15,
    "sponsor_untouched": 10,
    "seats_idle": 10,
    "many_cases": 5,
    "breached_cases": 5,
    "change_requests": 5,
    "unsigned_scope": 5,
}


@dataclass(frozen=True)
class Called:
    """`reasons`: a row per reason and renewal: `renewal`, `customer_id`, `key`, `points`, `fact`
    (text); `calls`: a row per renewal: `renewal`, `customer_id`, `points`, `likelihood` (percent),
    `tier`."""

    reasons: pd.DataFrame
    calls: pd.DataFrame


def call(facts: pd.DataFrame, weights: Mapping[str, int]) -> Called:
    """The system's call for each renewal.

    facts: a row per renewal: `renewal`, `customer_id`, `tier` and `stage` (empty: none), `fall` (text:
    the tiers of the last move for the worse of 90 days, empty for none), `usage_trend`,
    `days_since_usage`, `seat_utilisation`, `overdue_days`, `open_cases`, `breached_cases` (with a
    target missed within 90 days), `change_requests`, `scope_days` (NA: not known), `sponsor_lost`,
    `sponsor_untouched` (bool), `sponsor_days` (NA: never). What is not known counts nothing.
    weights: every reason's points; 0 leaves one out.
    """
    parts = []
    for key, (holds, fact) in _reasons(facts).items():
        if weights[key] <= 0:
            continue
        found = facts.loc[holds, ["renewal", "customer_id"]]
        parts.append(found.assign(key=key, points=int(weights[key]), fact=fact[holds]))
    columns = ["renewal", "customer_id", "key", "points", "fact"]
    reasons = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    points = (
        reasons.groupby("renewal")["points"]
        .sum()
        .reindex(facts["renewal"], fill_value=0)
        .to_numpy()
    ).astype(np.int64)
    calls = facts[["renewal", "customer_id", "tier"]].assign(
        points=points, likelihood=np.maximum(WORST, BEST - points)
    )
    return Called(reasons[columns], calls)


def class_of(likelihood: int) -> str:
    if likelihood >= LIKELY_FROM:
        return LIKELY
    return UNCERTAIN if likelihood >= UNLIKELY_BELOW else UNLIKELY


def _reasons(facts: pd.DataFrame) -> dict[str, tuple[pd.Series, pd.Series]]:
    """Reason → of whom it is true, and the fact that says so."""
    trend, silent = facts["usage_trend"], facts["days_since_usage"]
    overdue = facts["overdue_days"]
    is_silent = (silent >= SILENT_DAYS).fillna(False) | (facts["stage"] == DORMANT_STAGE)
    # Who is silent is not told twice.
    collapsed = (trend < COLLAPSES_BELOW) & ~is_silent
    falls = (trend < FALLS_BELOW) & (trend >= COLLAPSES_BELOW) & ~is_silent
    found = {
        "silent": (is_silent, silent),
        "usage_collapsed": (collapsed, trend),
        "usage_falls": (falls, trend),
        "tier_low": (facts["tier"].isin(LOW_TIERS), facts["tier"]),
        "tier_fell": (facts["fall"] != "", facts["fall"]),
        "long_overdue": (overdue >= LONG_OVERDUE_DAYS, overdue),
        "overdue": ((overdue > 0) & (overdue < LONG_OVERDUE_DAYS), overdue),
        "sponsor_lost": (facts["sponsor_lost"], pd.Series("", index=facts.index)),
        "sponsor_untouched": (facts["sponsor_untouched"], facts["sponsor_days"]),
        "seats_idle": (facts["seat_utilisation"] < IDLE_SEATS_BELOW, facts["seat_utilisation"]),
        "many_cases": (facts["open_cases"] >= MANY_CASES, facts["open_cases"]),
        "breached_cases": (facts["breached_cases"] > 0, facts["breached_cases"]),
        "change_requests": (facts["change_requests"] > 0, facts["change_requests"]),
        "unsigned_scope": (facts["scope_days"] > 0, facts["scope_days"]),
    }
    return {
        key: (holds.fillna(False).astype(bool), _text(fact)) for key, (holds, fact) in found.items()
    }


def _text(fact: pd.Series) -> pd.Series:
    if fact.dtype.kind == "O" or isinstance(fact.dtype, pd.StringDtype):
        return fact
    texts = fact.astype("object").where(fact.notna(), "")
    return texts.map(lambda value: value if value == "" else format(value, ".6g"))
