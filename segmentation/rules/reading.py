"""From the text of a rule file to the change it asks for."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from segmentation.rules.schema import path_text

DEEPEST = 32
"""Levels that a rule file may be nested; the document has nine."""


class RuleFileError(ValueError):
    """The file is no JSON object of rules; the message says where."""


@dataclass(frozen=True)
class _Fault:
    """Stands in the document for what cannot be read, until its path is known."""

    message: str


class _Repeated(dict[str, Any]):
    """An object in which a key is given more than once: key is the first such."""

    key: str


def parse_rules(text: str) -> dict[str, Any]:
    """The JSON object in `text` (a leading byte-order mark is passed over).

    RuleFileError, with line and column or with the path, for anything that is not strictly JSON
    (NaN and Infinity are not), for a key given twice in one object, for a number of so many digits
    that it cannot be read, and for a document that is not an object.
    """
    try:
        document = json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        raise RuleFileError(
            f"not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except RecursionError as error:
        raise RuleFileError("the file is nested too deeply") from error
    if not isinstance(document, dict):
        raise RuleFileError("a rule file is one JSON object, in braces")
    for path, message in _faults(document, []):
        raise RuleFileError(f"{path_text(path)}: {message}")
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            repeated = _Repeated(result)
            repeated.key = key
            return repeated
        result[key] = value
    return result


def _constant(name: str) -> _Fault:
    return _Fault(f"{name} is not a number of JSON")


def _integer(digits: str) -> int | _Fault:
    try:
        return int(digits)
    except ValueError:  # longer than Python reads, which would take quadratic time
        return _Fault(f"a number of {len(digits.lstrip('-'))} digits cannot be read")


def _faults(value: Any, path: list[str | int]) -> Iterator[tuple[list[str | int], str]]:
    if len(path) > DEEPEST:
        yield path[:1], "is nested too deeply"
    elif isinstance(value, _Fault):
        yield path, value.message
    elif isinstance(value, _Repeated):
        yield (
            path,
            f"the key {json.dumps(value.key, ensure_ascii=False)} is given twice in one object",
        )
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _faults(part, [*path, key])
    elif isinstance(value, list):
        for position, part in enumerate(value):
            yield from _faults(part, [*path, position])
