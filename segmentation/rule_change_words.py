"""One change of the rules in words, as the reason of a move tells it.

From a path of the rule document with its old and new value, as `compute.rule_changes` finds them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from segmentation.compute.dimensions import LEVELS as WORDS
from segmentation.labels import DIMENSIONS, LEVELS, SCHEMES, STAGES, TIERS
from segmentation.rule_numbers import joined, measure_number, measure_title, named, share
from segmentation.rule_words import combined
from segmentation.tier_rule_words import conditions_in_words, tiers_in_order
from ui import formats


def change_sentence(path: Sequence[str], old: Any, new: Any, currency: str) -> str:
    """`Active days (30): high above 12 instead of 8`; None stands for what was not there."""
    match list(path):
        case ["dimensions", dimension, "measures", measure]:
            return _levelling(dimension, measure, old, new, currency)
        case ["dimensions", dimension, "combine"] if None not in (old, new):
            return _instead(str(DIMENSIONS[dimension]), combined(old), combined(new))
        case ["dimensions", dimension, *_rest]:
            return _("%(dimension)s: its measures are combined differently") % {
                "dimension": DIMENSIONS[dimension]
            }
        case ["stages", "new_days"]:
            return _("new for fewer than %(new)s instead of %(old)s") % _both_days(old, new)
        case ["stages", "dormant_days"]:
            return _("dormant after %(new)s without usage instead of %(old)s") % _both_days(
                old, new
            )
        case ["stages", "collapse", "ratio"]:
            return _("usage collapses at %(new)s of the month before instead of %(old)s") % {
                "new": share(new),
                "old": share(old),
            }
        case ["stages", "collapse", "min_events"]:
            return _("usage can collapse from %(new)s events a month instead of %(old)s") % {
                "new": formats.number(new, get_language() or "en"),
                "old": formats.number(old, get_language() or "en"),
            }
        case ["stages", *_rest]:
            return _("another limit of collapsed usage")
        case ["hysteresis_nights"]:
            return ngettext(
                "a stage gets worse after %(new)s night instead of %(old)s",
                "a stage gets worse after %(new)s nights instead of %(old)s",
                new,
            ) % {"new": new, "old": old}
        case ["calendar"]:
            return _("the working calendar counts other days")
        case ["tiers", "scheme"]:
            return _("the tier comes from “%(new)s” instead of “%(old)s”") % {
                "new": SCHEMES[new],
                "old": SCHEMES[old],
            }
        case ["tiers", "schemes", _scheme, "rules", tier, *rest]:
            return _of_rule(tier, rest, old, new, currency)
        case ["tiers", "schemes", _scheme, "order"]:
            title = _("Decision order")
            return _instead(title, tiers_in_order(old or ()), tiers_in_order(new or ()))
        case ["tiers", "schemes", _scheme, "ladder"]:
            title = _("The tiers a customer climbs")
            return _instead(title, tiers_in_order(old or ()), tiers_in_order(new or ()))
        case ["tiers", "schemes", _scheme, "facets", *_rest]:
            return _("the value beside the tier is found in another way")
        case ["tiers", "schemes", _scheme, "without"]:
            title = _("Stages without a tier")
            return _instead(title, _stages(old) or _("none"), _stages(new) or _("none"))
        case _other:
            return ".".join(path)


def _levelling(dimension: str, measure: str, old: Any, new: Any, currency: str) -> str:
    title = {"measure": measure_title(measure)}
    if old is None:
        return _("%(measure)s counts now") % title
    if new is None:
        return _("%(measure)s does not count any more") % title
    cuts = _cuts(old, new)
    if not cuts:
        return _("%(measure)s gives its levels in another way") % title
    levels = list(new.get("levels", WORDS[dimension]))
    if new.get("reversed", False):
        levels.reverse()
    steps = [
        _("%(level)s above %(new)s instead of %(old)s")
        % {
            "level": LEVELS[levels[place + 1]],
            "new": measure_number(measure, now, currency),
            "old": measure_number(measure, before, currency),
        }
        for place, (before, now) in cuts
    ]
    return _("%(measure)s: %(changes)s") % {**title, "changes": joined(steps)}


def _cuts(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[int, tuple[Any, Any]]]:
    """(place, (old, new)) of each cut point that moved; empty when more than cut points changed."""
    before, now = old.get("cuts", ()), new.get("cuts", ())
    if {**old, "cuts": now} != {**new, "cuts": now} or len(before) != len(now):
        return []
    pairs = zip(before, now, strict=True)
    return [(place, pair) for place, pair in enumerate(pairs) if pair[0] != pair[1]]


def _of_rule(tier: str, rest: Sequence[str], old: Any, new: Any, currency: str) -> str:
    """What a tier asks for: at the rest of a path within its rule, or its whole rule."""
    title = str(TIERS.get(tier, tier))
    match list(rest):
        case ["measures", measure, ("at_least" | "at_most") as bound] if None not in (old, new):
            return _bound(title, measure, bound, old, new, currency)
    before, now = (_conditions(rest, value, currency) for value in (old, new))
    if before and now:
        return _instead(title, before, now)
    if now:
        return _("%(tier)s: now also %(new)s") % {"tier": title, "new": now}
    if before:
        return _("%(tier)s: no longer %(old)s") % {"tier": title, "old": before}
    return _("the rule of the tier “%(tier)s”") % {"tier": title}


def _conditions(rest: Sequence[str], value: Any, currency: str) -> str:
    """Of a tier rule that says nothing but a value at a path; empty where it says nothing."""
    if value is None:
        return ""
    for key in reversed(rest):
        value = {key: value}
    return conditions_in_words(value, currency)


def _bound(title: str, measure: str, bound: str, old: Any, new: Any, currency: str) -> str:
    words = {
        "at_least": _("%(tier)s: %(measure)s at least %(new)s instead of %(old)s"),
        "at_most": _("%(tier)s: %(measure)s at most %(new)s instead of %(old)s"),
    }
    return words[bound] % {
        "tier": title,
        "measure": measure_title(measure),
        "new": measure_number(measure, new, currency),
        "old": measure_number(measure, old, currency),
    }


def _instead(title: str, old: str, new: str) -> str:
    words = {"title": title, "old": old, "new": new}
    return _("%(title)s: %(new)s instead of %(old)s") % words


def _stages(names: Sequence[str] | None) -> str:
    return named([STAGES.get(name, name) for name in names or ()])


def _both_days(old: int, new: int) -> dict[str, str]:
    language = get_language() or "en"
    return {"old": formats.days(old, language), "new": formats.days(new, language)}
