"""A rule set in words: what each part says, what is wrong with it, where two of them differ.

Plain text in the reader's language; numbers in people's units (money in the tenant's currency,
shares as percentages).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from segmentation.compute.scores import DEFAULT_BINS, SLOTS
from segmentation.labels import LEVELS, SCHEMES, STAGES, TIERS
from segmentation.labels import SLOTS as SLOT_WORDS
from segmentation.rule_numbers import joined, measure_number, measure_title, named, share
from segmentation.rule_sections import RuleSection, sections
from segmentation.rules.basis import AUTO, MEASURES_OF_BASIS
from segmentation.rules.differences import at
from segmentation.tier_rule_words import rule_in_words, tiers_in_order
from ui import formats


@dataclass(frozen=True)
class Line:
    """One statement of a rule set. ``key`` tells it from the others of its section; ``measure``: the
    one whose definition stands beside it."""

    key: str
    label: str
    text: str
    measure: str = ""


@dataclass(frozen=True)
class Part:
    """A section in words."""

    section: RuleSection
    lines: list[Line]


@dataclass(frozen=True)
class ChangedLine:
    """``old`` or ``new`` empty: the statement is only in the other."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class ChangedPart:
    section: RuleSection
    lines: list[ChangedLine]


def in_words(rules: Mapping[str, Any], currency: str) -> list[Part]:
    """Every section of a whole, valid rule set. currency: of the tenant."""
    return [Part(section, lines_of(rules, section, currency)) for section in sections(rules)]


def changes_in_words(
    old: Mapping[str, Any], new: Mapping[str, Any], currency: str
) -> list[ChangedPart]:
    """The statements that differ between two rule sets, by section; in the order of the new one."""
    before = {part.section.key: part for part in in_words(old, currency)}
    after = {part.section.key: part for part in in_words(new, currency)}
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        was = {line.key: line for line in before[key].lines} if key in before else {}
        now = {line.key: line for line in after[key].lines} if key in after else {}
        lines = []
        for name in [*now, *(name for name in was if name not in now)]:
            old_text = was[name].text if name in was else ""
            new_text = now[name].text if name in now else ""
            if old_text != new_text:
                lines.append(ChangedLine((now.get(name) or was[name]).label, old_text, new_text))
        if lines:
            found.append(ChangedPart((after.get(key) or before[key]).section, lines))
    return found


def lines_of(rules: Mapping[str, Any], section: RuleSection, currency: str) -> list[Line]:
    """What one section says."""
    match section.kind:
        case "scores":
            return _scores(rules, currency)
        case "levels":
            return _levels(at(rules, section.path), section.words, currency)
        case "stages":
            return _stages(rules)
        case "tiers":
            return _tiers(rules["tiers"])
        case _:
            return _scheme(at(rules, section.path), currency)


def _scores(rules: Mapping[str, Any], currency: str) -> list[Line]:
    rfm, days = rules["rfm"], rules["window_days"]
    basis = {
        AUTO: _("settled by the first night: engagement with contracts, payments without"),
        "engagement": _("engagement: use and annual fees"),
        "payments": _("payments"),
    }
    high = rules["class8"]["high"]
    maps = {"eleven": _("eleven segments"), "eight": _("eight classes")}
    lines = [
        Line(
            "window",
            _("Look-back window of payments"),
            _("all payments") if days is None else _("the last %(days)s") % {"days": _days(days)},
        ),
        Line("basis", _("Basis"), basis[rfm["basis"]]),
    ]
    for slot in SLOTS:
        measure = _slot_measure(rfm, slot)
        name = measure_title(measure) if measure else _("the measure of the basis")
        lines.append(
            Line(
                slot,
                str(SLOT_WORDS[slot]),
                _("%(name)s: %(word)s")
                % {"name": name, "word": _method(rfm[slot], measure, currency)},
                measure,
            )
        )
    words = {
        "mean": _("at or better than the mean of the scored customers"),
        "median": _("at or better than the median of the scored customers"),
    }
    return [
        *lines,
        Line("map", _("Segments shown"), maps[rfm["map"]]),
        Line(
            "high",
            _("High in the eight classes"),
            words.get(high) or _("a score of at least %(score)s") % {"score": high},
        ),
    ]


