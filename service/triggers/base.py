"""What a kind of trigger answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import Promise

Sql = tuple[str, list[Any]]
Values = Mapping[str, Any]

LATE_DAYS = 14
"""A fact that became known so many days after its day still sets a play off, on the day on which it
became known."""


class Unasked(Exception):
    """A trigger cannot be asked of these nights; the text is one of the codes in labels."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Asked:
    """Which nights a trigger is asked about.

    Statements may name the table ``days`` (day, as_of): every calendar day, and the stored night that
    is the first to see it; and ``nights`` (before, as_of): stored nights, each with the one before.

    newest: the night whose rows stand, by which it is said what holds. rows_on: the night whose
    measures are read. kept: nights whose measures are kept, ascending. play_id: whose standing tells
    who was beyond before; None: nights of the past, told by the nights that are kept. scheme: whose
    tiers the tenant follows. zone: where its days end.
    """

    tenant_id: int
    newest: date
    rows_on: date
    scheme: str
    zone: str
    kept: tuple[date, ...] = ()
    play_id: int | None = None

    @property
    def is_past(self) -> bool:
        return self.play_id is None

    def noticed(self, day: str, known_from: str) -> str:
        """SQL of the day on which a fact of ``day`` was noticed, when it became known a little
        later."""
        known_on = f"({known_from} AT TIME ZONE '{self.zone}')::date"
        return (
            f"CASE WHEN {known_on} > {day} AND {known_on} - {day} <= {LATE_DAYS} "
            f"THEN {known_on} ELSE {day} END"
        )


@dataclass(frozen=True)
class Names:
    """The tenant's words that a sentence about a trigger needs. groups, people: by id and key."""

    currency: str
    groups: Mapping[int, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


class Trigger(ABC):
    """A kind of trigger. Its values are those of a document's ``trigger`` beside ``kind``."""

    key: str
    label: str | Promise
    # What of the past its dry run cannot know, in words; empty: nothing.
    past: str | Promise = ""

    @abstractmethod
    def events(self, values: Values, asked: Asked) -> Sql:
        """A query of (customer_id, as_of, event_key, reason jsonb, amount numeric): events that the
        nights saw, the amount at stake where the event names one.

        Raises:
            Unasked: it cannot be said for these nights.
        """

    def gone(self, values: Values, asked: Asked) -> Sql | None:
        """Whether what set the play off holds no longer on ``newest``, as a condition on the columns
        ``customer_id`` and ``reason`` of ``w``; None: what happened stays so."""
        return None

    @abstractmethod
    def form_fields(self, names: Names) -> dict[str, forms.Field]:
        """What the form asks for, by value."""

    @abstractmethod
    def words(self, values: Values, names: Names) -> str:
        """When it sets a play off: "A customer enters the tier Lost"."""

    @abstractmethod
    def why(self, reason: Mapping[str, Any], names: Names) -> str:
        """Why work was opened, from the reason that an event gave."""
