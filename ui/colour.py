"""OKLCH to sRGB, for where no browser does it: PDF drawings and the tests of contrast.

The conversion is Björn Ottosson's (https://bottosson.github.io/posts/oklab/), the contrast ratio
that of WCAG 2.2.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Oklch:
    """Lightness 0..1, chroma 0..0.4, hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    def css(self) -> str:
        return f"oklch({self.lightness:g} {self.chroma:g} {self.hue:g})"

    def hex(self) -> str:
        return "#" + "".join(f"{round(_encoded(value) * 255):02x}" for value in self.linear_rgb())

    def in_srgb(self) -> bool:
        """Whether a plain screen can show it without clipping."""
        return all(-0.002 <= value <= 1.002 for value in self._linear())

    def linear_rgb(self) -> tuple[float, float, float]:
        """Linear light, each 0..1, clipped to what sRGB can show."""
        red, green, blue = (min(1.0, max(0.0, value)) for value in self._linear())
        return red, green, blue

    def _linear(self) -> tuple[float, float, float]:
        a = self.chroma * math.cos(math.radians(self.hue))
        b = self.chroma * math.sin(math.radians(self.hue))
        long = (self.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
        medium = (self.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (self.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
        return (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )


def luminance(colour: Oklch) -> float:
    """Relative luminance after WCAG, 0 (black) to 1 (white)."""
    red, green, blue = colour.linear_rgb()
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Oklch, other: Oklch) -> float:
    """Contrast ratio after WCAG, 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _encoded(linear: float) -> float:
    if linear <= 0.0031308:
        return 12.92 * linear
    return float(1.055 * linear ** (1 / 2.4) - 0.055)
