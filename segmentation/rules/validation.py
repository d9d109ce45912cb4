"""Everything that is wrong with a rule set, by JSON path.

The shape is checked by the JSON Schema; when it holds, what a schema cannot say is checked here:
cut points in order, measures that exist, a number of scores that fits the map, levels that fit the
scores, tier rules that leave no customer over.
"""

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from segmentation.compute.dimensions import LEVELS
from segmentation.compute.facets import VALUE_LEVELS
from segmentation.compute.scores import DEFAULT_BINS, SLOTS
from segmentation.rules.basis import AUTO
from segmentation.rules.schema import RuleError, path_text, schema_errors

Path = tuple[str | int, ...]
Found = Iterator[RuleError]


def validate_rules(document: Any, measures: Collection[str]) -> list[RuleError]:
    """All errors of a whole rule set, sorted by path; empty when it is valid.

    measures: the keys of the measures that a rule may name (`catalogue.names`).
    """
    errors = schema_errors(document)
    if errors:
        return errors
    found = [
        *_rfm_errors(document, measures),
        *_dimension_errors(document["dimensions"], measures),
        *_scheme_errors(document["tiers"], measures),
        *_number_errors(document["stages"]["collapse"]["ratio"], ("stages", "collapse", "ratio")),
    ]
    return sorted(set(found))


def number_of_scores(rule: Mapping[str, Any]) -> int:
    """How many scores an object with `method` gives."""
    if rule["method"] == "thresholds":
        return len(rule["cuts"]) + 1
    return int(rule.get("bins", DEFAULT_BINS))


def _rfm_errors(document: Mapping[str, Any], measures: Collection[str]) -> Found:
    rfm = document["rfm"]
    high = document["class8"]["high"]
    for slot in SLOTS:
        rule, path = rfm[slot], ("rfm", slot)
        measure = rule.get("measure", AUTO)
        if measure != AUTO:
            yield from _measure_errors(measure, measures, (*path, "measure"))
        elif rule["method"] == "thresholds":
            yield _error(
                (*path, "measure"),
                "thresholds need a named measure: cuts are in its unit",
                "measure_needed",
            )
        yield from _cut_errors(rule, path)

        scores = number_of_scores(rule)
        where = (*path, "cuts" if rule["method"] == "thresholds" else "bins")
        if rfm["map"] == "eleven" and scores != 5:
            yield _error(
                where,
                f"gives {scores} scores, and the map of eleven needs five in each slot",
                "five_scores",
                scores=scores,
            )
        if isinstance(high, int) and high > scores:
            yield _error(
                ("class8", "high"),
                f"is {high}, but {slot} has only the scores 1 to {scores}",
                "high_above_scores",
                slot=slot,
                scores=scores,
            )


def _dimension_errors(dimensions: Mapping[str, Any], measures: Collection[str]) -> Found:
    for name, dimension in dimensions.items():
        yield from _levelled_errors(dimension, LEVELS[name], measures, ("dimensions", name))


def _levelled_errors(
    rule: Mapping[str, Any], words: tuple[str, ...], measures: Collection[str], path: Path
) -> Found:
    """Of a dimension, or of a side of a facet."""
    for measure, levelling in rule["measures"].items():
        where: Path = (*path, "measures", measure)
        yield from _measure_errors(measure, measures, where)
        if levelling is None:
            continue
        yield from _cut_errors(levelling, where)
        yield from _level_errors(levelling, words, where)


def _level_errors(levelling: Mapping[str, Any], words: tuple[str, ...], path: Path) -> Found:
    scores = number_of_scores(levelling)
    if "levels" not in levelling:
        if scores != len(words):
            message = f"gives {scores} scores; say in `levels` which level each one is"
            yield _error(path, message, "levels_needed", scores=scores)
        return
    levels = levelling["levels"]
    for position, level in enumerate(levels):
        if level not in words:
            known = ", ".join(words)
            yield _error(
                (*path, "levels", position),
                f'"{level}" is not a level of it; levels: {known}',
                "choice",
            )
            return
    if len(levels) != scores:
        yield _error(
            (*path, "levels"),
            f"names {len(levels)} levels for {scores} scores",
            "levels_number",
            levels=len(levels),
            scores=scores,
        )
    for position in range(1, len(levels)):
        if words.index(levels[position]) < words.index(levels[position - 1]):
            yield _error(
                (*path, "levels", position),
                f'"{levels[position]}" is lower than "{levels[position - 1]}" before it',
                "levels_order",
            )


def _scheme_errors(tiers: Mapping[str, Any], measures: Collection[str]) -> Found:
    for name, scheme in tiers["schemes"].items():
        path: Path = ("tiers", "schemes", name)
        order, rules = scheme["order"], scheme["rules"]
        for position, tier in enumerate(order):
            if tier not in rules:
                yield _error(
                    (*path, "order", position), f'"{tier}" has no rule', "no_rule", tier=tier
                )
        last = order[-1]
        if any(rules.get(last, {}).values()):
            yield _error(
                (*path, "rules", last),
                "is the last in the order and must match everyone who is left: give it no condition",
                "last_has_condition",
            )
        for position, tier in enumerate(scheme["ladder"]):
            if tier not in order:
                yield _error(
                    (*path, "ladder", position),
                    f'"{tier}" is not in the order',
                    "not_in_order",
                    tier=tier,
                )
        for side, rule in scheme.get("facets", {}).get("value", {}).items():
            where = (*path, "facets", "value", side)
            yield from _levelled_errors(rule, VALUE_LEVELS, measures, where)
        for tier, rule in rules.items():
            yield from _tier_rule_errors(rule, measures, (*path, "rules", tier))


def _tier_rule_errors(rule: Mapping[str, Any], measures: Collection[str], path: Path) -> Found:
    if bool(rule.get("count")) != bool(rule.get("dimensions")):
        yield _error(path, "`dimensions` and `count` go together", "dimensions_and_count")
    count = rule.get("count", {})
    for word in ("high", "low"):
        least, most = count.get(f"{word}_at_least", 0), count.get(f"{word}_at_most", 4)
        if least > most:
            message = f"asks for at least {least} and at most {most} {word}"
            yield _error((*path, "count"), message, "bounds_crossed")
    for measure, bounds in rule.get("measures", {}).items():
        where = (*path, "measures", measure)
        yield from _measure_errors(measure, measures, where)
        for key, bound in bounds.items():
            yield from _number_errors(bound, (*where, key))
        if bounds.get("at_least", -math.inf) > bounds.get("at_most", math.inf):
            yield _error(where, "at_least is above at_most", "bounds_crossed")


def _measure_errors(measure: str, measures: Collection[str], path: Path) -> Found:
    if measure not in measures:
        yield _error(path, f'"{measure}" is not a measure of the catalogue', "unknown_measure")


def _cut_errors(rule: Mapping[str, Any], path: Path) -> Found:
    cuts = rule.get("cuts", ())
    for position, cut in enumerate(cuts):
        where = (*path, "cuts", position)
        yield from _number_errors(cut, where)
        if position and not cuts[position - 1] < cut:
            message = f"{cut} is not above the cut before it, {cuts[position - 1]}"
            yield _error(where, message, "cuts_order")


def _number_errors(number: float, path: Path) -> Found:
    if isinstance(number, float) and not math.isfinite(number):
        yield _error(path, "is not a finite number", "not_finite")


def _error(path: Path, message: str, code: str, **values: Any) -> RuleError:
    return RuleError(path_text(list(path)), message, code, values)
