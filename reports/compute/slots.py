"""The places of a report in which people put their words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CORRECTION = "correction"
LONGEST = 5000
_TOKEN = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True)
class Slot:
    """``text``: what stands there unless somebody writes something else. ``tokens``: the figures that
    words there may name in braces, and how each reads."""

    key: str
    label: str
    section: str
    text: str
    tokens: Mapping[str, str] = field(default_factory=dict)


def slots_of(document: Mapping[str, Any]) -> list[Slot]:
    """The slots of a stored document, as they are read; one that stands twice, for two audiences, is
    one."""
    found = [
        Slot(
            block["slot"],
            block.get("label") or section["title"],
            section["title"],
            block["text"],
            block.get("tokens") or {},
        )
        for section in document["sections"]
        for block in section["blocks"]
        if block["type"] == "text" and block.get("slot")
    ]
    return list({slot.key: slot for slot in reversed(found)}.values())[::-1]


def kept_texts(document: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Of words by slot those that the document has a place for, and that say something else than what
    stands there."""
    found = {}
    for slot in slots_of(document):
        words = given.get(slot.key)
        if words is not None and words.strip() != slot.text.strip():
            found[slot.key] = words.replace("\r\n", "\n").strip()
    return found


def words_of(block: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """What a stored text block says, with people's words in its slot and its figures in the words."""
    text: str = texts.get(block.get("slot", ""), block["text"])
    tokens = block.get("tokens")
    return _TOKEN.sub(lambda found: tokens.get(found[1], found[0]), text) if tokens else text


def unknown_tokens(slot: Slot, text: str) -> list[str]:
    """What somebody's words name in braces that is no figure of the slot; where there are no figures,
    braces are braces, as they are in what stands there already."""
    if not slot.tokens:
        return []
    return [
        name
        for name in _TOKEN.findall(text)
        if name not in slot.tokens and f"{{{name}}}" not in slot.text
    ]


def as_correction(
    document: Mapping[str, Any], *, title: str, notice: str, label: str
) -> dict[str, Any]:
    """The document of a further version: it says first that it is one, with a place for what is
    corrected."""
    section = {
        "key": CORRECTION,
        "title": title,
        "blocks": [
            {"type": "notice", "tone": "note", "text": notice},
            {"type": "text", "text": "", "slot": CORRECTION, "label": label},
        ],
    }
    others = [one for one in document["sections"] if one["key"] != CORRECTION]
    return {**document, "sections": [section, *others]}


def answers_asked(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What a reader is asked in a stored document: of ``request``, ``question``, ``survey``."""
    return tuple(
        dict.fromkeys(
            ask
            for section in document["sections"]
            for block in section["blocks"]
            if block["type"] == "answer"
            for ask in block.get("asks", ("request",))
        )
    )


def suggested_modules(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(``buy`` or ``use``, key of a module) of what a stored document suggests."""
    found = [
        str(item.get("key", "")).partition(":")
        for section in document["sections"]
        for block in section["blocks"]
        if block["type"] == "list"
        for item in block["items"]
    ]
    return [(kind, module) for kind, _colon, module in dict.fromkeys(found) if module]
