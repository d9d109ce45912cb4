"""Conditions of customer groups as data: parsed, validated, every fault named by its path.

A document is a group of conditions; a condition is a comparison or again a group, to a depth of
DEPTH:

    {"match": "all" | "any" | "none",
     "conditions": [{"field": "arr", "operator": "at_least", "value": 100000},
                    {"field": "tier", "operator": "entered_within", "value": "low", "days": 30},
                    {"match": "any", "conditions": [...]}]}

A comparison is true or false, never in between: a value that is unknown meets no comparison, whatever
the operator, except `is_unknown`. So a customer with an unknown value is not found by `is_not`
either, and is found by a `none` that asks for the value.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

DEPTH = 3
MOST_COMPARISONS = 40
MOST_VALUES = 100
LONGEST_TEXT = 200
MOST_DAYS = 3650
# Beyond it no measure goes; PostgreSQL compares it exactly.
LARGEST = Decimal(10) ** 15

MATCHES = ("all", "any", "none")


class Kind(StrEnum):
    """What a field holds. MODULES are several words at once; TEXT may be read as a number too."""

    NUMBER = "number"
    WORD = "word"
    TEXT = "text"
    PERSON = "person"
    MODULES = "modules"


_PRESENCE = ("is_known", "is_unknown")
_NUMBERS = ("at_least", "at_most", "between")
_WORDS = ("is", "is_not", "is_one_of")
_MOVES = ("entered_within", "left_within")

OPERATORS: Mapping[Kind, tuple[str, ...]] = {
    Kind.NUMBER: (*_NUMBERS, "is", "is_not", *_PRESENCE),
    Kind.WORD: (*_WORDS, *_PRESENCE),
    Kind.TEXT: (*_WORDS, "contains", *_PRESENCE),
    Kind.PERSON: (*_WORDS, *_PRESENCE),
    Kind.MODULES: _WORDS,
}
ALL_OPERATORS = frozenset(one for listed in OPERATORS.values() for one in listed) | set(_MOVES)


@dataclass(frozen=True)
class Field:
    """Something to compare.

    choices: the only values it may be compared with; None: any. has_moves: nights record when it
    changes. reads_numbers: a text that may hold a number and be compared as one.
    """

    key: str
    kind: Kind
    choices: frozenset[str] | None = None
    has_moves: bool = False
    reads_numbers: bool = False

    @property
    def operators(self) -> tuple[str, ...]:
        more = (_MOVES if self.has_moves else ()) + (_NUMBERS if self.reads_numbers else ())
        return OPERATORS[self.kind] + more

    def takes_numbers(self, operator: str) -> bool:
        """Whether the values of a comparison by this operator are numbers."""
        return self.kind is Kind.NUMBER or operator in _NUMBERS


@dataclass(frozen=True)
class Comparison:
    """values: as many as the operator takes (`between`: low, high); days: of entered and left."""

    field: str
    operator: str
    values: tuple[Decimal | str, ...] = ()
    days: int | None = None


@dataclass(frozen=True)
class Group:
    match: str
    conditions: tuple["Comparison | Group", ...]

    def comparisons(self) -> Iterator[Comparison]:
        """Every comparison in it, in order."""
        for one in self.conditions:
            if isinstance(one, Group):
                yield from one.comparisons()
            else:
                yield one


@dataclass(frozen=True)
class Fault:
    """What is wrong where: path as in `conditions[0].value`; told: the words a sentence needs."""

    path: str
    code: str
    told: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "code": self.code, "told": dict(self.told)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Fault":
        return cls(found["path"], found["code"], found["told"])


class ConditionFaulty(ValueError):
    """The document says something that cannot be evaluated."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"{fault.path or '.'}: {fault.code}" for fault in faults))
        self.faults = faults


def parse(document: Any, fields: Mapping[str, Field]) -> Group:
    """The condition that a document says.

    Raises:
        ConditionFaulty: with every fault there is.
    """
    reader = _Reader(fields)
    group = reader.group(document, path="", depth=1)
    if reader.comparisons > MOST_COMPARISONS:
        reader.fault("", "too_many_conditions", most=MOST_COMPARISONS)
    if reader.faults:
        raise ConditionFaulty(reader.faults)
    return group


