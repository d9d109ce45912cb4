"""Marks and explanations on the screens of rules: ``{% load rules %}``."""

from __future__ import annotations

from typing import Any

from django.template import Library
from django.utils.safestring import SafeString

from segmentation import catalogue
from ui.tags.figures import why_button
from ui.tags.marks import level, segment, stage, tier

register = Library()

CHIPS = {"tier": tier, "stage": stage, "segment": segment, "level": level}


@register.simple_tag
def rule_why(measure: str, label: Any) -> SafeString:
    """The definition of a measure and where it comes from, behind a button."""
    if measure not in catalogue.names():
        return SafeString("")
    found = catalogue.get(measure)
    return why_button(formula=found.definition, source=catalogue.FACTS[found.facts], label=label)


@register.simple_tag
def rule_chip(kind: str, key: str) -> SafeString:
    """The mark of a tier, stage, segment or level."""
    return CHIPS[kind](key)
