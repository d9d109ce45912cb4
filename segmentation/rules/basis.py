"""The basis of R, F and M: which measures "auto" stands for.

A subscription customer pays once a year and cannot buy more often, so a tenant that has contracts
scores engagement, one that has none scores payments. While the basis is "auto" nothing is settled;
the first night settles it in a rule version of its own, and later facts do not change it.
"""

from collections.abc import Mapping
from typing import Any

from segmentation.compute.scores import SLOTS
from segmentation.rules.merging import merge_rules

AUTO = "auto"

MEASURES_OF_BASIS: Mapping[str, Mapping[str, str]] = {
    "engagement": {
        "recency": "days_since_usage",
        "frequency": "active_days_90",
        "monetary": "arr",
    },
    "payments": {
        "recency": "recency_days",
        "frequency": "frequency",
        "monetary": "monetary",
    },
}


def is_basis_open(rules: Mapping[str, Any]) -> bool:
    """Whether the next night has to settle the basis in a new rule version."""
    return bool(rules["rfm"]["basis"] == AUTO)


def settle_basis(rules: Mapping[str, Any], *, has_contracts: bool) -> dict[str, Any]:
    """The same rules with the basis settled; unchanged when it already is."""
    if not is_basis_open(rules):
        return dict(rules)
    basis = "engagement" if has_contracts else "payments"
    return merge_rules(rules, {"rfm": {"basis": basis}})


def measures_of_slots(rules: Mapping[str, Any]) -> dict[str, str]:
    """slot → measure, "auto" resolved by the basis; ValueError while that is open itself."""
    rfm = rules["rfm"]
    measures = {}
    for slot in SLOTS:
        measure = rfm[slot].get("measure", AUTO)
        if measure == AUTO:
            if rfm["basis"] == AUTO:
                raise ValueError("the basis is settled by the first night, before it scores")
            measure = MEASURES_OF_BASIS[rfm["basis"]][slot]
        measures[slot] = measure
    return measures
