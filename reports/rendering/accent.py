"""The tenant's colour, in steps that a style sheet knows, so that pages need no style of their own.

Hue in steps of 5 degrees, chroma in five, lightness never above what is readable on white.
"""

from __future__ import annotations

import math
import re

from ui.colour import Oklch

# The product's petrol.
DEFAULT = Oklch(0.46, 0.085, 220)
HUE_STEP = 5
CHROMAS = (0.01, 0.05, 0.085, 0.125, 0.17)
LIGHTEST, DARKEST, LIGHTNESS_STEP = 0.52, 0.26, 0.02
_HEX = re.compile(r"#?([0-9a-fA-F]{6})")


def accent_of(text: str) -> Oklch:
    """The step next to ``#rrggbb``; the product's own where the text is none."""
    found = _HEX.fullmatch(text.strip())
    if not found:
        return DEFAULT
    exact = _oklch(found[1])
    lightness = min(LIGHTEST, max(DARKEST, exact.lightness))
    return Oklch(
        round(DARKEST + round((lightness - DARKEST) / LIGHTNESS_STEP) * LIGHTNESS_STEP, 2),
        min(CHROMAS, key=lambda chroma: abs(chroma - exact.chroma)),
        round(exact.hue / HUE_STEP) * HUE_STEP % 360,
    )


def accent_classes(accent: Oklch) -> str:
    """Of ``report-1.css``."""
    lightness = round((accent.lightness - DARKEST) / LIGHTNESS_STEP)
    return f"ra-l{lightness} ra-c{CHROMAS.index(accent.chroma)} ra-h{round(accent.hue)}"


def accent_rules() -> str:
    """The style sheet's rules for every class."""
    steps = round((LIGHTEST - DARKEST) / LIGHTNESS_STEP)
    rules = [
        f".ra-l{step}{{--accent-l:{DARKEST + step * LIGHTNESS_STEP:.2f}}}"
        for step in range(steps + 1)
    ]
    rules += [f".ra-c{place}{{--accent-c:{chroma}}}" for place, chroma in enumerate(CHROMAS)]
    rules += [f".ra-h{hue}{{--accent-h:{hue}}}" for hue in range(0, 360, HUE_STEP)]
    return "\n".join(rules) + "\n"


def _oklch(digits: str) -> Oklch:
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        math.hypot(a, b),
        math.degrees(math.atan2(b, a)) % 360,
    )


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
