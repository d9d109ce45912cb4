"""What to do about a tier: how to serve, market to and build for its customers.

Shipped texts, in both languages, in ``strategies.json``: ``scheme.tier`` → language → ``name``,
``service``, ``marketing``, ``product``. A tenant may write its own in their place
(``queries.strategies``). Contact roles have theirs as tiers of the scheme ``role``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LANGUAGES = ("zh-hans", "en")
KINDS = ("service", "marketing", "product")
ROLE = "role"


@dataclass(frozen=True)
class Strategy:
    """Texts for people, in one language."""

    name: str
    service: str
    marketing: str
    product: str


def strategy_for(scheme: str, tier: str, language: str) -> Strategy | None:
    """The shipped one of a tier (``high``), a facet (``value.high``) or a contact's role; None when
    none is shipped for it."""
    texts = _shipped().get(f"{scheme}.{tier}")
    if texts is None:
        return None
    return Strategy(**texts[language_of(language)])


def language_of(language: str) -> str:
    """Of LANGUAGES: Chinese for every kind of Chinese, English for every other language."""
    return "zh-hans" if language.lower().startswith("zh") else "en"


def tiers_with_strategies(scheme: str) -> list[str]:
    """The tiers, facet levels or roles of a scheme that have texts, in the order of the file."""
    start = f"{scheme}."
    return [key.removeprefix(start) for key in _shipped() if key.startswith(start)]


@cache
def _shipped() -> dict[str, dict[str, dict[str, str]]]:
    text = files("segmentation").joinpath("strategies.json").read_text(encoding="utf-8")
    shipped: dict[str, dict[str, dict[str, str]]] = json.loads(text)
    return shipped
