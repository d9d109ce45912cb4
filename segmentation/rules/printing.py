"""A rule set as text, to read, to change and to load again."""

import json
from collections.abc import Mapping
from typing import Any

from segmentation.rules.defaults import DEFAULT_RULES

_METHOD_KEYS = ("measure", "method", "bins", "cuts", "levels", "reversed")


def print_rules(rules: Mapping[str, Any]) -> str:
    """JSON, indented, keys in the order of the default rules (a database keeps none), lists of
    numbers and words on one line."""
    return _text(_arranged(rules, DEFAULT_RULES), "")


def _arranged(value: Any, like: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    order = list(_METHOD_KEYS) if "method" in value else list(like) if like else []
    known = [key for key in order if key in value]
    known += sorted(key for key in value if key not in known)
    inner = like if isinstance(like, Mapping) else {}
    return {key: _arranged(value[key], inner.get(key)) for key in known}


def _text(value: Any, indent: str) -> str:
    if not isinstance(value, Mapping) or not value:
        return json.dumps(value, ensure_ascii=False)
    if "method" in value:
        return json.dumps(value, ensure_ascii=False)
    deeper = indent + "  "
    lines = [
        f"{deeper}{json.dumps(key, ensure_ascii=False)}: {_text(part, deeper)}"
        for key, part in value.items()
    ]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
