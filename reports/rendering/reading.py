"""A stored document as one audience reads it: people's words in their slots, figures beside the blocks
that name them, explanations numbered in the order in which they are met. Page and paper draw this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reports.compute.documents import Audience, ReportKind
from reports.compute.slots import words_of
from reports.compute.stored_documents import blocks_for

Part = dict[str, Any]
ABSENT = "–"
# Units whose values stand right, figure below figure.
TEXT_UNITS = frozenset({"text", "date", ""})
LEADING = frozenset({"text", "notice"})
# Readers of reports that have one audience: a block may be for one of them only.
SCREEN, PAPER = "screen", "paper"


@dataclass
class Reading:
    """sections: with ``key``, ``title`` and ``blocks``; notes: of the figures shown, in their order;
    common: facts that all notes share, which need be said only once."""

    document: Mapping[str, Any]
    words: Mapping[str, str]
    audience: str
    sections: list[Part] = field(default_factory=list)
    notes: list[Part] = field(default_factory=list)
    common: list[tuple[str, str]] = field(default_factory=list)

    @property
    def lead(self) -> list[Part]:
        """The sections that come first over the whole width: those without a title, or of words alone."""
        return self.sections[: self._lead_count]

    @property
    def body(self) -> list[Part]:
        return self.sections[self._lead_count :]

    @property
    def _lead_count(self) -> int:
        for place, section in enumerate(self.sections):
            if section["title"] and any(one["type"] not in LEADING for one in section["blocks"]):
                return place
        return len(self.sections)

    @property
    def is_one_page(self) -> bool:
        """Decision makers and executives get one page."""
        return (
            self.audience == Audience.DECISION_MAKER
            or self.document["kind"] == ReportKind.EXECUTIVE.value
        )


def read(
    document: Mapping[str, Any], texts: Mapping[str, str], audience: str, *, paper: bool = False
) -> Reading:
    """What the audience reads.

    audience: empty for reports that have one only; of these, paper leaves out what is for screens.
    Raises ValueError for a document of another format.
    """
    if document.get("format") != 1:
        raise ValueError(f"no renderer for format {document.get('format')!r}")
    words = _Words(document["words"])
    reading = Reading(document, words, audience)
    reader = _Reader(reading, {one["key"]: one for one in document["figures"]}, texts)
    if not audience and document["kind"] != ReportKind.CUSTOMER.value:
        audience = PAPER if paper else SCREEN
    for section in blocks_for(document, audience):
        blocks = [made for block in section["blocks"] if (made := reader.block(block)) is not None]
        if blocks:
            reading.sections.append(
                {"key": section["key"], "title": section["title"], "blocks": blocks}
            )
    _part_common(reading)
    return reading


def _part_common(reading: Reading) -> None:
    """Each note keeps what is its own besides what all have."""
    for fact in reading.notes[0]["facts"] if reading.notes else ():
        if all(fact in note["facts"] for note in reading.notes):
            reading.common.append(fact)
    for note in reading.notes:
        note["own_facts"] = [fact for fact in note["facts"] if fact not in reading.common]


class _Words(dict[str, str]):
    """Labels; one that an old document lacks is empty, and a day is itself."""

    def __missing__(self, key: str) -> str:
        return key.partition(":")[2]


class _Reader:
    def __init__(
        self, reading: Reading, figures: Mapping[str, Any], texts: Mapping[str, str]
    ) -> None:
        self.reading = reading
        self.figures = figures
        self.texts = texts
        self.notes: dict[str, Part] = {}

    def block(self, block: Mapping[str, Any]) -> Part | None:
        """The block, ready to be drawn; None: nothing is in it."""
        kind = block["type"]
        made: Part = {**block, "type": kind}
        if kind == "text":
            made["paragraphs"] = _paragraphs(words_of(block, self.texts))
            return made if made["paragraphs"] else None
        if kind == "figures":
            made["figures"] = [
                self.figure(self.figures[key]) for key in block["keys"] if key in self.figures
            ]
            made["style"] = block.get("style", "tiles")
            made["has_before"] = any(one["before_text"] for one in made["figures"])
            made["has_change"] = any(one["change_text"] for one in made["figures"])
            made["has_year"] = any(
                one["year_text"] or one["year_change_text"] for one in made["figures"]
            )
            made["has_goal"] = any(one["goal_text"] for one in made["figures"])
            return made if made["figures"] else None
        if kind == "table":
            made["columns"] = [
                {**column, "is_number": column.get("unit", "text") not in TEXT_UNITS}
                for column in block["columns"]
            ]
            made["rows"] = [_cells(row, made["columns"]) for row in block["rows"]]
            made["total"] = _cells(block.get("total", ()), made["columns"])
            return made if made["rows"] or block.get("empty") else None
        if kind == "list":
            return made if block["items"] or block.get("empty") else None
        if kind in {"notice", "answer"}:
            made["paragraphs"] = _paragraphs(block["text"])
        return made

    def figure(self, figure: Mapping[str, Any]) -> Part:
        """With the number of its note; a figure named twice has one note."""
        key = figure["key"]
        if key not in self.notes:
            self.notes[key] = self.note(figure)
            self.reading.notes.append(self.notes[key])
        made = {
            name: figure.get(name) or ""
            for name in (
                "key", "label", "text", "reason", "before_text", "change_text", "tone", "year_text",
                "year_change_text", "year_tone", "goal_text", "path",
            )
        }  # fmt: skip
        made["text"] = made["text"] or ABSENT
        made["is_absent"] = figure.get("value") is None
        made["is_number"] = figure.get("unit", "") not in TEXT_UNITS
        made["note"] = self.notes[key]
        return made

    def note(self, figure: Mapping[str, Any]) -> Part:
        """How a figure is made: its formula and where it was read, as pairs of label and text."""
        words = self.reading.words
        facts = [(words["as_of"], words[f"day:{figure['as_of']}"])]
        if figure.get("night"):
            facts.append((words["night"], words[f"day:{figure['night']}"]))
        if figure.get("source"):
            facts.append((words["source"], figure["source"]))
        rules = figure.get("rules")
        return {
            "number": str(len(self.notes) + 1),
            "key": figure["key"],
            "label": figure["label"],
            "formula": figure["formula"],
            "reason": figure.get("reason", ""),
            "facts": facts,
            "rules": "" if rules is None else words["rules"].replace("%(version)s", str(rules)),
        }


def _paragraphs(text: str) -> list[str]:
    """Apart by an empty line; single line breaks stay."""
    parts = text.replace("\r\n", "\n").split("\n\n")
    return [part.strip() for part in parts if part.strip()]


def _cells(row: Any, columns: list[Part]) -> list[Part]:
    return (
        [
            {**cell, "tone": cell.get("tone", ""), "is_number": column["is_number"]}
            for cell, column in zip(row, columns, strict=True)
        ]
        if row
        else []
    )
