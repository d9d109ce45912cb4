"""The rule set that a tenant starts with."""

from copy import deepcopy
from typing import Any

_THIRDS = {"method": "quantile", "bins": 3, "levels": ["low", "mid", "high"]}


def _thresholds(low_up_to: float, mid_up_to: float) -> dict[str, Any]:
    cuts = [low_up_to, mid_up_to]
    return {"method": "thresholds", "cuts": cuts, "levels": ["low", "mid", "high"]}


_VALUE_GROUPS = ["activity", "contribution", "value"]

DEFAULT_RULES: dict[str, Any] = {
    "window_days": None,
    "rfm": {
        "map": "eleven",
        "basis": "auto",
        "recency": {"measure": "auto", "method": "quantile", "bins": 5},
        "frequency": {"measure": "auto", "method": "quantile", "bins": 5},
        "monetary": {"measure": "auto", "method": "quantile", "bins": 5},
    },
    "class8": {"high": "mean"},
    "hysteresis_nights": 3,
    # Activity and need against fixed thresholds, so that nobody moves because others did: two days of
    # use a month are few, more than eight (twice a week) are many. Value against the tenant's own
    # customers, because what counts as much money differs from vendor to vendor; a tenant that knows
    # its numbers sets thresholds there too.
    "dimensions": {
        "activity": {
            "combine": "average",
            "measures": {
                "active_days_30": {
                    "method": "thresholds",
                    "cuts": [2, 8],
                    "levels": ["low", "mid", "high"],
                },
                "seat_utilisation": {
                    "method": "thresholds",
                    "cuts": [0.2, 0.5],
                    "levels": ["low", "mid", "high"],
                },
            },
        },
        "contribution": {
            "combine": "highest",
            "measures": {
                "requests_90": {
                    "method": "thresholds",
                    "cuts": [0, 2],
                    "levels": ["low", "mid", "high"],
                },
                "survey_responses_180": {
                    "method": "thresholds",
                    "cuts": [0, 1],
                    "levels": ["low", "mid", "high"],
                },
                "referrals": {"method": "thresholds", "cuts": [0], "levels": ["low", "high"]},
            },
        },
        "value": {
            "combine": "highest",
            "measures": {"arr": dict(_THIRDS), "monetary": dict(_THIRDS)},
        },
        "need": {
            "combine": "highest",
            "measures": {
                "breadth": {
                    "method": "thresholds",
                    "cuts": [0.6],
                    "levels": ["basic", "advanced"],
                },
                "modules_used_30": {
                    "method": "thresholds",
                    "cuts": [3],
                    "levels": ["basic", "advanced"],
                },
                "open_change_requests": {
                    "method": "thresholds",
                    "cuts": [0],
                    "levels": ["basic", "personalised"],
                },
                "unapproved_scope_days": {
                    "method": "thresholds",
                    "cuts": [0],
                    "levels": ["basic", "personalised"],
                },
            },
        },
    },
    "stages": {
        "new_days": 90,
        "dormant_days": 30,
        "collapse": {"ratio": 0.2, "min_events": 30},
    },
    "tiers": {
        "scheme": "a",
        "also_shown": [],
        "schemes": {
            "a": {
                "without": ["potential"],
                "order": ["lost", "new", "high", "low", "mature", "mid"],
                "ladder": ["low", "mid", "mature", "high"],
                "rules": {
                    "lost": {"stages": ["churned"]},
                    "new": {"stages": ["onboarding", "new"]},
                    "high": {
                        "dimensions": list(_VALUE_GROUPS),
                        "count": {"high_at_least": 2, "low_at_most": 0},
                    },
                    "low": {
                        "dimensions": list(_VALUE_GROUPS),
                        "count": {"low_at_least": 2, "high_at_most": 0},
                    },
                    "mature": {"measures": {"tenure_days": {"at_least": 365}}},
                    "mid": {},
                },
            },
            # Why these: docs/decisions/tier-schemes.md.
            "b": {
                "without": [],
                "order": ["potential", "new", "lost", "loyal", "active"],
                "ladder": ["lost", "active", "loyal"],
                "rules": {
                    "potential": {"stages": ["potential"]},
                    "new": {"stages": ["onboarding", "new"]},
                    "lost": {"stages": ["dormant", "churned"]},
                    "loyal": {"stages": ["loyal"]},
                    "active": {},
                },
                "facets": {
                    "value": {
                        "consumption": {
                            "combine": "highest",
                            "measures": {"arr": dict(_THIRDS), "monetary": dict(_THIRDS)},
                        },
                        "interaction": {
                            "combine": "average",
                            "measures": {
                                "active_days_90": _thresholds(6, 24),
                                "key_user_coverage": _thresholds(0.2, 0.6),
                            },
                        },
                        "loyalty": {
                            "combine": "highest",
                            "measures": {
                                "tenure_days": _thresholds(364, 1094),
                                "renewals": _thresholds(0, 1),
                            },
                        },
                    },
                },
            },
            "c": {
                "without": ["potential", "churned"],
                "order": ["new", "vip", "core", "developing"],
                "ladder": ["developing", "core", "vip"],
                "rules": {
                    "new": {"stages": ["onboarding", "new"]},
                    "vip": {
                        "stages": ["active", "loyal"],
                        "dimensions": ["activity", "value"],
                        "count": {"high_at_least": 2},
                        "measures": {"tenure_days": {"at_least": 730}},
                    },
                    "core": {
                        "stages": ["active", "loyal"],
                        "dimensions": ["activity", "value"],
                        "count": {"high_at_least": 1, "low_at_most": 0},
                        "measures": {"tenure_days": {"at_least": 365}},
                    },
                    "developing": {},
                },
            },
        },
    },
}


def default_rules() -> dict[str, Any]:
    """A copy of the default document, free to be changed."""
    return deepcopy(DEFAULT_RULES)
