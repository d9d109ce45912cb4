"""Where customers stood six months after their project was handed over, as nights stored it then."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection

from accounts.tenancy import current_tenant_id
from segmentation.compute.schemes import Scheme
from segmentation.models import RuleSet
from segmentation.queries.rules import document_of
from segmentation.queries.stored import stored_nights

MONTHS = 6
"""After the handover."""
LATE_MONTHS = 1
"""So much older the night may be that stands for that day."""

GONE = "churned"  # the stage of who is a customer no longer
LOST = "lost"

STOOD = """
SELECT asked.project, a.tier, a.stage
  FROM unnest(%(projects)s::bigint[], %(customers)s::bigint[], %(days)s::date[])
       AS asked (project, customer, day)
  JOIN segmentation_assignment a
    ON a.tenant_id = %(tenant)s AND a.customer_id = asked.customer
   AND a.valid_from <= asked.day AND coalesce(a.valid_to > asked.day, true)
"""


def tiers_later(projects: pd.DataFrame, today: date) -> pd.DataFrame:
    """The tier of each project's customer six months after its handover; three statements.

    Args:
        projects: indexed by project: customer (id), handed_over (`datetime64`, NaT: not yet).

    Returns:
        In the order of the projects: due_on (six months later), night_on (the stored night that stands
        for it: of that day, or the latest within a month before; NaT: none, or the day is still to
        come), tier (empty: none, or not known), is_kept (1.0: above the lowest rung of the ladder of
        the rules that night followed; 0.0: on it, lost or churned; NaN: no night, or no rung).
    """
    due = projects["handed_over"] + pd.DateOffset(months=MONTHS)
    found = pd.DataFrame(
        {"due_on": due, "night_on": pd.NaT, "tier": "", "is_kept": np.nan}, index=projects.index
    ).astype({"night_on": "datetime64[s]", "tier": object})
    nights = list(stored_nights().order_by("as_of").values_list("as_of", "rule_set_id"))
    if not nights or found.empty:
        return found
    days = np.array([day for day, _rules in nights], dtype="datetime64[s]")
    place = np.searchsorted(days, due.to_numpy(dtype="datetime64[s]"), side="right") - 1
    earliest = (due - pd.DateOffset(months=LATE_MONTHS)).to_numpy(dtype="datetime64[s]")
    known = (place >= 0) & due.notna().to_numpy() & (due <= pd.Timestamp(today)).to_numpy()
    known &= days[np.maximum(place, 0)] >= earliest
    found["night_on"] = pd.Series(
        np.where(known, days[np.maximum(place, 0)], np.datetime64("NaT")), index=found.index
    ).astype("datetime64[s]")
    rules_of = dict(zip(projects.index[known], place[known], strict=True))
    ladders = _ladders({nights[one][1] for one in rules_of.values()})
    for project, tier, stage in _stood(projects["customer"], found["night_on"].dropna()):
        found.loc[project, "tier"] = tier
        ladder = ladders[nights[rules_of[project]][1]]
        found.loc[project, "is_kept"] = _kept(tier, stage, ladder)
    return found


def _kept(tier: str, stage: str, ladder: tuple[str, ...]) -> float:
    if tier in ladder:
        return float(ladder.index(tier) > 0)
    return 0.0 if tier == LOST or stage == GONE else np.nan


def _stood(customer: pd.Series, night: pd.Series) -> list[tuple[int, str, str]]:
    asked = night.index
    parameters: dict[str, Any] = {
        "tenant": current_tenant_id(),
        "projects": [int(project) for project in asked],
        "customers": [int(one) for one in customer.loc[asked]],
        "days": [day.date() for day in night],
    }
    with connection.cursor() as cursor:
        cursor.execute(STOOD, parameters)
        return list(cursor.fetchall())


def _ladders(rule_sets: set[int | None]) -> dict[int | None, tuple[str, ...]]:
    """Rule set → the tiers from worst to best of the scheme that it gives tiers by."""
    stored = RuleSet.objects.in_bulk([pk for pk in rule_sets if pk is not None])
    return {pk: Scheme.from_rules(document_of(stored.get(pk))).ladder for pk in rule_sets}
