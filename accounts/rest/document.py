"""What is said of the OpenAPI document as a whole, so that the tools that read it have nothing to
find fault with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

WAYS = ("allOf", "oneOf", "anyOf")
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$"


def plainly(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The document without what generators write and checkers refuse: a choice that may be left out
    with a default that is none of the choices, one way where several are announced, anything as one
    of several, a time of the clock as one with a zone."""
    shapes = result.get("components", {}).get("schemas", {})
    for field in _objects(shapes):
        if field.get("default") == "" and "" not in _choices(field, shapes, [""]):
            del field["default"]
        if field.get("format") == "time":
            # By RFC 3339 that has a zone; office hours and quiet hours have none.
            del field["format"]
            field["pattern"] = CLOCK
        for ways in WAYS:
            if len(field.get(ways, ())) == 1:
                field.update(field.pop(ways)[0])
            elif {} in field.get(ways, ()):
                del field[ways]
    return result


def _objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        yield part
        for inner in list(part.values()):
            yield from _objects(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _objects(inner)


def _choices(field: dict[str, Any], shapes: dict[str, Any], otherwise: list[Any]) -> list[Any]:
    """What the field may be; ``otherwise`` where it is no matter of choice."""
    if "enum" in field:
        return list(field["enum"])
    if "$ref" in field:
        return _choices(shapes[field["$ref"].rpartition("/")[2]], shapes, otherwise)
    ways = [way for name in WAYS for way in field.get(name, ())]
    return [one for way in ways for one in _choices(way, shapes, otherwise)] or otherwise
