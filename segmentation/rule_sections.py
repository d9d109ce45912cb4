"""The parts in which people read and change a rule set, whatever schemes the document has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from segmentation.compute.dimensions import LEVELS
from segmentation.compute.facets import VALUE_LEVELS
from segmentation.labels import DIMENSIONS, SCHEMES, SIDES
from segmentation.rules.differences import Path

Kind = Literal["scores", "levels", "stages", "tiers", "scheme"]


@dataclass(frozen=True)
class RuleSection:
    """``key``: in addresses; ``path``: where its part of the document is, empty for the several
    parts of scores and of the lifecycle. ``words``: of ``levels``, ascending."""

    key: str
    kind: Kind
    title: str | Promise
    about: str | Promise
    path: Path = ()
    words: tuple[str, ...] = ()
    scheme: str = ""


_ABOUT_DIMENSIONS: Mapping[str, str | Promise] = {
    "activity": _("How much the customer uses."),
    "contribution": _("What the customer gives beyond money."),
    "value": _("What the customer is worth."),
    "need": _("How demanding its needs are."),
}
_ABOUT_SIDES: Mapping[str, str | Promise] = {
    "consumption": _("What the customer buys."),
    "interaction": _("How much it has to do with the product and with us."),
    "loyalty": _("How long and how often it stayed."),
}


def sections(rules: Mapping[str, Any]) -> list[RuleSection]:
    """The sections of a whole document, in reading order."""
    found = [
        RuleSection(
            "scores",
            "scores",
            _("Scores and segments"),
            _("R, F and M of every customer, and the segments made of them."),
        )
    ]
    found += [
        RuleSection(
            name,
            "levels",
            DIMENSIONS[name],
            _ABOUT_DIMENSIONS[name],
            ("dimensions", name),
            LEVELS[name],
        )
        for name in LEVELS
        if name in rules["dimensions"]
    ]
    found += [
        RuleSection(
            "stages",
            "stages",
            _("Lifecycle stages"),
            _("When a customer counts as new or dormant, and how long a stage is held."),
        ),
        RuleSection(
            "tiers",
            "tiers",
            _("Tier scheme"),
            _("Which scheme gives the tier, and which are shown beside it."),
            ("tiers",),
        ),
    ]
    for name, scheme in sorted(rules["tiers"]["schemes"].items()):
        path: Path = ("tiers", "schemes", name)
        found.append(
            RuleSection(
                f"scheme-{name}",
                "scheme",
                SCHEMES[name],
                _("The first rule that matches gives the tier."),
                path,
                scheme=name,
            )
        )
        found += [
            RuleSection(
                f"{name}-{side}",
                "levels",
                SIDES[side],
                _ABOUT_SIDES[side],
                (*path, "facets", "value", side),
                VALUE_LEVELS,
                scheme=name,
            )
            for side in SIDES
            if side in scheme.get("facets", {}).get("value", {})
        ]
    return found


def section_of(rules: Mapping[str, Any], key: str) -> RuleSection | None:
    return next((section for section in sections(rules) if section.key == key), None)
