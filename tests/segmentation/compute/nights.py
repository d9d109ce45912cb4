"""A small vendor's customers, by story, for the tests that run whole nights."""

from __future__ import annotations

from typing import Any

import pandas as pd

from segmentation.compute.assignments import NightResult, Rules, assign
from segmentation.compute.measures import MeasureTable
from segmentation.compute.origins import Origin
from segmentation.compute.stages import StageFacts
from segmentation.rules.basis import measures_of_slots, settle_basis
from segmentation.rules.defaults import default_rules
from segmentation.rules.merging import merge_rules

MEASURES = {
    "days_since_usage": "Int64",
    "active_days_30": "Int64",
    "active_days_90": "Int64",
    "seat_utilisation": "Float64",
    "arr": "Int64",
    "monetary": "Int64",
    "tenure_days": "Int64",
    "renewals": "Int64",
    "breadth": "Float64",
    "modules_used_30": "Int64",
    "usage_trend": "Float64",
    "events_30": "Int64",
    "requests_90": "Int64",
}
PLACES = {"arr": 4, "monetary": 4}
ORIGINS = {
    **{name: Origin("usage", "behaviour") for name in MEASURES},
    **{name: Origin("requests", "behaviour") for name in ("requests_90", "survey_responses_180")},
    "referrals": Origin("referrals", "behaviour"),
    "arr": Origin("contracts", "commercial"),
    "monetary": Origin("payments", "behaviour"),
    "tenure_days": Origin("contracts", "calendar"),
    "renewals": Origin("contracts", "commercial"),
}
FACTS = {
    "contract_signed": bool,
    "contract_active": bool,
    "contract_to_start": bool,
    "project_running": bool,
    "renewed": bool,
    "accepted_days": "Int64",
    "contract_days": "Int64",
    "days_since_usage": "Int64",
    "usage_trend": "Float64",
    "events_previous_30": "Int64",
}

CUSTOMER: dict[str, Any] = {
    "days_since_usage": 2,
    "active_days_30": 8,
    "active_days_90": 20,
    "seat_utilisation": 0.3,
    "arr": 500_0000,
    "monetary": 500_0000,
    "tenure_days": 200,
    "renewals": 0,
    "breadth": 0.5,
    "modules_used_30": 2,
    "usage_trend": 1.0,
    "events_30": 200,
    "contract_signed": True,
    "contract_active": True,
    "contract_to_start": False,
    "project_running": False,
    "renewed": False,
    "accepted_days": None,
    "contract_days": 200,
    "events_previous_30": 200,
    "requests_90": None,
}

# The vendor knows how often its product is used.
OWN_THRESHOLDS = {
    "dimensions": {
        "activity": {"measures": {"active_days_30": {"method": "thresholds", "cuts": [4, 12]}}}
    },
    "stages": {"dormant_days": 60},
}

VENDOR: dict[str, dict[str, Any]] = {
    "average": {},
    "big": {"arr": 900_0000, "active_days_30": 20, "seat_utilisation": 0.9},
    "small": {"arr": 100_0000, "monetary": 100_0000, "active_days_30": 1, "seat_utilisation": 0.1},
    "old": {"tenure_days": 900, "contract_days": 900},
    "fresh": {"tenure_days": 30, "contract_days": 30},
    "gone": {"contract_active": False, "arr": 0},
    "prospect": {
        "contract_signed": False,
        "contract_active": False,
        "contract_days": None,
        "tenure_days": None,
        "arr": None,
    },
    "building": {"project_running": True},
    "loyal": {"renewed": True, "arr": 800_0000, "monetary": 100_0000},
    "second": {"arr": 200_0000, "monetary": 200_0000},
}


def vendor(**changes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The vendor's customers with some of their facts changed."""
    customers = {**VENDOR, **{name: {} for name in changes if name not in VENDOR}}
    return {name: {**facts, **changes.get(name, {})} for name, facts in customers.items()}


def measures_of(customers: dict[str, dict[str, Any]]) -> MeasureTable:
    return MeasureTable(_frame(customers)[list(MEASURES)].astype(MEASURES), PLACES)


def document_with(change: dict[str, Any] | None = None) -> dict[str, Any]:
    document = merge_rules(merge_rules(default_rules(), OWN_THRESHOLDS), change or {})
    return settle_basis(document, has_contracts=True)


def rules_with(change: dict[str, Any] | None = None) -> Rules:
    document = document_with(change)
    return Rules.from_document(document, measures_of_slots(document))


def stage_facts_of(customers: dict[str, dict[str, Any]]) -> StageFacts:
    return StageFacts(_frame(customers)[list(FACTS)].astype(FACTS), usage_known=True)


def run(
    customers: dict[str, dict[str, Any]],
    previous: NightResult | None = None,
    rules: Rules | None = None,
) -> NightResult:
    facts = stage_facts_of(customers)
    before = None if previous is None else previous.frame
    return assign(measures_of(customers), facts, rules or rules_with(), before)


def _frame(customers: dict[str, dict[str, Any]]) -> pd.DataFrame:
    rows = [{**CUSTOMER, **facts} for facts in customers.values()]
    return pd.DataFrame(rows, index=list(customers), dtype=object)
