"""The rules in force."""

from __future__ import annotations

from typing import Any

from segmentation.models import Night, RuleSet
from segmentation.rules.defaults import default_rules
from segmentation.rules.merging import complete_rules


def latest_rule_set() -> RuleSet | None:
    """The version in force, None when the tenant never published one."""
    return RuleSet.objects.order_by("-version").first()


def current_rules() -> dict[str, Any]:
    """The document in force: of the latest version, or the default."""
    return document_of(latest_rule_set())


def schemes_shown(rule_set: RuleSet | None) -> list[str]:
    """The scheme that gives the tier, then those that screens show beside it."""
    tiers = document_of(rule_set)["tiers"]
    own = tiers["scheme"]
    return [own, *(name for name in tiers["also_shown"] if name != own)]


def document_of(rule_set: RuleSet | None) -> dict[str, Any]:
    """The whole document of a version as it is understood today; None: the default."""
    return complete_rules(rule_set.rules) if rule_set and rule_set.rules else default_rules()


def segment_map(night: Night) -> str:
    """``eleven`` or ``class8``: the map that the tenant's rules show."""
    rules = document_of(night.rule_set)
    return "eleven" if rules["rfm"]["map"] == "eleven" else "class8"
