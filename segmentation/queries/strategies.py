"""Strategies as the tenant has them: the shipped ones with its own texts in their place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Q

from segmentation.models import StrategyText
from segmentation.strategies import (
    KINDS,
    LANGUAGES,
    Strategy,
    language_of,
    strategy_for,
    tiers_with_strategies,
)

Key = tuple[str, str]
"""(scheme, tier); the scheme may be ``role``."""


def strategies_of(wanted: Iterable[Key], language: str) -> dict[Key, Strategy]:
    """Those in force, in the reader's language; one statement. What has none is left out."""
    keys = set(wanted)
    found = {
        key: strategy for key in keys if (strategy := strategy_for(*key, language)) is not None
    }
    if not found:
        return found
    asked = Q()
    for scheme, tier in found:
        asked |= Q(scheme=scheme, tier=tier)
    for own in StrategyText.objects.filter(asked, language=language_of(language)):
        key = (own.scheme, own.tier)
        found[key] = replace(found[key], **{own.kind: own.text})
    return found


@dataclass(frozen=True)
class Part:
    """One kind in one language: the shipped text, and the tenant's own where there is one."""

    kind: str
    language: str
    shipped: str
    own: str

    @property
    def text(self) -> str:
        return self.own or self.shipped

    @property
    def field(self) -> str:
        """Its name in a form."""
        return f"{self.kind}_{self.language}"


@dataclass(frozen=True)
class Sheet:
    """Everything written about one tier."""

    scheme: str
    tier: str
    parts: list[Part]

    @property
    def has_own(self) -> bool:
        return any(part.own for part in self.parts)

    def in_language(self, language: str) -> list[Part]:
        return [part for part in self.parts if part.language == language_of(language)]


def sheets(scheme: str, tier: str | None = None) -> list[Sheet]:
    """Of a scheme, or of one of its tiers; one statement. Empty for what has no strategy."""
    rows = StrategyText.objects.filter(scheme=scheme)
    own = {(row.tier, row.kind, row.language): row.text for row in rows}
    tiers = tiers_with_strategies(scheme)
    return [
        Sheet(scheme, one, [_part(scheme, one, kind, language, own) for language, kind in _PARTS])
        for one in tiers
        if tier is None or one == tier
    ]


_PARTS = [(language, kind) for language in LANGUAGES for kind in KINDS]


def _part(
    scheme: str, tier: str, kind: str, language: str, own: dict[tuple[str, str, str], str]
) -> Part:
    shipped = strategy_for(scheme, tier, language)
    assert shipped is not None, "every listed tier has texts in both languages"
    return Part(kind, language, getattr(shipped, kind), own.get((tier, kind, language), ""))
