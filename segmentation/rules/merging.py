"""A rule file merged into the current rules."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from segmentation.rules.defaults import DEFAULT_RULES


def merge_rules(current: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The whole document after the change; neither argument is touched.

    Objects merge key by key; an object of the change that has `method` replaces the one it meets;
    so does everything that is no object (a list, a number, null). `$schema` is dropped. The result
    may be invalid: `validation.validate_rules` tells, naming paths as they are in the file.
    """
    merged = _merge(current, change)
    merged.pop("$schema", None)
    return merged


def complete_rules(document: Mapping[str, Any]) -> dict[str, Any]:
    """A whole rule set as it is understood today: a document of before schemes B and C were shipped
    has the shipped ones; everything it says itself stays."""
    tiers = document["tiers"]
    shipped = DEFAULT_RULES["tiers"]
    if tiers.keys() >= shipped.keys() and tiers["schemes"].keys() >= shipped["schemes"].keys():
        return dict(document)
    schemes = {**deepcopy(shipped["schemes"]), **tiers["schemes"]}
    return {**document, "tiers": {"also_shown": [], **tiers, "schemes": schemes}}


def _merge(current: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(deepcopy(current))
    for key, value in change.items():
        before = merged.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping) and "method" not in value:
            merged[key] = _merge(before, value)
        else:
            merged[key] = deepcopy(value)
    return merged
