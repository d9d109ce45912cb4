"""What validation finds wrong with a rule set, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from segmentation.labels import SLOTS, TIERS
from segmentation.rules.schema import RuleError

_TYPES = {
    "integer": lambda: _("a whole number"),
    "number": lambda: _("a number"),
    "null": lambda: _("nothing"),
}


def error_sentence(error: RuleError) -> str:
    """A sentence without the place; the engine's own English where a code has no words here."""
    values = dict(error.values)
    if error.code == "type":
        names = [_TYPES[name]() for name in values["wanted"] if name in _TYPES]
        return _("Give %(what)s.") % {"what": _(" or ").join(names)} if names else error.message
    if "slot" in values:
        values["slot"] = SLOTS[values["slot"]]
    if "tier" in values:
        values["tier"] = TIERS.get(values["tier"], values["tier"])
    sentences = {
        "missing": _("Something is missing here."),
        "choice": _("This is none of the choices."),
        "at_least": _("Must be at least %(limit)s."),
        "at_most": _("Must be at most %(limit)s."),
        "entries_at_least": _("Give at least %(limit)s."),
        "entries_at_most": _("Give at most %(limit)s."),
        "empty": _("Give at least one."),
        "twice": _("The same thing is named twice."),
        "measure_needed": _("Cut points are in the unit of a measure: name one."),
        "five_scores": _(
            "These make %(scores)s scores; the map of eleven segments needs five of each."
        ),
        "high_above_scores": _("%(slot)s has only the scores 1 to %(scores)s."),
        "levels_needed": _("These make %(scores)s scores; say which level each one is."),
        "levels_number": _("%(levels)s levels do not fit %(scores)s scores."),
        "levels_order": _("A level must not be lower than the one before it."),
        "no_rule": _("The tier “%(tier)s” has no rule."),
        "last_has_condition": _(
            "The last rule must match everyone who is left: give it no condition."
        ),
        "not_in_order": _("The tier “%(tier)s” is not given by any rule."),
        "dimensions_and_count": _(
            "Choose which dimensions are counted, and how many of them must be high or low."
        ),
        "bounds_crossed": _("The lower bound is above the upper one."),
        "unknown_measure": _("There is no such measure."),
        "cuts_order": _("Each cut point must be above the one before it."),
        "not_finite": _("Give a number."),
    }
    sentence = sentences.get(error.code)
    return sentence % values if sentence else error.message