class _Reader:
    """Reads a document to its end, whatever is wrong in it, and collects the faults."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = fields
        self.faults: list[Fault] = []
        self.comparisons = 0

    def fault(self, path: str, code: str, **told: object) -> None:
        self.faults.append(Fault(path, code, {name: str(word) for name, word in told.items()}))

    def group(self, document: Any, *, path: str, depth: int) -> Group:
        if not isinstance(document, Mapping):
            self.fault(path, "not_an_object")
            return Group("all", ())
        self.keys(document, {"match", "conditions"}, path)
        match = document.get("match")
        if match not in MATCHES:
            self.fault(_join(path, "match"), "match_unknown", value=match)
        listed = document.get("conditions")
        if not isinstance(listed, list) or not listed:
            self.fault(_join(path, "conditions"), "no_conditions")
            listed = []
        found: list[Comparison | Group] = []
        for number, one in enumerate(listed):
            where = _join(path, f"conditions[{number}]")
            if isinstance(one, Mapping) and ("conditions" in one or "match" in one):
                if depth == DEPTH:
                    self.fault(where, "too_deep", most=DEPTH)
                else:
                    found.append(self.group(one, path=where, depth=depth + 1))
            elif (comparison := self.comparison(one, where)) is not None:
                found.append(comparison)
        return Group(str(match), tuple(found))

    def comparison(self, document: Any, path: str) -> Comparison | None:
        self.comparisons += 1
        if not isinstance(document, Mapping):
            self.fault(path, "not_an_object")
            return None
        self.keys(document, {"field", "operator", "value", "days"}, path)
        named, operator = document.get("field"), document.get("operator")
        found = self.fields.get(named) if isinstance(named, str) else None
        if found is None:
            self.fault(_join(path, "field"), "field_unknown", field=named)
            return None
        if not isinstance(operator, str) or operator not in ALL_OPERATORS:
            self.fault(_join(path, "operator"), "operator_unknown", operator=operator)
            return None
        if operator not in found.operators:
            self.fault(
                _join(path, "operator"), "operator_not_for_field", operator=operator, field=named
            )
            return None
        days = self.days(document, operator, path)
        return Comparison(found.key, operator, self.values(document, found, operator, path), days)

    def keys(self, document: Mapping[str, Any], known: set[str], path: str) -> None:
        for name in document:
            if name not in known:
                self.fault(_join(path, str(name)), "unknown_key")

    def days(self, document: Mapping[str, Any], operator: str, path: str) -> int | None:
        days = document.get("days")
        if operator not in _MOVES:
            if days is not None:
                self.fault(_join(path, "days"), "not_wanted")
            return None
        if isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= MOST_DAYS:
            return days
        self.fault(_join(path, "days"), "days_wrong", most=MOST_DAYS)
        return None

    def values(
        self, document: Mapping[str, Any], found: Field, operator: str, path: str
    ) -> tuple[Decimal | str, ...]:
        where, value = _join(path, "value"), document.get("value")
        if operator in _PRESENCE:
            if value is not None:
                self.fault(where, "not_wanted")
            return ()
        if value is None or value == "":
            self.fault(where, "value_missing")
            return ()
        if operator == "between":
            if not isinstance(value, list) or len(value) != 2:
                self.fault(where, "not_a_pair")
                return ()
            pair = [self.number(one, f"{where}[{place}]") for place, one in enumerate(value)]
            if None not in pair and pair[0] > pair[1]:  # type: ignore[operator]
                self.fault(where, "low_above_high")
            return tuple(one for one in pair if one is not None)
        if operator == "is_one_of":
            if not isinstance(value, list) or not value:
                self.fault(where, "no_values")
                return ()
            if len(value) > MOST_VALUES:
                self.fault(where, "too_many_values", most=MOST_VALUES)
                return ()
            texts = [self.text(one, found, f"{where}[{at}]") for at, one in enumerate(value)]
            return tuple(one for one in texts if one is not None)
        one = (
            self.number(value, where)
            if found.takes_numbers(operator)
            else self.text(value, found, where)
        )
        return () if one is None else (one,)

    def number(self, value: Any, path: str) -> Decimal | None:
        number = Decimal(str(value)) if _is_number(value) else None
        if number is None:
            self.fault(path, "not_a_number", value=value)
        elif not number.is_finite() or abs(number) > LARGEST:
            self.fault(path, "number_too_large")
            return None
        return number

    def text(self, value: Any, found: Field, path: str) -> str | None:
        if not isinstance(value, str) or not value or "\x00" in value:
            self.fault(path, "not_a_text")
        elif len(value) > LONGEST_TEXT:
            self.fault(path, "text_too_long", most=LONGEST_TEXT)
        elif found.choices is not None and value not in found.choices:
            self.fault(path, "choice_unknown", value=value, field=found.key)
        else:
            return value
        return None


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
