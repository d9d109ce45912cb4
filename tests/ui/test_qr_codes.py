"""A QR code is drawn as a scanner expects it."""

from __future__ import annotations

import re

import pytest

from ui.qr_codes import QUIET, qr_code


def dark(text: str) -> tuple[int, set[tuple[int, int]]]:
    code = qr_code(text)
    found = re.findall(r"M(\d+) (\d+)h1v1h-1z", code.path)
    assert "".join(f"M{x} {y}h1v1h-1z" for x, y in found) == code.path
    return code.size, {(int(x), int(y)) for x, y in found}


@pytest.mark.parametrize("text", ["a", "https://tenure.example/r/12.abc/" + "x" * 200, "变更单"])
def test_three_corners_and_a_quiet_zone(text: str) -> None:
    size, modules = dark(text)
    assert (size - 2 * QUIET - 17) % 4 == 0  # the sizes that ISO/IEC 18004 knows
    inside = range(QUIET, size - QUIET)
    assert all(x in inside and y in inside for x, y in modules)
    far = size - QUIET - 7
    for left, top in ((QUIET, QUIET), (far, QUIET), (QUIET, far)):
        drawn = {
            (x, y) for x in range(7) for y in range(7) if (left + x, top + y) in modules
        }  # fmt: skip
        ring = {(x, y) for x in range(7) for y in range(7) if x in (0, 6) or y in (0, 6)}
        core = {(x, y) for x in range(2, 5) for y in range(2, 5)}
        assert drawn == ring | core


def test_another_text_is_another_code() -> None:
    assert dark("a") != dark("b")