def _slot_measure(rfm: Mapping[str, Any], slot: str) -> str:
    measure: str = rfm[slot].get("measure", AUTO)
    if measure == AUTO:
        measure = MEASURES_OF_BASIS.get(rfm["basis"], {}).get(slot, "")
    return measure


def _method(rule: Mapping[str, Any], measure: str, currency: str) -> str:
    if rule["method"] == "thresholds":
        cuts = named([measure_number(measure, cut, currency) for cut in rule["cuts"]])
        return _("cut points %(cuts)s") % {"cuts": cuts}
    number = rule.get("bins", DEFAULT_BINS)
    return _("%(number)s equal parts of the customers") % {"number": number}


def _levels(rule: Mapping[str, Any], words: tuple[str, ...], currency: str) -> list[Line]:
    lines = [Line("combine", _("The level is"), combined(rule["combine"]))]
    for measure in sorted(rule["measures"], key=measure_title):
        levelling = rule["measures"][measure]
        if levelling is not None:
            text = _levelling(levelling, measure, words, currency)
            lines.append(Line(measure, measure_title(measure), text, measure))
    return lines


def combined(word: str) -> str:
    """How the levels of its measures give that of a dimension."""
    words = {
        "highest": _("the highest level of the measures known"),
        "lowest": _("the lowest level of the measures known"),
        "average": _("the average of the measures known"),
    }
    return words[word]


def _levelling(rule: Mapping[str, Any], measure: str, words: tuple[str, ...], currency: str) -> str:
    levels = [str(LEVELS[level]) for level in rule.get("levels", words)]
    if rule.get("reversed", False):
        levels.reverse()
    if rule["method"] == "quantile":
        return _("equal parts of the customers served, from low to high values: %(levels)s") % {
            "levels": named(levels)
        }
    steps = [
        _("%(level)s up to %(cut)s")
        % {"level": level, "cut": measure_number(measure, cut, currency)}
        for level, cut in zip(levels, rule["cuts"], strict=False)
    ]
    return joined([*steps, _("%(level)s above") % {"level": levels[-1]}])


def _stages(rules: Mapping[str, Any]) -> list[Line]:
    stages, nights = rules["stages"], rules["hysteresis_nights"]
    collapse = stages["collapse"]
    return [
        Line(
            "new_days",
            _("New"),
            _("for fewer than %(days)s after the first acceptance or contract start")
            % {"days": _days(stages["new_days"])},
        ),
        Line(
            "dormant_days",
            _("Dormant"),
            _("after %(days)s without usage") % {"days": _days(stages["dormant_days"])},
        ),
        Line(
            "collapse",
            _("Dormant as well"),
            _(
                "when usage falls to %(share)s or less of the 30 days before, "
                "if these had at least %(events)s events"
            )
            % {
                "share": share(collapse["ratio"]),
                "events": formats.number(collapse["min_events"], get_language() or "en"),
            },
        ),
        Line(
            "hysteresis",
            _("A stage gets worse"),
            ngettext(
                "at once",
                "after it was worse on %(nights)s nights in a row",
                max(nights, 1),
            )
            % {"nights": nights},
        ),
    ]


def _tiers(tiers: Mapping[str, Any]) -> list[Line]:
    also = [str(SCHEMES[name]) for name in tiers.get("also_shown", ())]
    return [
        Line("scheme", _("The tier comes from"), str(SCHEMES[tiers["scheme"]])),
        Line("also", _("Shown beside it"), named(also) or _("nothing else")),
    ]


def _scheme(scheme: Mapping[str, Any], currency: str) -> list[Line]:
    without = named([STAGES[stage] for stage in scheme["without"]])
    lines = [
        Line("without", _("Stages without a tier"), without or _("none")),
        Line("order", _("Decision order"), tiers_in_order(scheme["order"])),
    ]
    lines += [
        Line(f"rule-{tier}", str(TIERS[tier]), rule_in_words(scheme["rules"][tier], currency))
        for tier in scheme["order"]
    ]
    ladder = tiers_in_order(scheme["ladder"])
    return [*lines, Line("ladder", _("The tiers a customer climbs"), ladder or _("none"))]


def _days(number: int) -> str:
    return formats.days(number, get_language() or "en")
