"""The published JSON Schema of the rule set, and what it finds wrong, in sentences."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError

SCHEMA: dict[str, Any] = json.loads(
    files("segmentation.rules").joinpath("schema.json").read_text(encoding="utf-8")
)


@dataclass(frozen=True, order=True)
class RuleError:
    """path: where, as `$.rfm.recency.cuts[2]`; message: what is wrong, a sentence without it.

    code: the same as a word, with the values that the sentence names; screens say it in the reader's
    language.
    """

    path: str
    message: str
    code: str = field(default="", compare=False)
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


# JSON Schema counts 5.0 as an integer; a number of scores or nights is written without a point.
_Validator = validators.extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


def schema_errors(document: Any) -> list[RuleError]:
    """What the schema refuses about a whole rule set, in the order of the paths."""
    found = (
        rule_error
        for error in _Validator(SCHEMA).iter_errors(document)
        for rule_error in _sentences(error)
    )
    return sorted(set(found))


def path_text(parts: Iterator[str | int] | list[str | int]) -> str:
    """JSON path: `$.rfm.recency.cuts[2]`, `$["a key with spaces"]`."""
    text = "$"
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.isidentifier() or part == "$schema":
            text += f".{part}"
        else:
            text += f"[{json.dumps(part, ensure_ascii=False)}]"
    return text


_TYPE_WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


def _sentences(error: ValidationError) -> Iterator[RuleError]:
    path = list(error.absolute_path)
    schema: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    here = path_text(path)
    value: Any = error.instance
    limit: Any = error.validator_value
    if "errorMessage" in schema:
        yield RuleError(here, f"{schema['errorMessage']}, not {_shown(value)}", "choice")
        return
    match error.validator:
        case "additionalProperties":
            known = ", ".join(schema.get("properties", {}))
            for key in value:
                if key not in schema.get("properties", {}):
                    message = f"is not a known key; known here: {known}"
                    yield RuleError(path_text([*path, key]), message, "unknown_key")
        case "required":
            for key in limit:
                if key not in value:
                    yield RuleError(here, f"`{key}` is missing", "missing", {"key": key})
        case "type":
            wanted = [limit] if isinstance(limit, str) else limit
            words = " or ".join(_TYPE_WORDS[name] for name in wanted)
            message = f"must be {words}, not {_shown(value)}"
            yield RuleError(here, message, "type", {"wanted": tuple(wanted)})
        case "enum":
            words = ", ".join(json.dumps(word) for word in limit)
            yield RuleError(here, f"must be one of {words}, not {_shown(value)}", "choice")
        case "minimum":
            message = f"must be at least {limit}, not {_shown(value)}"
            yield RuleError(here, message, "at_least", {"limit": limit})
        case "maximum":
            message = f"must be at most {limit}, not {_shown(value)}"
            yield RuleError(here, message, "at_most", {"limit": limit})
        case "minItems":
            message = f"must have at least {limit} entries, not {len(value)}"
            yield RuleError(here, message, "entries_at_least", {"limit": limit})
        case "maxItems":
            message = f"must have at most {limit} entries, not {len(value)}"
            yield RuleError(here, message, "entries_at_most", {"limit": limit})
        case "minProperties":
            yield RuleError(here, "must not be empty", "empty")
        case "uniqueItems":
            yield RuleError(here, "names an entry twice", "twice")
        case _:
            yield RuleError(here, error.message)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
