"""The catalogue of measures: what each figure is, in one place, for the engine and for people.

Other apps register theirs in `AppConfig.ready()`; segmentation never imports them. A measure that
is announced (`has_facts` False) may be named in rules and is unknown, not zero, until the app that
owns its facts registers it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from segmentation.compute.exact import MONEY_PLACES
from segmentation.compute.origins import Origin

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Text


class Unit(StrEnum):
    """What a value counts. MONEY is in the tenant's currency; SHARE is 0 to 1; TIMES is a ratio."""

    DAYS = "days"
    HOURS = "hours"
    COUNT = "count"
    MONEY = "money"
    SHARE = "share"
    TIMES = "times"
    POINTS = "points"


class Better(StrEnum):
    """Which way is better for the customer relationship."""

    MORE = "more"
    LESS = "less"
    NEITHER = "neither"


class Number(StrEnum):
    """How it is held: whole numbers, amounts (exact decimals), or floating ratios."""

    WHOLE = "whole"
    AMOUNT = "amount"
    RATIO = "ratio"


@dataclass(frozen=True)
class Measure:
    """One figure per customer and night.

    facts: the family of facts it reads; a move is put down to late data when these came late.
    cause: what a change of it is put down to, one of `origins.CAUSES`.
    sql: for a measure that another app computes: a query giving (customer_id, value), at most a row
        per customer, of what is dated up to `%(day)s` and was known at `%(known_at)s`, in the tenant
        `%(tenant)s`; see `frames.asof.AsOf.parameters` for what else may be named. A customer without
        a row is unknown.
    zero_when_absent: such a customer has none, once any customer of the tenant has a row.
    """

    key: str
    title: "Text"
    definition: "Text"
    unit: Unit
    number: Number
    better: Better
    facts: str
    cause: str = "behaviour"
    has_facts: bool = True
    sql: str = ""
    zero_when_absent: bool = False

    @property
    def places(self) -> int:
        """Decimal places by which a column of scoring frames is scaled."""
        return MONEY_PLACES if self.number is Number.AMOUNT else 0


_measures: dict[str, Measure] = {}


def register(measure: Measure) -> None:
    """Add a measure, or give an announced one its facts; ValueError when it is there already, or when
    its key is no identifier."""
    if not measure.key.isidentifier():
        raise ValueError(f"measure {measure.key!r} is not named like a column")
    present = _measures.get(measure.key)
    if present is not None and present.has_facts:
        raise ValueError(f"measure {measure.key} is registered twice")
    _measures[measure.key] = measure


def get(key: str) -> Measure:
    """The measure; KeyError when the catalogue has none of that key."""
    return _measures[key]


def all_measures() -> tuple[Measure, ...]:
    """Every measure, in the order of registration."""
    return tuple(_measures.values())


def names() -> Collection[str]:
    """The keys that rules may name."""
    return _measures.keys()


def origins() -> dict[str, Origin]:
    """For `comparison.Comparison.origins`."""
    return {key: Origin(measure.facts, measure.cause) for key, measure in _measures.items()}


def places() -> dict[str, int]:
    """For `measures.MeasureTable.places`: the measures that hold money."""
    return {key: measure.places for key, measure in _measures.items() if measure.places}


FACTS: Mapping[str, "Text"] = {
    "payments": _("Payments"),
    "contracts": _("Contracts"),
    "instalments": _("Instalments"),
    "usage": _("Usage"),
    "contacts": _("Contacts and usage"),
    "touchpoints": _("Touchpoints"),
    "training": _("Training sessions"),
    "requests": _("Requests"),
    "surveys": _("Surveys"),
    "referrals": _("Referrals"),
    "cases": _("Cases"),
    "projects": _("Projects"),
}
"""The families of facts by name: where a measure comes from."""
