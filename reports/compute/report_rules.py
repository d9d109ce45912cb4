"""Who gets which reports, as a tenant has set it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MONTH, QUARTER = "month", "quarter"


@dataclass(frozen=True)
class CustomerRule:
    """``tiers``: those that get one; empty: every customer with a running contract.

    readers: audience → tiers whose people of that audience get it, "" being customers without a tier;
    an audience that is not named gets it whatever the tier.
    """

    is_on: bool = True
    tiers: tuple[str, ...] = ()
    readers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def reads_at_all(self, audience: str) -> bool:
        """Whether the people of an audience get it in any tier."""
        return audience not in self.readers or bool(self.readers[audience])

    def reads(self, audience: str, tier: str) -> bool:
        return audience not in self.readers or tier in self.readers[audience]


@dataclass(frozen=True)
class ReportRule:
    """
    customer: by length of the period, ``month`` and ``quarter``.
    internal: kind of a report about the tenant as a whole → lengths of which there is one.
    language: of who has none; empty: the tenant's usual one.
    addresses: of people without an account who get the executive report.
    day, hour: of the days after a period, from when its reports are made; hour None: some hours after
        the tenant's night.
    """

    customer: Mapping[str, CustomerRule] = field(
        default_factory=lambda: {MONTH: CustomerRule(), QUARTER: CustomerRule()}
    )
    internal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    language: str = ""
    addresses: tuple[str, ...] = ()
    day: int = 1
    hour: int | None = None

    def wants(self, kind: str, *, quarter: bool) -> bool:
        """Whether reports of a kind are made of periods of a length."""
        length = QUARTER if quarter else MONTH
        if kind == "customer":
            return self.customer[length].is_on
        return length in self.internal.get(kind, (MONTH, QUARTER))

    def reads_at_all(self, audience: str, *, quarter: bool) -> bool:
        return self.customer[QUARTER if quarter else MONTH].reads_at_all(audience)

    def tiers(self, *, quarter: bool) -> tuple[str, ...]:
        return self.customer[QUARTER if quarter else MONTH].tiers


def read_rule(stored: Mapping[str, Any]) -> ReportRule:
    """Of ``ReportSettings.rule``, the shape of `ReportRule`; what is left out is as usual."""
    customer = stored.get("customer") or {}
    return ReportRule(
        customer={
            length: CustomerRule(
                is_on=bool(held.get("is_on", True)),
                tiers=tuple(held.get("tiers") or ()),
                readers={
                    audience: tuple(tiers)
                    for audience, tiers in (held.get("readers") or {}).items()
                },
            )
            for length in (MONTH, QUARTER)
            for held in (customer.get(length) or {},)
        },
        internal={kind: tuple(held) for kind, held in (stored.get("internal") or {}).items()},
        language=str(stored.get("language") or ""),
        addresses=tuple(stored.get("addresses") or ()),
        day=int(stored.get("day") or 1),
        hour=None if stored.get("hour") is None else int(stored["hour"]),
    )


def stored_customer_rules(
    keys: Sequence[str], gets: Mapping[str, Mapping[str, Sequence[str]]]
) -> dict[str, Any]:
    """What `ReportSettings.rule` keeps under ``customer``.

    Args:
        keys: every tier that can be chosen, "" for customers without one.
        gets: length of the period → audience → tiers whose people of that audience get it.
    """
    found = {}
    for length in (MONTH, QUARTER):
        readers = {
            audience: [tier for tier in keys if tier in held]
            for audience, held in gets[length].items()
        }
        wanted = [tier for tier in keys if any(tier in held for held in readers.values())]
        is_all = all(held == list(keys) for held in readers.values())
        found[length] = {
            "is_on": bool(wanted),
            "tiers": [] if is_all else wanted,
            "readers": {} if is_all else readers,
        }
    return found


def tiers_getting(rule: CustomerRule, audience: str, keys: Sequence[str]) -> list[str]:
    """Of these tiers ("" for customers without one) those whose people of an audience get it."""
    if not rule.is_on:
        return []
    among = [tier for tier in keys if not rule.tiers or tier in rule.tiers]
    return [tier for tier in among if rule.reads(audience, tier)]
