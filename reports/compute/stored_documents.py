"""Documents as they are stored, and their sections as an audience reads them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Any

from reports.compute.documents import FORMAT, ReportDocument


def as_json(document: ReportDocument) -> dict[str, Any]:
    """The document as it is stored: fields that are empty by default are left out."""
    found: dict[str, Any] = {"format": FORMAT}
    found.update(_plain(document))
    return found


@cache
def _fields_of(kind: Any) -> tuple[tuple[str, Any], ...] | None:
    """Name and default of each field; None: not a dataclass."""
    if not isinstance(kind, type) or not is_dataclass(kind):
        return None
    return tuple((one.name, one.default) for one in fields(kind))


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is int or value is None:
        return value
    if kind is list or kind is tuple:
        return [_plain(held) for held in value]
    known = _fields_of(kind)  # type: ignore[arg-type] # a class is hashable
    if known is not None:
        return {
            name: _plain(held)
            for name, default in known
            if not _is_left_out(default, held := getattr(value, name))
        }
    if isinstance(value, Mapping):
        return {str(key): _plain(held) for key, held in value.items()}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(held) for held in value]
    return value


def _is_left_out(default: Any, held: Any) -> bool:
    """Types stay: they tell the blocks apart."""
    if isinstance(held, Mapping):
        return not held
    return (held is None or held == "" or held == ()) and held == default


def blocks_for(document: Mapping[str, Any], audience: str) -> list[dict[str, Any]]:
    """The sections of a stored document as an audience reads them, without those left empty.

    audience: empty for reports that have one only.
    """
    shown = []
    for section in document["sections"]:
        if not _reads(section, audience):
            continue
        blocks = [block for block in section["blocks"] if _reads(block, audience)]
        if blocks:
            shown.append({**section, "blocks": blocks})
    return shown


def _reads(part: Mapping[str, Any], audience: str) -> bool:
    named = part.get("audiences") or ()
    return not audience or not named or audience in named
