"""What to do about a tier: how to serve, market to and build for its customers.

Shipped texts, in both languages, in ``strategies.json``: ``scheme.tier`` → language → ``name``,
``service``, ``marketing``, ``product``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Strategy:
    """Texts for people, in one language."""

    name: str
    service: str
    marketing: str
    product: str


def strategy_for(scheme: str, tier: str, language: str) -> Strategy | None:
    """Of a tier (``high``) or a facet (``value.high``); None when none is shipped for it.

    Chinese for every kind of Chinese, English for every other language.
    """
    texts = _shipped().get(f"{scheme}.{tier}")
    if texts is None:
        return None
    return Strategy(**texts["zh-hans" if language.lower().startswith("zh") else "en"])


@cache
def _shipped() -> dict[str, dict[str, dict[str, str]]]:
    text = files("segmentation").joinpath("strategies.json").read_text(encoding="utf-8")
    shipped: dict[str, dict[str, dict[str, str]]] = json.loads(text)
    return shipped
