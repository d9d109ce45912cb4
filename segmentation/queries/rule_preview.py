"""What the next night would say under other rules, tried on what was kept of the newest night.

The same computation as the night's, on the measures and facts of the newest stored night, with what
that night held as the night before. So it is exactly what the next night gives when no fact changes
and no day border is crossed meanwhile.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from accounts.models import Tenant
from accounts.tenancy import current_tenant_id
from segmentation.compute.assignments import NightResult, Rules, assign
from segmentation.compute.comparison import differ
from segmentation.compute.measures import MeasureTable
from segmentation.frames.asof import AsOf
from segmentation.frames.reading import KeptNight, kept_night
from segmentation.frames.windows import WINDOWED, windowed_measures
from segmentation.models import Night
from segmentation.queries.remembered import remembered
from segmentation.queries.rules import document_of
from segmentation.queries.stored import stored_nights
from segmentation.rules.basis import measures_of_slots, settle_basis

SUBJECTS = (
    *("tier", "stage", "eleven", "class8", "activity", "contribution", "value", "need"),
    *("tier_a", "tier_b", "tier_c", "facet_value"),
)
"""What is compared, now and then; names of NightResult.frame."""

MOVE_KINDS = ("stage", "tier")

# Kind of move → what decided where somebody stands.
DECIDED = {"tier": "reason", "stage": "branch"}

REMEMBERED_SECONDS = 10 * 60
NONE = ""

Missing = Literal["no_night", "not_kept"]


@dataclass(frozen=True)
class Preview:
    """``frame``: a row per customer, by id.

    Per subject ``<subject>_now`` and ``<subject>_then`` (categories, missing where there is none);
    ``reason_now``, ``reason_then`` of the tier (see ``reasons.tier_sentence``), ``branch_now``,
    ``branch_then`` of the stage; ``arr`` (whole numbers of the smallest unit); per kind of move
    ``<kind>_by_rules``: it would move, and under the rules of that night it would not.

    refusals: as a night stores them.
    """

    frame: pd.DataFrame
    refusals: list[dict[str, Any]]

    def flows(self, subject: str) -> dict[tuple[str, str], int]:
        """(now, then) → customers; empty text: none."""
        return self._counts([f"{subject}_now", f"{subject}_then"])

    def moved(self, kind: str) -> int:
        """Customers that would move."""
        return int(differ(self.frame[f"{kind}_now"], self.frame[f"{kind}_then"]).sum())

    def moved_by_rules(self, kind: str) -> int:
        """Of them, those whose move the night will put down to the rules."""
        return int(self.frame[f"{kind}_by_rules"].sum())

    def by_rule(self, kind: str) -> list[tuple[str, str, int]]:
        """(tier or stage then, what decided it, customers), most first; scores left aside."""
        counted: Counter[tuple[str, str]] = Counter()
        for (word, why), number in self._counts([f"{kind}_then", f"{DECIDED[kind]}_then"]).items():
            counted[word, why.partition(";")[0]] += number
        rows = [(word, why, number) for (word, why), number in counted.items()]
        return sorted(rows, key=lambda row: (-row[2], row[0], row[1]))

    def _counts(self, columns: list[str]) -> dict[tuple[str, str], int]:
        """Two columns of words → how many customers have them; empty text: none."""
        held = [self.frame[column].cat for column in columns]
        words = [[NONE, *map(str, column.categories)] for column in held]
        first, second = (column.codes.to_numpy().astype(np.int64) + 1 for column in held)
        pairs, numbers = np.unique(first * len(words[1]) + second, return_counts=True)
        return {
            (words[0][pair // len(words[1])], words[1][pair % len(words[1])]): number
            for pair, number in zip(pairs.tolist(), numbers.tolist(), strict=True)
        }

    def between(self, subject: str, now: str | None, then: str | None) -> pd.DataFrame:
        """The rows that go from ``now`` to ``then``; None: from or to wherever, but elsewhere than
        they are when both are None."""
        old = self.frame[f"{subject}_now"].astype(object)
        new = self.frame[f"{subject}_then"].astype(object)
        old, new = old.where(old.notna(), NONE), new.where(new.notna(), NONE)
        chosen = pd.Series(True, index=self.frame.index)
        if now is None and then is None:
            chosen &= old != new
        if now is not None:
            chosen &= old == now
        if then is not None:
            chosen &= new == then
        return self.frame[chosen]


def previewed_night() -> Night | None:
    """The night that changed rules are tried on: the newest stored."""
    return stored_nights().select_related("rule_set").first()


def preview(tenant: Tenant, night: Night, rules: Mapping[str, Any]) -> Preview | Missing:
    """What the night after ``night`` (the newest stored) would say under a whole, valid rule set.

    ``not_kept``: the night was stored before everything that this needs was kept.
    """
    kinds = night.context.get("kinds")
    if kinds is None:
        return "not_kept"
    text = json.dumps([rules, document_of(night.rule_set)], sort_keys=True)
    told = hashlib.sha256(text.encode()).hexdigest()[:32]
    return remembered(
        f"rule-preview:{night.pk}:{night.digest[:16]}:{told}",
        REMEMBERED_SECONDS,
        lambda: _computed(tenant, night, rules, kinds),
    )


def _computed(
    tenant: Tenant, night: Night, rules: Mapping[str, Any], kinds: Mapping[str, bool]
) -> Preview | Missing:
    kept = kept_night(night.as_of, usage_known=kinds["usage"])
    if kept is None:
        return "not_kept"
    in_force = settle_basis(document_of(night.rule_set), has_contracts=kinds["contracts"])
    changed = settle_basis(rules, has_contracts=kinds["contracts"])
    table = kept.table
    if changed["window_days"] != in_force["window_days"]:
        table = _counted_over(tenant, night, table, changed["window_days"])
    then = _assigned(kept, table, changed)
    # As the night finds what it puts down to the rules: its own facts, the rules of before.
    anyway = then if changed == in_force else _assigned(kept, table, in_force)
    return _compared(kept, table, then, anyway)


def _counted_over(
    tenant: Tenant, night: Night, table: MeasureTable, window_days: int | None
) -> MeasureTable:
    """The measures with those of payments counted over another window."""
    assert night.known_at is not None  # of every stored night
    asof = AsOf(
        current_tenant_id(), night.as_of, night.known_at, night.zone_in(tenant), window_days
    )
    counted = windowed_measures(asof).reindex(table.frame.index)
    return MeasureTable(
        table.frame.assign(**{name: counted[name] for name in WINDOWED}), table.places
    )


def _assigned(kept: KeptNight, table: MeasureTable, rules: Mapping[str, Any]) -> NightResult:
    parsed = Rules.from_document(rules, measures_of_slots(rules))
    return assign(table, kept.stage_facts, parsed, kept.held[["stage", "worse_nights"]])


def _compared(
    kept: KeptNight, table: MeasureTable, then: NightResult, anyway: NightResult
) -> Preview:
    columns: dict[str, Any] = {
        "arr": table.column("arr"),
        "reason_now": kept.held["reason"],
        "reason_then": then.frame["reason"].astype("category"),
        "branch_now": kept.held["branch"],
        "branch_then": then.frame["branch"].astype("category"),
    }
    for subject in SUBJECTS:
        columns[f"{subject}_now"] = kept.held[subject]
        columns[f"{subject}_then"] = then.frame[subject].astype("category")
    for kind in MOVE_KINDS:
        moves = differ(kept.held[kind], then.frame[kind])
        stays = ~differ(kept.held[kind], anyway.frame[kind])
        columns[f"{kind}_by_rules"] = moves & stays
    return Preview(pd.DataFrame(columns, index=kept.held.index), then.context.refused)
