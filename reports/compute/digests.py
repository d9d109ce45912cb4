"""Whether two documents say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from reports.compute.exact_json import ExactEncoder

# A document made again on another day says nothing else.
_BESIDES = ("made_on",)


def document_digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of what a report's document says, whatever the order of its keys."""
    told = {key: held for key, held in document.items() if key not in _BESIDES}
    return sha256(ExactEncoder(ensure_ascii=False).encode(_ordered(told)).encode()).hexdigest()


def _ordered(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int:
        return value
    if kind is dict:
        return {key: _ordered(value[key]) for key in sorted(value)}
    if kind is list:
        return [_ordered(held) for held in value]
    if isinstance(value, Mapping):
        return {key: _ordered(value[key]) for key in sorted(value)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_ordered(held) for held in value]
    return value
