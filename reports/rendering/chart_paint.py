"""What the parts of a chart look like: classes where a style sheet follows, literal values on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from ui.charts.data import Number
from ui.charts.scale import text_width
from ui.colour import Oklch
from ui.palette import HUES, MARKS, SERIES

INK, FAINT, LINE, STRONG_LINE = "#1d232b", "#5d6570", "#e2e4e6", "#8d949c"
ABSENT = "–"
PAPER_FONT = "Noto Sans CJK SC"
# Tones that are none of the palette's marks.
_PLAIN = {"muted": "grey", "good": "teal", "bad": "red", "danger": "red", "warning": "orange",
          "info": "sky", "none": "grey"}  # fmt: skip
_STYLES = {
    "tick": f'fill="{FAINT}" font-size="11"',
    "strong": f'fill="{INK}" font-size="11"',
    "grid": f'stroke="{LINE}" stroke-width="1"',
    "zero": f'stroke="{STRONG_LINE}" stroke-width="1"',
    "line": 'fill="none" stroke-width="2" stroke-linejoin="round" stroke-linecap="round"',
    "area": 'fill-opacity="0.12"',
    "dot": 'stroke="#ffffff" stroke-width="1.5"',
    "segment": 'stroke="#ffffff" stroke-width="1"',
    "track": 'fill="#f0f1f2"',
    "heat": "",
    "target": f'stroke="{INK}" stroke-width="2"',
}


Write = Callable[[Number | None], str]


@dataclass(frozen=True)
class Size:
    """A view box in which letters are 11 high. height: of charts over time."""

    name: str
    width: int
    height: int


def hue_of(tone: str) -> str:
    """The name of a tone's hue in the palette; ``accent`` is the tenant's own.

    A tone that nobody knows is grey: a report must come out.
    """
    if tone == "accent":
        return "accent"
    if tone in _PLAIN:
        return _PLAIN[tone]
    kind, _separator, key = tone.partition("-")
    if kind == "series" and key.isdigit():
        return SERIES[(int(key) - 1) % len(SERIES)]
    mark = MARKS.get(kind, {}).get(key.replace("-", "_"))
    return mark.hue if mark else "grey"


@dataclass(frozen=True)
class Paint:
    """accent: the tenant's colour where colours are literal; None: classes, which style sheets fill."""

    accent: Oklch | None = None

    def look(self, part: str) -> str:
        return f'class="rc-{part}"' if self.accent is None else _STYLES[part]

    def toned(self, part: str, tone: str) -> str:
        """A part in the colour of a tone."""
        hue = hue_of(tone)
        if self.accent is None:
            return f'class="rc-{part} rt-{hue}"'
        colour = self.accent if hue == "accent" else HUES[hue].light
        name = "stroke" if part == "line" else "fill"
        return f'{name}="{colour.hex()}" {_STYLES[part]}'

    def colour(self, tone: str) -> str:
        """Literal, for paper."""
        hue = hue_of(tone)
        if hue == "accent":
            return (self.accent or HUES["blue"].light).hex()
        return HUES[hue].light.hex()


def shortened(text: str, room: float) -> str:
    """As much of a label as fits, with an ellipsis where something is missing."""
    if text_width(text) <= room:
        return text
    kept = text
    while kept and text_width(kept) + 9 > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def in_lines(text: str, room: float) -> list[str]:
    """A label on one line or on two, each as much as fits: parted between words, or, of Chinese, in
    its middle."""
    if text_width(text) <= room:
        return [text]
    places = [place for place, letter in enumerate(text) if letter == " "]
    if not places:
        if text.isascii():
            return [shortened(text, room)]
        places = [-(-len(text) // 2)]
    part = min(places, key=lambda at: max(text_width(text[:at]), text_width(text[at:].strip())))
    return [shortened(line.strip(), room) for line in (text[:part], text[part:])]


def svg_text(x: str, y: str, anchor: str, text: str, paint: Paint, part: str = "tick") -> str:
    """A label; anchor: ``start``, ``middle`` or ``end``."""
    aligned = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text {paint.look(part)} x="{x}" y="{y}"{aligned}>{escape(text)}</text>'
