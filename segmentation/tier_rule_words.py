"""The conditions of a tier rule in words, whole or some of them, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from segmentation.labels import DIMENSIONS, STAGES, TIERS
from segmentation.rule_numbers import joined, measure_number, measure_title, named


def rule_in_words(rule: Mapping[str, Any], currency: str) -> str:
    """The conditions of a tier rule; all of them must hold."""
    return conditions_in_words(rule, currency) or _("everyone who is left")


def conditions_in_words(rule: Mapping[str, Any], currency: str) -> str:
    """A part of a tier rule; empty without conditions. currency: of the tenant."""
    parts = []
    if rule.get("stages"):
        words = pgettext("between alternatives", " or ").join(
            str(STAGES[stage]) for stage in rule["stages"]
        )
        parts.append(_("stage: %(stages)s") % {"stages": words})
    counted = named([DIMENSIONS[name] for name in rule.get("dimensions", ())])
    counts = joined(_counts(rule.get("count", {})))
    if counted and counts:
        parts.append(_("of %(dimensions)s: %(counts)s") % {"dimensions": counted, "counts": counts})
    elif counted:
        parts.append(_("counted over %(dimensions)s") % {"dimensions": counted})
    elif counts:
        parts.append(counts)
    for measure, bounds in sorted(rule.get("measures", {}).items()):
        parts.append(_bounds(measure, bounds, currency))
    return pgettext("between conditions", "; ").join(parts)


def tiers_in_order(names: Sequence[str]) -> str:
    return " → ".join(str(TIERS.get(name, name)) for name in names)


def _counts(count: Mapping[str, int]) -> list[str]:
    sentences = {
        "high_at_least": _("at least %(number)s high"),
        "high_at_most": _("at most %(number)s high"),
        "low_at_least": _("at least %(number)s low"),
        "low_at_most": _("at most %(number)s low"),
    }
    none = {"high_at_most": _("none high"), "low_at_most": _("none low")}
    return [
        none[key] if number == 0 and key in none else sentences[key] % {"number": number}
        for key in sentences
        if (number := count.get(key)) is not None
    ]


def _bounds(measure: str, bounds: Mapping[str, Any], currency: str) -> str:
    words = {
        "at_least": _("%(measure)s is at least %(number)s"),
        "at_most": _("%(measure)s is at most %(number)s"),
    }
    return joined(
        [
            words[key]
            % {
                "measure": measure_title(measure),
                "number": measure_number(measure, bounds[key], currency),
            }
            for key in words
            if key in bounds
        ]
    )
