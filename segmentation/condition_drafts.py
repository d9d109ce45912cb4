"""A condition while it is being edited: rows of a form, complete or not.

The form's fields are named by their place: ``c.match`` for the whole, ``c-0.field`` for the first
row, ``c-1-0.value`` for the first row of the group in the second place. Buttons say what to do with
which place: ``add:1``, ``add_group:``, ``remove:1-0``.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict

from segmentation.catalogue import Unit
from segmentation.compute.conditions import (
    DEPTH,
    MATCHES,
    MOST_COMPARISONS,
    ConditionFaulty,
    Fault,
    Field,
    parse,
)
from segmentation.condition_words import unit_of

Place = tuple[int, ...]

_NAME = re.compile(r"c((?:-\d{1,3})*)\.(match|field|operator|value|low|high|days)")
_DO = re.compile(r"(add|add_group|remove):((?:\d{1,3}-)*\d{1,3})?")
_NODE = re.compile(r"conditions\[(\d+)\]")
_HUNDRED = Decimal(100)
MOST_DIGITS = 20
# Typed together, one text of several.
_SEPARATORS = re.compile(r"[;；\n]")


@dataclass
class Row:
    """One comparison as it was typed."""

    field: str = ""
    operator: str = ""
    values: list[str] = dataclasses.field(default_factory=list)
    low: str = ""
    high: str = ""
    days: str = ""
    faults: list[Fault] = dataclasses.field(default_factory=list)
    place: Place = ()


@dataclass
class Draft:
    """A group as it was typed."""

    match: str = "all"
    parts: list[Row | Draft] = dataclasses.field(default_factory=list)
    faults: list[Fault] = dataclasses.field(default_factory=list)
    place: Place = ()

    @property
    def may_nest(self) -> bool:
        return len(self.place) + 1 < DEPTH

    def walk(self) -> Iterator[Row | Draft]:
        """Itself and everything in it."""
        yield self
        for part in self.parts:
            if isinstance(part, Draft):
                yield from part.walk()
            else:
                yield part

    def number(self) -> Draft:
        """Tell everything its place."""
        for at, part in enumerate(self.parts):
            part.place = (*self.place, at)
            if isinstance(part, Draft):
                part.number()
        return self


def empty_draft() -> Draft:
    return Draft(parts=[Row()]).number()


def draft_of(document: Any) -> Draft:
    """The rows of a stored condition, also of one that cannot be read any more."""
    draft = Draft()
    if isinstance(document, Mapping):
        draft.match = document["match"] if document.get("match") in MATCHES else "all"
        for one in document.get("conditions") or []:
            if isinstance(one, Mapping):
                draft.parts.append(draft_of(one) if "conditions" in one else _row_of(one))
    return draft.number()


def _row_of(document: Mapping[str, Any]) -> Row:
    name, value = str(document.get("field", "")), document.get("value")
    row = Row(name, str(document.get("operator", "")), days=str(document.get("days") or ""))
    listed = value if isinstance(value, list) else [] if value is None else [value]
    shown = [_shown(name, one) for one in listed]
    if row.operator == "between":
        row.low, row.high = (*shown, "", "")[:2]
    else:
        row.values = shown
    return row


def _shown(name: str, value: Any) -> str:
    """A stored value as it is typed: a share in percent."""
    if isinstance(value, str | bool):
        return str(value)
    number = Decimal(str(value)) * (_HUNDRED if unit_of(name) is Unit.SHARE else 1)
    return f"{number.normalize():f}"


def read_draft(posted: QueryDict) -> Draft:
    """The rows of a sent form, as far as they may go."""
    sent: dict[Place, dict[str, list[str]]] = {}
    for name in posted:
        if (found := _NAME.fullmatch(name)) is not None:
            place = tuple(int(number) for number in found[1].split("-")[1:])
            if len(place) <= DEPTH:
                sent.setdefault(place, {})[found[2]] = posted.getlist(name)
    groups: dict[Place, Draft] = {(): Draft()}
    for place in sorted(sent)[: 4 * MOST_COMPARISONS]:
        given = sent[place]
        if "match" in given:
            group = groups.setdefault(place, Draft())
            group.match = given["match"][0] if given["match"][0] in MATCHES else "all"
            if place and place[:-1] in groups:
                groups[place[:-1]].parts.append(group)
        elif place and place[:-1] in groups:
            one = {name: values[0].strip() for name, values in given.items()}
            groups[place[:-1]].parts.append(
                Row(
                    one.get("field", ""),
                    one.get("operator", ""),
                    [text.strip() for text in given.get("value", []) if text.strip()],
                    one.get("low", ""),
                    one.get("high", ""),
                    one.get("days", ""),
                )
            )
    return groups[()].number()


def done_to(draft: Draft, do: str) -> Draft:
    """The draft after a button was pressed; other buttons change nothing."""
    found = _DO.fullmatch(do)
    if found is None:
        return draft
    place = tuple(int(number) for number in found[2].split("-")) if found[2] else ()
    by_place = {part.place: part for part in draft.walk()}
    part = by_place.get(place)
    if found[1] == "remove":
        parent = by_place.get(place[:-1]) if place else None
        if isinstance(parent, Draft) and part is not None:
            parent.parts.remove(part)
    elif isinstance(part, Draft):
        if found[1] == "add":
            part.parts.append(Row())
        elif part.may_nest:
            part.parts.append(Draft(match="any", parts=[Row()]))
    return draft.number()


def settle(draft: Draft, fields: Mapping[str, Field]) -> None:
    """After another field was chosen: an operator that it has, and no value that it cannot have."""
    for row in draft.walk():
        found = fields.get(row.field) if isinstance(row, Row) else None
        if found is None or not isinstance(row, Row):
            continue
        if row.operator not in found.operators:
            row.operator = found.operators[0]
        if found.choices is not None:
            row.values = [value for value in row.values if value in found.choices]
        if row.operator != "is_one_of":
            row.values = row.values[:1]


def document_of(draft: Draft, fields: Mapping[str, Field]) -> dict[str, Any]:
    """What the rows say, as a document; what cannot be read stays as it was typed."""
    return {
        "match": draft.match,
        "conditions": [
            document_of(part, fields) if isinstance(part, Draft) else _comparison(part, fields)
            for part in draft.parts
        ],
    }


def _comparison(row: Row, fields: Mapping[str, Field]) -> dict[str, Any]:
    found = fields.get(row.field)
    document: dict[str, Any] = {"field": row.field, "operator": row.operator}
    is_number = found is not None and found.takes_numbers(row.operator)

    def typed(text: str) -> Any:
        return _number(text, row.field) if is_number else text

    if row.operator == "between":
        if row.low or row.high:
            document["value"] = [typed(row.low), typed(row.high)]
    elif row.operator == "is_one_of":
        texts = row.values
        if found is not None and found.choices is None:
            texts = [one.strip() for text in texts for one in _SEPARATORS.split(text)]
        document["value"] = [text for text in texts if text]
    elif row.operator not in {"is_known", "is_unknown"} and row.values:
        document["value"] = typed(row.values[0])
    if row.operator in {"entered_within", "left_within"}:
        document["days"] = int(row.days) if row.days.isascii() and row.days.isdecimal() else None
    return document


def _number(text: str, name: str) -> int | float | str:
    """A typed number; a text that is none is given back."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or number.adjusted() > MOST_DIGITS:
        return text
    if unit_of(name) is Unit.SHARE:
        number /= _HUNDRED
    return int(number) if number == number.to_integral_value() else float(number)


def check(draft: Draft, fields: Mapping[str, Field]) -> dict[str, Any] | None:
    """The document, when it can be read; else None, and the rows have their faults."""
    document = document_of(draft, fields)
    try:
        parse(document, fields)
    except ConditionFaulty as error:
        by_place = {part.place: part for part in draft.walk()}
        for fault in error.faults:
            place = tuple(int(number) for number in _NODE.findall(fault.path))
            by_place.get(place, draft).faults.append(fault)
        return None
    return document


def without_incomplete(draft: Draft, fields: Mapping[str, Field]) -> tuple[Draft, int]:
    """The rows that can be read already, and how many cannot."""
    left = 0

    def readable(group: Draft) -> Draft:
        nonlocal left
        kept: list[Row | Draft] = []
        for part in group.parts:
            if isinstance(part, Draft):
                inner = readable(part)
                if inner.parts:
                    kept.append(inner)
                continue
            if _is_readable(part, fields):
                kept.append(part)
            else:
                left += 1
        return Draft(group.match, kept)

    return readable(draft), left


def _is_readable(row: Row, fields: Mapping[str, Field]) -> bool:
    try:
        parse({"match": "all", "conditions": [_comparison(row, fields)]}, fields)
    except ConditionFaulty:
        return False
    return True
