"""How a tenant's reports look, as it is stored, and which sections come in which order for whom."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DECISION_MAKER, KEY_USER = "decision_maker", "key_user"
AUDIENCES = (DECISION_MAKER, KEY_USER)
SECTIONS = ("used", "who", "did", "product", "suggest", "next", "answer")
"""The sections that may be left out and put in another order; the head always comes first."""

USUAL_SECTIONS: Mapping[str, tuple[str, ...]] = {
    # One page: persons by name are the key users' matter.
    DECISION_MAKER: ("used", "did", "product", "suggest", "next", "answer"),
    KEY_USER: SECTIONS,
}
TEXTS = ("greeting", "closing", "footer")
PLACEHOLDERS = ("customer", "period", "vendor", "face")
"""What texts may name in braces: ``{customer}`` …"""

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Look:
    """
    version: of the template; None: as shipped. logo: SHA-256 of a stored image. accent: ``#rrggbb``.
    sections: audience → those it gets, in their order.
    names: language → section → what it is called. texts: language → of `TEXTS`.
    """

    version: int | None = None
    logo: str = ""
    accent: str = ""
    sections: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: USUAL_SECTIONS)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def name(self, language: str, section: str) -> str:
        """Empty: as shipped."""
        return self.names.get(language, {}).get(section, "")

    def text(self, language: str, key: str) -> str:
        return self.texts.get(language, {}).get(key, "")

    @property
    def order(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Sections with the audiences that get them there, none standing for both."""
        return merged(self.sections[DECISION_MAKER], self.sections[KEY_USER])


def read_look(stored: Mapping[str, Any], version: int | None) -> Look:
    """Of ``ReportTemplate.look``; what is left out is as shipped, what nobody knows is passed over."""
    chosen = stored.get("sections") or {}
    return Look(
        version=version,
        logo=str(stored.get("logo") or ""),
        accent=str(stored.get("accent") or ""),
        sections={
            audience: tuple(key for key in chosen[audience] if key in SECTIONS)
            if audience in chosen
            else USUAL_SECTIONS[audience]
            for audience in AUDIENCES
        },
        names=stored.get("names") or {},
        texts=stored.get("texts") or {},
    )


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with what it names in braces; nothing else in it is read."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def unknown_placeholders(text: str) -> list[str]:
    return [name for name in _PLACEHOLDER.findall(text) if name not in PLACEHOLDERS]


def merged(first: Sequence[str], second: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """One order for two audiences: a section that both meet at the same place stands once; where they
    disagree, it stands twice, for one each."""
    # Longest common subsequence of the tails, by their beginnings.
    longest: dict[tuple[int, int], tuple[str, ...]] = {}
    for here in range(len(first), -1, -1):
        for there in range(len(second), -1, -1):
            if here == len(first) or there == len(second):
                longest[here, there] = ()
            elif first[here] == second[there]:
                longest[here, there] = (first[here], *longest[here + 1, there + 1])
            else:
                longest[here, there] = max(
                    longest[here + 1, there], longest[here, there + 1], key=len
                )
    found: list[tuple[str, tuple[str, ...]]] = []
    here = there = 0
    for common in (*longest[0, 0], ""):
        while here < len(first) and first[here] != common:
            found.append((first[here], (DECISION_MAKER,)))
            here += 1
        while there < len(second) and second[there] != common:
            found.append((second[there], (KEY_USER,)))
            there += 1
        if common:
            found.append((common, ()))
            here, there = here + 1, there + 1
    return tuple(found)


def contrast_on_white(colour: str) -> float:
    """Of ``#rrggbb``, as WCAG counts it: 1 to 21."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
