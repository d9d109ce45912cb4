"""Colours are the same everywhere, can be told apart by everybody, and text can be read."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from ui.colour import Oklch, contrast
from ui.palette import HUES, MARKS, SHAPES, hue_of, mark_for

CSS = Path(__file__).parents[2] / "static" / "css"
PAIR = re.compile(r"--([\w-]+): light-dark\(oklch\(([^)/]+)\), oklch\(([^)/]+)\)\);")
THEMES = (0, 1)
# Machado, Oliveira, Fernandes (2009), severity 1, for linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip
TIER_HUES = ("blue", "teal", "sky", "orange", "plum", "grey")


def tokens() -> dict[str, tuple[Oklch, Oklch]]:
    found = {}
    for name, light, dark in PAIR.findall((CSS / "tokens.css").read_text()):
        found[name] = (Oklch(*map(float, light.split())), Oklch(*map(float, dark.split())))
    return found


TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929],
     [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468],
     [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip


def oklab(linear: np.ndarray) -> np.ndarray:
    return TO_LAB @ np.cbrt(TO_LMS @ linear)


def seen(colour: Oklch, deficiency: str) -> np.ndarray:
    simulated = DEFICIENCIES[deficiency] @ np.array(colour.linear_rgb())
    return oklab(np.clip(simulated, 0, 1))


def test_the_style_sheet_has_the_hues_of_the_palette() -> None:
    sheet = tokens()
    for name, hue in HUES.items():
        assert sheet[f"hue-{name}"] == (hue.light, hue.dark), name


def test_every_mark_has_its_hue_in_the_style_sheet() -> None:
    hue_of_class = {}
    for selectors, hue in re.findall(
        r"([^{}]+)\{ --tone: var\(--hue-(\w+)\); \}", (CSS / "tones.css").read_text()
    ):
        for name in re.findall(r"\.tone-([\w-]+)", selectors):
            hue_of_class[name] = hue
    for marks in MARKS.values():
        for mark in marks.values():
            assert hue_of_class.get(mark.tone) == mark.hue, mark.tone


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_tier_colours_stay_apart_for_everybody(theme: int, deficiency: str) -> None:
    colours = {name: (HUES[name].light, HUES[name].dark)[theme] for name in TIER_HUES}
    for (one, first), (other, second) in itertools.combinations(colours.items(), 2):
        distance = float(np.linalg.norm(seen(first, deficiency) - seen(second, deficiency)))
        assert distance > 0.05, f"{one} and {other} look alike ({distance:.3f})"


def test_marks_of_one_kind_differ_by_shape_or_are_never_shown_together() -> None:
    # Schemes A, B and C share the list of tiers; each scheme alone has every shape once.
    schemes = {
        "A": ("high", "mature", "mid", "low", "new", "lost"),
        "B": ("potential", "new", "active", "loyal", "lost"),
        "C": ("new", "developing", "core", "vip"),
    }
    for keys in schemes.values():
        shapes = [MARKS["tier"][key].shape for key in keys]
        assert len(set(shapes)) == len(shapes)
    stages = [mark.shape for mark in MARKS["stage"].values()]
    assert len(set(stages)) == len(stages)
    for marks in MARKS.values():
        assert all(mark.shape in SHAPES for mark in marks.values())


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ground", ["paper", "surface", "sunken", "raised", "hover"])
def test_text_can_be_read_on_every_ground(ground: str, theme: int) -> None:
    sheet = tokens()
    for ink in ("ink", "ink-soft", "ink-faint", "accent", "good", "warning", "danger", "info"):
        ratio = contrast(sheet[ink][theme], sheet[ground][theme])
        assert ratio >= 4.5, f"{ink} on {ground}: {ratio:.2f}"


@pytest.mark.parametrize("theme", THEMES)
def test_words_on_tinted_grounds_and_filled_buttons_can_be_read(theme: int) -> None:
    sheet = tokens()
    for tone in ("good", "warning", "danger", "info"):
        assert contrast(sheet[tone][theme], sheet[f"{tone}-soft"][theme]) >= 4.5
        assert contrast(sheet["ink"][theme], sheet[f"{tone}-soft"][theme]) >= 4.5
    assert contrast(sheet["accent-strong"][theme], sheet["accent-soft"][theme]) >= 4.5
    assert contrast(sheet["on-accent"][theme], sheet["accent"][theme]) >= 4.5
    assert contrast(sheet["on-danger"][theme], sheet["danger"][theme]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_marks_and_edges_of_fields_stand_out_from_their_ground(theme: int) -> None:
    sheet = tokens()
    for name in (*(f"hue-{hue}" for hue in HUES), "line-strong"):
        ratio = contrast(sheet[name][theme], sheet["surface"][theme])
        assert ratio >= 3, f"{name}: {ratio:.2f}"


def test_a_colour_converts_as_browsers_convert_it() -> None:
    assert Oklch(1, 0, 0).hex() == "#ffffff"
    assert Oklch(0, 0, 0).hex() == "#000000"
    assert Oklch(0.628, 0.2577, 29.23).hex() == "#ff0000"
    assert Oklch(0.5, 0.1, 200).css() == "oklch(0.5 0.1 200)"
    assert contrast(Oklch(1, 0, 0), Oklch(0, 0, 0)) == pytest.approx(21)


def test_marks_are_found_by_any_writing_of_their_key() -> None:
    found = mark_for("segment", "Cannot Lose Them")
    assert found is not None
    assert found.tone == "segment-cannot-lose-them"
    assert mark_for("tier", "platinum") is None


def test_chart_tones_have_a_colour() -> None:
    assert hue_of("tier-high") is HUES["blue"]
    assert hue_of("segment-cannot-lose-them") is HUES["red"]
    assert hue_of("series-2") is HUES["orange"]
    assert hue_of("series-8") is HUES["orange"]  # six colours, then from the start
    with pytest.raises(KeyError):
        hue_of("tier-platinum")
