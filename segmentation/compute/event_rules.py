"""To which module an event belongs: a tenant's rules, in order; the first that fits is followed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

ANY = "any"
KINDS = (ANY, "track", "page", "screen")


@dataclass(frozen=True)
class RuleValues:
    """One rule. `kind`: of KINDS; `pattern` and `property_value`: texts in which `*` stands for any
    text; `property_path`: such as `plan.name`, empty: properties do not matter; `module`: its key,
    empty when such events are not taken (`is_ignored`)."""

    kind: str = ANY
    pattern: str = "*"
    property_path: str = ""
    property_value: str = ""
    module: str = ""
    is_ignored: bool = False


def seal_of(rules: Sequence[RuleValues]) -> str:
    """A short text that differs when the rules do."""
    told = json.dumps([astuple(rule) for rule in rules])
    return hashlib.sha256(told.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Ruled:
    """What became of an event: its module (None: none), whether it is taken, and by which rule
    (counted from 0; None: by none)."""

    module: str | None
    is_ignored: bool = False
    rule: int | None = None


class RuleBook:
    """The rules of one tenant, ready to be asked often."""

    def __init__(self, rules: Sequence[RuleValues] = ()) -> None:
        self._rules = tuple(rules)
        self._asks_properties = any(rule.property_path for rule in rules)
        self._known: dict[tuple[str, str], Ruled | None] = {}

    def __bool__(self) -> bool:
        return bool(self._rules)

    def of(self, kind: str, event: str, properties: Mapping[str, Any]) -> Ruled | None:
        """What the rules say of an event; None: nothing.

        Args:
            kind: `track`, `page` or `screen`.
            properties: as they were sent, or paths and texts as ``sample`` keeps them.
        """
        if self._asks_properties:
            return self._find(kind, event, properties)
        name = (kind, event)
        if name not in self._known:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[name] = self._find(kind, event, properties)
        return self._known[name]

    def _find(self, kind: str, event: str, properties: Mapping[str, Any]) -> Ruled | None:
        for number, rule in enumerate(self._rules):
            if rule.kind not in (ANY, kind) or not fits(rule.pattern, event):
                continue
            if rule.property_path:
                value = as_text(at_path(properties, rule.property_path))
                if value is None or not fits(rule.property_value or "*", value):
                    continue
            return Ruled(rule.module or None, rule.is_ignored, number)
        return None


_MOST_KNOWN = 10_000


def fits(pattern: str, text: str) -> bool:
    """Whether a text is like a pattern in which `*` stands for any text; in time that grows with
    their lengths alone, whatever the pattern."""
    first, *others = pattern.split("*")
    if not others:
        return text == pattern
    last = others.pop()
    if not text.startswith(first) or len(text) < len(first) + len(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in others:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return text.endswith(last)


def at_path(properties: Mapping[str, Any], path: str) -> Any:
    """What stands at a path; None where there is nothing. A name with a dot in it is found too."""
    if path in properties:
        return properties[path]
    found: Any = properties
    for name in path.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def as_text(value: Any) -> str | None:
    """A single value as rules compare it, as JSON writes it; None for objects, lists and nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def sample(properties: Mapping[str, Any], *, most: int = 40, longest: int = 100) -> dict[str, str]:
    """The single values of an event's properties, by path, cut short: to write rules by."""
    found: dict[str, str] = {}
    for name, value in properties.items():
        inner = value.items() if isinstance(value, Mapping) else (("", value),)
        for below, single in inner:
            path = f"{name}.{below}" if below else name
            text = as_text(single)
            if text is not None and len(path) <= longest and "\x00" not in path + text:
                found[path] = text[:longest]
            if len(found) >= most:
                return found
    return found
