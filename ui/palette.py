"""The marks of tiers, stages, segments and levels: a word, a shape and a colour each.

One place for screens, charts and PDF. A colour never stands alone: every mark has its own shape
within its kind, and a word beside it. The six hues of the tiers stay apart for people with any
of the three colour-vision deficiencies (``tests/ui/test_palette.py`` simulates them);
``static/css/tokens.css`` repeats the hues, and the same test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ui.colour import Oklch


@dataclass(frozen=True)
class Hue:
    light: Oklch
    dark: Oklch


HUES: dict[str, Hue] = {
    "blue": Hue(Oklch(0.37, 0.14, 266), Oklch(0.56, 0.165, 264)),
    "teal": Hue(Oklch(0.57, 0.095, 186), Oklch(0.86, 0.08, 172)),
    "sky": Hue(Oklch(0.645, 0.13, 240), Oklch(0.77, 0.12, 234)),
    "orange": Hue(Oklch(0.66, 0.145, 62), Oklch(0.8, 0.14, 72)),
    "plum": Hue(Oklch(0.39, 0.14, 352), Oklch(0.58, 0.15, 352)),
    "grey": Hue(Oklch(0.5, 0.01, 260), Oklch(0.66, 0.01, 256)),
    "violet": Hue(Oklch(0.5, 0.15, 300), Oklch(0.7, 0.13, 300)),
    "red": Hue(Oklch(0.52, 0.17, 28), Oklch(0.7, 0.16, 28)),
}

# Drawn in a box of 12 x 12. True: filled; False: an outline of 1.5.
SHAPES: dict[str, tuple[str, bool]] = {
    "up": ("M6 1.5 11 10.5H1Z", True),
    "up-open": ("M6 2.8 10 9.8H2Z", False),
    "down": ("M6 10.5 1 1.5H11Z", True),
    "down-open": ("M6 9.2 2 2.2H10Z", False),
    "circle": ("M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9Z", True),
    "ring": ("M6 2.2a3.8 3.8 0 1 0 0 7.6a3.8 3.8 0 1 0 0-7.6Z", False),
    "half": ("M6 1.5a4.5 4.5 0 0 0 0 9ZM6 2.2a3.8 3.8 0 0 1 0 7.6", False),
    "diamond": ("M6 .8 11.2 6 6 11.2.8 6Z", True),
    "diamond-open": ("M6 1.9 10.1 6 6 10.1 1.9 6Z", False),
    "square": ("M2 2H10V10H2Z", True),
    "square-open": ("M2.2 2.2H9.8V9.8H2.2Z", False),
    "plus": ("M4.6 1H7.4V4.6H11V7.4H7.4V11H4.6V7.4H1V4.6H4.6Z", True),
    "cross": ("M2 2 10 10M10 2 2 10", False),
    "bar": ("M1.5 4.6H10.5V7.4H1.5Z", True),
    "star": (
        "M6 .6 7.6 4.3 11.6 4.7 8.6 7.4 9.5 11.3 6 9.2 2.5 11.3 3.4 7.4 .4 4.7 4.4 4.3Z",
        True,
    ),
}


@dataclass(frozen=True)
class Mark:
    """``tone`` names the CSS class ``tone-<tone>`` and the chart colour."""

    key: str
    label: str | Promise
    shape: str
    hue: str
    kind: str

    @property
    def tone(self) -> str:
        return f"{self.kind}-{self.key.replace('_', '-')}"


def _marks(kind: str, *rows: tuple[str, str | Promise, str, str]) -> dict[str, Mark]:
    return {key: Mark(key, label, shape, hue, kind) for key, label, shape, hue in rows}


MARKS: dict[str, dict[str, Mark]] = {
    # Schemes A, B and C together; the order is that of worth, best first.
    "tier": _marks(
        "tier",
        ("vip", _("VIP"), "star", "blue"),
        ("core", _("Core"), "diamond", "teal"),
        ("developing", _("Developing"), "up-open", "sky"),
        ("loyal", _("Loyal"), "star", "blue"),
        ("active", _("Active"), "circle", "sky"),
        ("high", _("High value"), "up", "blue"),
        ("mature", _("Mature"), "diamond", "teal"),
        ("mid", _("Mid value"), "circle", "sky"),
        ("low", _("Low value"), "down", "orange"),
        ("new", _("New"), "plus", "plum"),
        ("potential", _("Potential"), "ring", "violet"),
        ("lost", _("Lost"), "cross", "grey"),
    ),
    "stage": _marks(
        "stage",
        ("potential", _("Potential"), "ring", "violet"),
        ("onboarding", _("Onboarding"), "half", "plum"),
        ("new", _("New"), "plus", "plum"),
        ("active", _("Active"), "circle", "sky"),
        ("loyal", _("Loyal"), "star", "blue"),
        ("dormant", _("Dormant"), "bar", "orange"),
        ("churned", _("Churned"), "cross", "grey"),
    ),
    "segment": _marks(
        "segment",
        ("champions", _("Champions"), "star", "blue"),
        ("loyal", _("Loyal"), "diamond", "teal"),
        ("potential_loyalist", _("Potential loyalist"), "diamond-open", "teal"),
        ("new_customers", _("New customers"), "plus", "plum"),
        ("promising", _("Promising"), "up-open", "sky"),
        ("need_attention", _("Need attention"), "circle", "sky"),
        ("about_to_sleep", _("About to sleep"), "half", "orange"),
        ("at_risk", _("At risk"), "down", "orange"),
        ("cannot_lose_them", _("Cannot lose them"), "square", "red"),
        ("hibernating", _("Hibernating"), "bar", "grey"),
        ("lost", _("Lost"), "cross", "grey"),
        ("key_value", _("Key: value"), "up", "blue"),
        ("key_develop", _("Key: develop"), "diamond", "teal"),
        ("key_keep", _("Key: keep"), "circle", "sky"),
        ("key_winback", _("Key: win back"), "square", "orange"),
        ("general_value", _("General: value"), "up-open", "blue"),
        ("general_develop", _("General: develop"), "diamond-open", "teal"),
        ("general_keep", _("General: keep"), "ring", "sky"),
        ("general_winback", _("General: win back"), "square-open", "orange"),
    ),
    # Dimensions (activity, contribution, value), and need.
    "level": _marks(
        "level",
        ("high", _("High"), "up", "blue"),
        ("mid", _("Mid"), "circle", "sky"),
        ("low", _("Low"), "down", "orange"),
        ("unknown", _("Unknown"), "bar", "grey"),
        ("personalised", _("Personalised"), "star", "blue"),
        ("advanced", _("Advanced"), "diamond", "teal"),
        ("basic", _("Basic"), "ring", "sky"),
    ),
}

# Colours of series that are none of the above, in the order in which a chart takes them.
SERIES: tuple[str, ...] = ("blue", "orange", "teal", "plum", "sky", "grey")


def mark_for(kind: str, key: str) -> Mark | None:
    """The mark of ``key`` (snake_case, any case and hyphens accepted) or None if it has none."""
    return MARKS[kind].get(key.strip().lower().replace(" ", "_").replace("-", "_"))


def hue_of(tone: str) -> Hue:
    """The colour of a chart tone such as ``tier-high``, ``series-2``, ``accent`` or ``muted``.

    Raises KeyError for a tone that the palette does not know.
    """
    if tone in {"accent", "muted"}:
        return HUES["blue" if tone == "accent" else "grey"]
    kind, _separator, key = tone.partition("-")
    if kind == "series":
        return HUES[SERIES[(int(key) - 1) % len(SERIES)]]
    return HUES[MARKS[kind][key.replace("-", "_")].hue]
