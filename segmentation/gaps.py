"""What a night could not know or had to refuse, in plain words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from segmentation import catalogue
from segmentation.labels import DIMENSIONS
from segmentation.models import Night
from segmentation.queries.rules import document_of
from segmentation.reasons import refusal_sentence
from segmentation.rule_numbers import named


def gaps_of(night: Night) -> list[str]:
    """A sentence each: kinds of facts that the tenant has none of, dimensions that nobody has,
    quantiles over too few customers. Empty when nothing was missing."""
    return [*_missing_facts(night), *_unknown_dimensions(night), *refusals_of(night)]


def refusals_of(night: Night) -> list[str]:
    """What was refused, a sentence each."""
    return [refusal_words(one) for one in night.refusals]


def refusal_words(found: dict[str, object]) -> str:
    if "measure" in found:
        return refusal_sentence(found)
    return _("The eleven segments need five scores each of R, F and M.")


def _missing_facts(night: Night) -> list[str]:
    kinds = night.context.get("kinds")
    if not kinds:
        return []
    words = {
        "contracts": _("There are no contracts: every customer counts as a prospect."),
        "payments": _("There are no payments: what was paid is not known of anybody."),
        "usage": _("There is no usage: nobody's activity is known, and nobody is dormant."),
    }
    return [sentence for kind, sentence in words.items() if not kinds.get(kind, True)]


def _unknown_dimensions(night: Night) -> list[str]:
    known = night.context.get("known_dimensions")
    if known is None:
        return []
    rules = document_of(night.rule_set)["dimensions"]
    refused = {one.get("measure") for one in night.refusals if one.get("found")}
    sentences = []
    for name, word in DIMENSIONS.items():
        if name in known:
            continue
        if refused & rules[name]["measures"].keys():
            # Its facts are there; waiting for them would be in vain.
            sentences.append(
                _(
                    "%(dimension)s is not known of any customer: too few customers to compare. The "
                    "tiers leave it out."
                )
                % {"dimension": word}
            )
            continue
        facts = {
            str(catalogue.FACTS[catalogue.get(measure).facts]): None
            for measure, levelling in rules[name]["measures"].items()
            if levelling is not None and measure in catalogue.names()
        }
        sentences.append(
            _(
                "%(dimension)s is not known of any customer; the tiers leave it out until its facts "
                "are there (%(facts)s)."
            )
            % {
                "dimension": word,
                "facts": named(facts),
            }
        )
    return sentences
