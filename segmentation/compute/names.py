"""Names of what nights assign, without anything that computes: what starts quickly reads these."""

from __future__ import annotations

from collections.abc import Mapping

LEVELS: Mapping[str, tuple[str, str, str]] = {
    "activity": ("low", "mid", "high"),
    "contribution": ("low", "mid", "high"),
    "value": ("low", "mid", "high"),
    "need": ("basic", "advanced", "personalised"),
}
"""The levels of each dimension, ascending; their ranks are 1, 2, 3, and 0 is unknown."""

ELEVEN = (
    "champions",
    "loyal",
    "potential_loyalist",
    "new_customers",
    "promising",
    "need_attention",
    "about_to_sleep",
    "at_risk",
    "cannot_lose_them",
    "hibernating",
    "lost",
)

# Position = 4 · (M low) + 2 · (R low) + (F low).
CLASS8 = (
    "key_value",
    "key_develop",
    "key_keep",
    "key_winback",
    "general_value",
    "general_develop",
    "general_keep",
    "general_winback",
)

STAGES = ("churned", "potential", "onboarding", "new", "dormant", "loyal", "active")
"""In decision order: the first that matches is the stage."""
