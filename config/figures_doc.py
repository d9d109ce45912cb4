"""The user guide's page on figures, written from the catalogue, the rules and the maps themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from reports.catalogue import DATE, TIER_COUNTS, figure, figures_of
from reports.compute.documents import ReportKind
from segmentation import labels
from segmentation.catalogue import FACTS, Unit, all_measures
from segmentation.compute.segments import eleven_of
from segmentation.rules.defaults import DEFAULT_RULES

LANGUAGES = {"en": "figures.md", "zh-hans": "figures.zh-hans.md"}


def figures_page(language: str) -> str:
    """The page in one language, as Markdown."""
    with override(language):
        return "\n".join(_page()) + "\n"


def _page() -> Iterator[str]:
    yield f"# {_('What each figure means')}"
    yield ""
    yield _(
        "This page is written by `manage.py write_figures` from the catalogue that the engine itself "
        "uses; change the catalogue, not this page."
    )
    yield ""
    yield f"## {_('Measures')}"
    yield ""
    yield _(
        "One value per customer and night. “Last n days” are the as-of day and the n − 1 days before "
        "it. Empty means unknown, never zero."
    )
    yield ""
    yield from _table(
        (_("Key"), _("Measure"), _("Unit"), _("Definition"), _("Source")),
        (
            (
                f"`{measure.key}`",
                str(measure.title),
                str(labels.UNITS[measure.unit]),
                str(measure.definition),
                str(FACTS[measure.facts])
                + ("" if measure.has_facts else f" ({_('no facts yet')})"),
            )
            for measure in all_measures()
        ),
    )
    yield f"## {_('Scores')}"
    yield ""
    yield _(
        "R, F and M are scores from 1 to n (n = 5 unless set), each bound to a measure. By quantile: "
        "the cut points are the i/n quantiles by linear interpolation over the customers that have "
        "the measure. By thresholds: the tenant's own ascending cut points. Score = 1 + the number of "
        "cut points strictly below the value; R is reversed. Equal values get equal scores. With "
        "fewer than n customers to score, quantiles are refused and the night says so."
    )
    yield ""
    yield f"## {_('Segments')}"
    yield ""
    yield _("Eleven segments, by the three scores: a row for each R and F, a column for each M.")
    yield ""
    columns = tuple(f"M = {m}" for m in range(1, 6))
    yield from _table(
        ("R, F", *columns),
        (
            (
                f"{r}, {f}",
                *(str(labels.SEGMENTS[eleven_of(r, f, m)]) for m in range(1, 6)),
            )
            for r in range(1, 6)
            for f in range(1, 6)
        ),
    )
    yield _(
        "Eight classes, by high and low of each: a recency is high when it is at most the mean of the "
        "scored customers, frequency and monetary when they are at least the mean; or the median, or "
        "a score, as the rules say."
    )
    yield ""
    yield from _table(
        ("R", "F", "M", _("Class")),
        (
            (*(_("high") if bit else _("low") for bit in bits), str(labels.CLASSES[key]))
            for key, bits in _class_bits().items()
        ),
    )
    yield f"## {_('Rules as shipped')}"
    yield ""
    yield _("`show_rules` prints a tenant's own.")
    yield ""
    yield from _dimensions(DEFAULT_RULES["dimensions"], labels.DIMENSIONS)
    yield f"## {_('Tier schemes as shipped')}"
    yield ""
    yield _(
        "Every night computes all three; the rules say which one gives the tier and which others are "
        "shown. The first rule that matches gives the tier, from top to bottom."
    )
    yield ""
    for name, scheme in DEFAULT_RULES["tiers"]["schemes"].items():
        yield f"### {labels.SCHEMES[name]}"
        yield ""
        yield from _scheme(scheme)
        if "facets" in scheme:
            yield _("The value beside the tier is the average of three sides:")
            yield ""
            yield from _dimensions(scheme["facets"]["value"], labels.SIDES)
    yield from _reports()


def _reports() -> Iterator[str]:
    yield f"## {_('Figures of reports')}"
    yield ""
    yield _(
        "A report is over a month or a quarter. “Start” is the last day before a month and the first day "
        "of a quarter, “end” its last day. A figure without facts is absent and says why."
    )
    yield ""
    for kind, title in (
        (ReportKind.CUSTOMER, _("Customers' reports")),
        (ReportKind.EXECUTIVE, _("The executives' report")),
    ):
        yield f"### {title}"
        yield ""
        found = [*figures_of(kind).values()]
        if kind is ReportKind.EXECUTIVE:
            tier = figure(kind, f"{TIER_COUNTS}{next(iter(labels.TIERS))}")
            words = _("Customers in tier")
            found.append(replace(tier, key=f"{TIER_COUNTS}<tier>", label=words))
        yield from _table(
            (_("Key"), _("Figure"), _("Unit"), _("Formula"), _("Source")),
            (
                (
                    f"`{one.key}`",
                    str(one.label),
                    _("day") if one.unit == DATE else str(labels.UNITS[Unit(one.unit)]),
                    str(one.formula),
                    str(one.source),
                )
                for one in found
            ),
        )


def _class_bits() -> dict[str, tuple[bool, bool, bool]]:
    """Which of R, F, M are high in each of the eight classes."""
    worth = {"key": True, "general": False}
    kind = {
        "value": (True, True),
        "develop": (True, False),
        "keep": (False, True),
        "winback": (False, False),
    }
    return {f"{m}_{k}": (*kind[k], worth[m]) for m in worth for k in kind}


def _scheme(scheme: dict[str, Any]) -> Iterator[str]:
    """A row per tier, in the order of decision; stages without a tier come first."""
    rows = []
    if scheme["without"]:
        rows.append((_("none"), _stages(scheme["without"])))
    for tier in scheme["order"]:
        rule = scheme["rules"][tier]
        parts = [_stages(rule["stages"])] if "stages" in rule else []
        if "dimensions" in rule:
            names = ", ".join(str(labels.DIMENSIONS[name]) for name in rule["dimensions"])
            counts = ", ".join(
                _COUNTS[key] % {"number": number} for key, number in rule["count"].items()
            )
            parts.append(f"{names}: {counts}")
        for measure, bounds in rule.get("measures", {}).items():
            parts += [f"`{measure}` {_SIGNS[key]} {bound}" for key, bound in bounds.items()]
        rows.append((str(labels.TIERS[tier]), "; ".join(parts) or _("everybody else")))
    yield from _table((_("Tier"), _("Condition")), rows)


_SIGNS = {"at_least": "≥", "at_most": "≤"}
_COUNTS = {
    "high_at_least": gettext_lazy("at least %(number)s high"),
    "high_at_most": gettext_lazy("at most %(number)s high"),
    "low_at_least": gettext_lazy("at least %(number)s low"),
    "low_at_most": gettext_lazy("at most %(number)s low"),
}


def _stages(keys: list[str]) -> str:
    names = ", ".join(str(labels.STAGES[key]) for key in keys)
    return _("Stage: %(names)s") % {"names": names}


def _dimensions(dimensions: dict[str, Any], names: Mapping[str, Any]) -> Iterator[str]:
    rows = []
    for key, dimension in dimensions.items():
        for measure, rule in dimension["measures"].items():
            cuts = ", ".join(map(str, rule["cuts"])) if "cuts" in rule else f"1/{rule['bins']}"
            levels = " · ".join(str(labels.LEVELS[level]) for level in rule["levels"])
            rows.append((str(names[key]), f"`{measure}`", cuts, levels))
    yield from _table((_("Dimension"), _("Measure"), _("Cut points"), _("Levels")), rows)


def _table(head: tuple[str, ...], rows: Any) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "| " + " | ".join("---" for _column in head) + " |"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""
