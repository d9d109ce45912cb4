"""The reasons that a night gives, as sentences in the reader's language.

The engine gives codes (`tiers.assign`, `moves.detect`, `scores.Refusal`), which are stored and
printed as they are; here they become words. Plain text, no markup. Measures and their numbers are
written as the language writes them; money in the tenant's currency.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from segmentation import catalogue
from segmentation.catalogue import Unit
from segmentation.labels import BRANCHES, DIMENSIONS, LEVELS, SLOTS, STAGES
from segmentation.rule_change_words import change_sentence
from segmentation.rule_numbers import named
from ui import formats

_BOUND = re.compile(r"(\w+)(>=|<=)(.+)")


def tier_sentence(reason: str) -> str:
    """Why a customer is in its tier, or in none: from Assignment.reason, scores left aside.

    An unknown code is given back as it is.
    """
    code = reason.partition(";")[0]
    if code == "prospect":
        return _("A prospect has no tier: there was never a contract.")
    if code == "no_dimension_known":
        return _("No tier: neither activity, contribution nor value is known for any customer.")
    if code == "otherwise":
        return _("None of the other rules matched.")
    if code == "unknown":
        return _("No tier: it depends on what is not known.")
    if code.startswith("no_tier_in_stage="):
        stage = _stage(code.partition("=")[2])
        return _("A customer in the stage “%(stage)s” has no tier.") % {"stage": stage}
    if code.startswith("unknown:"):
        names = named(_input(name) for name in code.partition(":")[2].split(","))
        return _("No tier: it depends on what is not known (%(names)s).") % {"names": names}
    parts = [_condition(part) for part in code.split(",") if part]
    return _joined(parts) if parts else code


def missing_scores(reason: str) -> list[str]:
    """Why R, F or M have no score, a sentence each: from Assignment.reason."""
    sentences = []
    for code in reason.split(";")[1:]:
        slot, _sign, why = code.removeprefix("no_").partition("=")
        words = {
            "no_value": _("%(slot)s has no score: the customer has no value of its measure."),
            "too_few_customers": _("%(slot)s has no score: too few customers to compare."),
        }
        if why in words and slot in SLOTS:
            sentences.append(words[why] % {"slot": SLOTS[slot]})
    return sentences


def move_sentence(kind: str, detail: Mapping[str, Any], currency: str = "") -> str:
    """What a move was decided by: from Move.kind and Move.reason, with the values then and now.

    currency: of the tenant, for amounts. Where the rules moved the customer, what they say now
    stands in the place of the values.
    """
    rules = pgettext("between conditions", "; ").join(
        change_sentence(path, old, new, currency) for path, old, new in detail.get("rules", ())
    )
    if rules:
        rules = _("the rules changed: %(changes)s") % {"changes": rules}
    decided = _decided_by(kind, detail, currency, is_by_rules=bool(rules))
    return _with(decided, rules) if decided else rules


def _decided_by(kind: str, detail: Mapping[str, Any], currency: str, *, is_by_rules: bool) -> str:
    values = _joined(
        [
            _changed(_measure(name), _value(name, old, currency), _value(name, new, currency))
            for name, (old, new) in sorted(detail["measures"].items())
        ]
    )
    if kind == "stage":
        reason = str(BRANCHES.get(detail["branch"], detail["branch"]))
        if detail["grounds"] == "days":
            reason = _joined([reason, _("the time as a new customer is over")])
        return reason if is_by_rules else _with(reason, values)
    if not detail["because"]:
        if is_by_rules:
            return ""
        return _("Another dimension became known, or unknown, for the customers as a whole.")
    parts = []
    if "stage" in detail:
        old, new = detail["stage"]
        parts.append(_changed(_("Stage"), _stage(old), _stage(new)))
    for name, (old, new) in detail["levels"].items():
        parts.append(_changed(_input(name), _level(old), _level(new)))
    if is_by_rules:
        return _joined(parts)
    if not parts:
        return values
    if detail["relative"]:
        values = _("the other customers changed")
    return _with(_joined(parts), values)


def most_sentence(detail: Mapping[str, Any], currency: str = "") -> str:
    """The measures that changed most beside those that a move names; empty when none did."""
    return _joined(
        [
            _changed(_measure(name), _value(name, old, currency), _value(name, new, currency))
            for name, old, new in detail.get("most", ())
        ]
    )


def refusal_sentence(refusal: Mapping[str, Any]) -> str:
    """Why quantiles were refused: from a refusal as a night stores it."""
    return _(
        "Too few customers to compare by “%(measure)s”: %(found)s of at least %(needed)s. "
        "Nobody is scored by it."
    ) % {
        "measure": _measure(refusal["measure"]),
        "found": refusal["found"],
        "needed": refusal["needed"],
    }


def _condition(code: str) -> str:
    """`stage=churned`, `activity=high`, `tenure_days>=365`."""
    bound = _BOUND.fullmatch(code)
    if bound:
        name, sign, number = bound.groups()
        words = {
            ">=": _("%(measure)s is at least %(number)s"),
            "<=": _("%(measure)s is at most %(number)s"),
        }
        return words[sign] % {"measure": _measure(name), "number": _bound(name, number)}
    name, equals, word = code.partition("=")
    if name == "stage":
        return _("%(name)s: %(word)s") % {"name": _("Stage"), "word": _stage(word)}
    if equals and name in DIMENSIONS:
        return _("%(name)s: %(word)s") % {"name": DIMENSIONS[name], "word": _level(word)}
    return code


def _bound(measure: str, number: str) -> str:
    """A bound of a rule, with its unit."""
    if measure in catalogue.names() and catalogue.get(measure).unit is Unit.DAYS:
        return formats.days(Decimal(number), get_language() or "en")
    return _value(measure, number, "")


def _changed(name: str, old: str, new: str) -> str:
    return _("%(name)s %(old)s → %(new)s") % {"name": name, "old": old, "new": new}


def _with(reason: str, values: str) -> str:
    if not values:
        return reason
    return _("%(reason)s (%(values)s)") % {"reason": reason, "values": values}


def _joined(parts: list[str]) -> str:
    return pgettext("between the parts of a list", ", ").join(parts)


def _input(name: str) -> str:
    return str(DIMENSIONS[name]) if name in DIMENSIONS else _measure(name)


def _stage(key: str | None) -> str:
    return str(STAGES.get(key or "", key or _("none")))


def _level(key: str | None) -> str:
    return str(LEVELS.get(key or "", key or _("unknown")))


def _measure(key: str) -> str:
    return str(catalogue.get(key).title) if key in catalogue.names() else key


def _value(measure: str, text: str | None, currency: str) -> str:
    """A canonical number as the language writes it."""
    if text is None:
        return _("unknown")
    language = get_language() or "en"
    unit = catalogue.get(measure).unit if measure in catalogue.names() else None
    number = Decimal(text)
    if unit is Unit.MONEY and currency:
        return formats.money(number, currency, language)
    if unit is Unit.SHARE:
        return formats.percent(number, language)
    return formats.number(number, language)
