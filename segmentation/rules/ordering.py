"""The decision order of a scheme changed rule by rule.

The last rule takes everyone who is left: it stays the last, and in the order.
"""

from collections.abc import Mapping
from typing import Any

from segmentation.rules.differences import Path, at, replaced


def moved(rules: Mapping[str, Any], scheme: Path, tier: str, by: int) -> dict[str, Any]:
    """The document with a rule `by` places (-1: earlier, 1: later) elsewhere in the order.

    Unchanged when there is no place to go to, or it is the last rule's.
    """
    order = list(at(rules, scheme)["order"])
    if tier not in order[:-1]:
        return dict(rules)
    old = order.index(tier)
    new = old + by
    if not 0 <= new < len(order) - 1:
        return dict(rules)
    order.insert(new, order.pop(old))
    return replaced(rules, (*scheme, "order"), order)


def left_out(rules: Mapping[str, Any], scheme: Path, tier: str) -> dict[str, Any]:
    """The document in which the tier is not given any more; its rule is kept. Not the last rule's."""
    order = list(at(rules, scheme)["order"])
    if tier not in order[:-1]:
        return dict(rules)
    order.remove(tier)
    ladder = [rung for rung in at(rules, scheme)["ladder"] if rung != tier]
    changed = replaced(rules, (*scheme, "order"), order)
    return replaced(changed, (*scheme, "ladder"), ladder)


def taken_in(rules: Mapping[str, Any], scheme: Path, tier: str) -> dict[str, Any]:
    """The document in which a tier that was left out is given again, decided before the last."""
    found = at(rules, scheme)
    if tier in found["order"] or tier not in found["rules"]:
        return dict(rules)
    order = [*found["order"][:-1], tier, found["order"][-1]]
    return replaced(rules, (*scheme, "order"), order)


def not_given(scheme: Mapping[str, Any]) -> list[str]:
    """The tiers that have a rule and no place in the order."""
    return [tier for tier in scheme["rules"] if tier not in scheme["order"]]
