"""The places of a report in which people put their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CORRECTION = "correction"
LONGEST = 5000


@dataclass(frozen=True)
class Slot:
    """``text``: what stands there unless somebody writes something else."""

    key: str
    label: str
    section: str
    text: str


def slots_of(document: Mapping[str, Any]) -> list[Slot]:
    """The slots of a stored document, as they are read; one that stands twice, for two audiences, is
    one."""
    found = [
        Slot(block["slot"], block.get("label") or section["title"], section["title"], block["text"])
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
