"""What messages of Segment's tracking API come to: rows on their way, who is who, and what cannot be
taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict


class EventRow(TypedDict):
    """An event on its way into the database. `n`: the message's place; `group_key`, `module`: None
    where the message names none."""

    n: int
    message_id: str
    person: str
    group_key: str | None
    module: str | None
    event: str
    occurred_at: str
    count: int


@dataclass(frozen=True, slots=True)
class Identified:
    """A call of `identify`. `group_key`: empty where it names none."""

    n: int
    message_id: str
    person: str
    group_key: str
    traits: Mapping[str, Any]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Grouped:
    """A call of `group`. `person`: empty where it names none."""

    n: int
    message_id: str
    person: str
    group_key: str
    traits: Mapping[str, Any]
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Aliased:
    """A call of `alias`: what came under `previous` is `person`'s."""

    n: int
    message_id: str
    previous: str
    person: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class BadMessage:
    """A message that cannot be taken; `body`: JSON, cut at 32 KB."""

    message_id: str
    reason: str
    detail: str
    kind: str
    event: str
    body: str
