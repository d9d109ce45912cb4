"""From the text of a rule file to the change it asks for."""

import json
from typing import Any


class RuleFileError(ValueError):
    """The file is no JSON object of rules; the message says where."""


def parse_rules(text: str) -> dict[str, Any]:
    """The JSON object in `text` (a leading byte-order mark is passed over).

    RuleFileError for anything that is not strictly JSON (NaN and Infinity are not), for a key
    given twice in one object, and for a document that is not an object.
    """
    try:
        document = json.loads(
            text.removeprefix("\ufeff"),
            object_pairs_hook=_object_without_repeats,
            parse_constant=_no_constant,
        )
    except json.JSONDecodeError as error:
        raise RuleFileError(
            f"not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        ) from error
    except RecursionError as error:
        raise RuleFileError("the file is nested too deeply") from error
    if not isinstance(document, dict):
        raise RuleFileError("a rule file is one JSON object, in braces")
    return document


def _object_without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise RuleFileError(f"the key {json.dumps(key)} is given twice in one object")
        result[key] = value
    return result


def _no_constant(name: str) -> None:
    raise RuleFileError(f"{name} is not a number of JSON")
