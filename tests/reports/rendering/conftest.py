"""Stored reports to draw."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SAMPLES = Path(__file__).parent.parent / "samples"


@dataclass
class Sample:
    document: dict[str, Any]
    texts: dict[str, str]

    def block(self, kind: str, place: int = 0) -> dict[str, Any]:
        """The block of a kind that comes at this place among those of its kind."""
        found = [
            block
            for section in self.document["sections"]
            for block in section["blocks"]
            if block["type"] == kind
        ]
        return found[place]


@pytest.fixture
def sample() -> Callable[[str], Sample]:
    """A stored report by the name of its file, to be altered at will."""

    def read(name: str) -> Sample:
        held = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
        return Sample(copy.deepcopy(held["document"]), dict(held["texts"]))

    return read
