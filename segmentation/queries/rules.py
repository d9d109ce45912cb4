"""The rules in force."""

from __future__ import annotations

from typing import Any

from segmentation.models import RuleSet
from segmentation.rules.defaults import default_rules


def latest_rule_set() -> RuleSet | None:
    """The version in force, None when the tenant never published one."""
    return RuleSet.objects.order_by("-version").first()


def current_rules() -> dict[str, Any]:
    """The document in force: of the latest version, or the default."""
    latest = latest_rule_set()
    return dict(latest.rules) if latest else default_rules()
