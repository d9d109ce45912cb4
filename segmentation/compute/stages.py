"""Lifecycle stages: what the facts say tonight (raw), and what is held through hysteresis.

Facts of a night, one row per customer (`StageFacts.frame`); every date up to the as-of date D:

    contract_signed     bool   a contract, trial lines apart, was signed on or before D
    contract_active     bool   a line of such a contract runs on D
    contract_to_start   bool   one is signed and starts after D: a first start, or the renewal
                               that keeps a customer between two terms from counting as churned
    project_running     bool   a project has started and is not accepted
    renewed             bool   a contract was renewed at least once
    accepted_days       Int64  D - first acceptance of a project; NA when none was accepted
    contract_days       Int64  D - first start of a contract; negative before it; NA without one
    days_since_usage    Int64  D - last use; NA when never used or not known
    usage_trend         float  last 30 days against the 30 before (1 = unchanged); NA if unknown
    events_previous_30  Int64  events in the 30 days before the last 30

`usage_known` says whether the tenant has usage facts at all; without them nobody is dormant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from segmentation.compute.exact import cut_in_unit_of, floor_to
from segmentation.compute.names import STAGES as STAGES
from segmentation.compute.words import codes_of, from_codes

BRANCHES = (
    "contract_ended",  # churned
    "never_contracted",  # potential
    "project_running",  # onboarding
    "accepted_lately",  # new, counted from the first acceptance
    "started_lately",  # new, counted from the first start of a contract
    "no_usage",  # dormant
    "usage_collapsed",  # dormant
    "renewed",  # loyal
    "in_use",  # active
)
"""The condition of the decision order that decided; several may lead to one stage."""

_STAGE_OF_BRANCH = {
    "contract_ended": "churned",
    "never_contracted": "potential",
    "project_running": "onboarding",
    "accepted_lately": "new",
    "started_lately": "new",
    "no_usage": "dormant",
    "usage_collapsed": "dormant",
    "renewed": "loyal",
    "in_use": "active",
}

WORTH: Mapping[str, int] = {"churned": 0, "dormant": 1, "new": 2, "active": 2, "loyal": 3}
"""The order in which a stage can get worse. Potential and onboarding are outside of it."""

_FOLLOWS_AT_ONCE = ("churned", "potential", "onboarding")

BOOLEAN_FACTS = (
    "contract_signed",
    "contract_active",
    "contract_to_start",
    "project_running",
    "renewed",
)
DAY_FACTS = ("accepted_days", "contract_days", "days_since_usage", "events_previous_30")


@dataclass(frozen=True)
class StageFacts:
    frame: pd.DataFrame
    usage_known: bool


@dataclass(frozen=True)
class StageRules:
    """`new_days`, `dormant_days`; usage has collapsed when the trend is at most `collapse_ratio`
    after at least `collapse_min_events` events in the 30 days before; `hysteresis_nights` N."""

    new_days: int
    dormant_days: int
    collapse_ratio: float
    collapse_min_events: int
    hysteresis_nights: int

    @classmethod
    def from_rules(cls, rules: Mapping[str, Any]) -> "StageRules":
        """From a valid rule set (the whole document)."""
        stages = rules["stages"]
        return cls(
            new_days=int(stages["new_days"]),
            dormant_days=int(stages["dormant_days"]),
            collapse_ratio=stages["collapse"]["ratio"],
            collapse_min_events=int(stages["collapse"]["min_events"]),
            hysteresis_nights=int(rules["hysteresis_nights"]),
        )


def raw_stages(facts: StageFacts, rules: StageRules) -> pd.DataFrame:
    """Columns `stage` (categorical of STAGES) and `branch` (of BRANCHES), total."""
    frame = facts.frame
    signed, active, to_start, running, renewed = (
        frame[name].to_numpy(dtype=bool) for name in BOOLEAN_FACTS
    )
    accepted, accepted_known = _days(frame["accepted_days"])
    started, started_known = _days(frame["contract_days"])
    silent, silent_known = _days(frame["days_since_usage"])

    live = np.where(accepted_known, accepted, started)
    lately = (accepted_known | started_known) & (live < rules.new_days)
    never_used = ~silent_known & started_known & (live >= rules.dormant_days)
    unused = (silent_known & (silent >= rules.dormant_days)) | never_used

    branch = np.select(
        [
            signed & ~active & ~to_start,
            ~signed,
            running & ~accepted_known,
            lately & accepted_known,
            lately,
            unused & facts.usage_known,
            _collapsed(frame, rules) & facts.usage_known,
            renewed,
        ],
        list(range(8)),
        default=8,
    )
    stage_codes = np.array([STAGES.index(_STAGE_OF_BRANCH[name]) for name in BRANCHES])
    return pd.DataFrame(
        {
            "stage": from_codes(stage_codes[branch], STAGES, frame.index),
            "branch": from_codes(branch, BRANCHES, frame.index),
        }
    )


def hold(raw: pd.Series, previous: pd.DataFrame | None, hysteresis_nights: int) -> pd.DataFrame:
    """The held stage: it gets worse only after it was worse on N stored nights in a row.

    raw: the raw stage of tonight. previous: columns `stage` (held on the latest stored night
    before) and `worse_nights` (how many nights in a row, up to that one, the raw stage was worse
    than the held one); customers without a row there are held as they are.
    Returns columns `stage` and `worse_nights` for every customer of `raw`. When the run reaches N
    the customer takes tonight's raw stage and the run is 0 again. `churned`, potential and
    onboarding are followed at once, and left at once. N of 0 and 1 hold nothing.
    """
    new = codes_of(raw, STAGES)
    if previous is None:
        old = np.full(len(raw), -1)
        run = np.zeros(len(raw), dtype=np.int64)
    else:
        before = previous.reindex(raw.index)
        old = codes_of(before["stage"], STAGES)
        run = pd.to_numeric(before["worse_nights"]).fillna(0).to_numpy(dtype=np.int64)

    worth = np.array([WORTH.get(stage, -1) for stage in STAGES] + [-1])  # last: no stage before
    at_once = np.array([stage in _FOLLOWS_AT_ONCE for stage in STAGES] + [True])
    ranked_before = (old >= 0) & (worth[old] >= 0)
    worse = ranked_before & ~at_once[new] & (worth[new] < worth[old])
    run = np.where(worse, run + 1, 0)
    held = worse & (run < hysteresis_nights)
    return pd.DataFrame(
        {
            "stage": from_codes(np.where(held, old, new), STAGES, raw.index),
            "worse_nights": np.where(held, run, 0),
        },
        index=raw.index,
    )


def _collapsed(frame: pd.DataFrame, rules: StageRules) -> npt.NDArray[np.bool_]:
    trend = frame["usage_trend"].to_numpy(dtype=np.float64, na_value=np.nan)
    before, before_known = _days(frame["events_previous_30"])
    at_most = floor_to(cut_in_unit_of(rules.collapse_ratio, trend), trend)
    enough = before_known & (before >= rules.collapse_min_events)
    result: npt.NDArray[np.bool_] = enough & (trend <= at_most)
    return result


def _days(column: pd.Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    known = column.notna().to_numpy(dtype=bool)
    days = column.astype("Int64").to_numpy(dtype=np.int64, na_value=0)
    return days.astype(np.int64), known
