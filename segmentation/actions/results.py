"""What a night says, computed and not yet stored.

Facts come out of PostgreSQL as one row per customer, are scored by pure functions, and are compared
with what the latest stored night before held.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from accounts.models import Tenant
from accounts.queries.calendars import working_calendar
from segmentation import catalogue
from segmentation.actions.rule_sets import rules_of_tonight, settled
from segmentation.compute import digest as digests
from segmentation.compute.assignments import NightResult, Rules, assign
from segmentation.compute.comparison import CALENDAR, Comparison, RuleChange
from segmentation.compute.moves import detect
from segmentation.compute.scores import SLOTS
from segmentation.compute.trends import WorkedDays
from segmentation.frames.asof import AsOf, EarlierNight
from segmentation.frames.reading import (
    EarlierResult,
    NightFacts,
    earlier_result,
    gather_facts,
    recompute_measures,
)
from segmentation.models import Night, RuleSet
from segmentation.queries.rules import document_of
from segmentation.queries.stored import stored_nights
from segmentation.rules.basis import measures_of_slots, settle_basis
from segmentation.rules.differences import ABSENT, differences

Progress = Callable[[str], None]

STEPS = ("facts", "scores", "moves", "storing")
"""What a night does, in order; told to `Progress`, and shown while it runs."""

SLOT_COLUMNS = dict(zip(SLOTS, digests.TIERS_COLUMNS[1:4], strict=True))
"""slot → its column of measure values in `tiers`."""


@dataclass(frozen=True)
class Computed:
    """A night computed: everything that storing it needs.

    tiers, move_rows: the rows of `tiers` and `moves`, formatted; moves: rows of compute.moves.detect.
    rule_set: None while the tenant has neither rules nor facts to settle their basis by. kinds: of
    which kinds the tenant has facts at all.
    """

    day: date
    known_at: datetime
    rule_set: RuleSet | None
    result: NightResult
    tiers: list[tuple[str, ...]]
    moves: pd.DataFrame
    move_rows: list[tuple[str, ...]]
    digest: str
    kinds: Mapping[str, bool]
    refusals: list[dict[str, Any]] = field(default_factory=list)

    @property
    def customers(self) -> int:
        return len(self.result.frame)

    @property
    def scored(self) -> int:
        """Customers with all three scores."""
        return int(self.result.frame[["r", "f", "m"]].notna().all(axis=1).sum())


@dataclass(frozen=True)
class Gathered:
    """A night's facts and what they are compared with: the stored night before, if any."""

    asof: AsOf
    facts: NightFacts
    earlier: Night | None
    before: EarlierResult | None


def compute_result(
    *,
    tenant: Tenant,
    day: date,
    known_at: datetime,
    progress: Progress,
    zone: ZoneInfo,
    rule_set: RuleSet | None = None,
) -> Computed:
    """Compute a night in the tenant's open scope; ``night_measures`` stays for storing it.

    ``zone``: in which the day ends. ``rule_set``: None: the rules in force. The first night settles
    their basis in a version of its own, unless there is no fact yet that could decide it.
    """
    progress("facts")
    if rule_set is None:
        rule_set, document = rules_of_tonight()
    else:
        document = document_of(rule_set)
    gathered = gather_night(
        tenant=tenant, day=day, known_at=known_at, zone=zone, rules=document, carries=True
    )
    rule_set, document = settled(rule_set, document, kinds=gathered.facts.kinds)
    return score_night(gathered, rule_set, document, progress=progress)


def gather_night(
    *,
    tenant: Tenant,
    day: date,
    known_at: datetime,
    zone: ZoneInfo,
    rules: Mapping[str, Any],
    carries: bool = False,
) -> Gathered:
    """A day's facts as known at a moment, by the look-back window of the rules.

    ``zone``: in which the day ends. ``carries``: by the tenant's states of usage, which then are those
    of this night; else nothing is written.
    """
    earlier = stored_nights().filter(as_of__lt=day).select_related("rule_set").first()
    asof = AsOf(
        tenant_id=tenant.id,
        day=day,
        known_at=known_at,
        zone=zone,
        window_days=rules["window_days"],
        earlier=EarlierNight(earlier.as_of, earlier.known_at)
        if earlier and earlier.known_at
        else None,
        calendar=working_calendar(known_at),
    )
    before = _before(tenant, earlier) if earlier else None
    return Gathered(asof, gather_facts(asof, carries=carries), earlier, before)


def score_night(
    gathered: Gathered,
    rule_set: RuleSet | None,
    document: Mapping[str, Any],
    *,
    progress: Progress,
) -> Computed:
    """Scores, stages, tiers and moves of gathered facts by rules whose basis is settled."""
    facts, before = gathered.facts, gathered.before
    day, known_at = gathered.asof.day, gathered.asof.known_at
    progress("scores")
    slots = measures_of_slots(document)
    rules = Rules.from_document(document, slots)
    result = assign(facts.table, facts.stage_facts, rules, before.frame if before else None)

    progress("moves")
    moves = _moves(gathered, result, rules, document)
    tiers = tiers_of(facts, slots, result)
    keys = facts.keys.loc[moves["customer"]].to_list()
    told = moves[["kind", "from", "to", "cause", "reason"]].itertuples(index=False)
    rows = [(key, *move) for key, move in zip(keys, told, strict=True)]
    move_rows = digests.moves_rows(rows, day.isoformat())
    return Computed(
        day=day,
        known_at=known_at,
        rule_set=rule_set,
        result=result,
        tiers=tiers,
        moves=moves,
        move_rows=move_rows,
        digest=digests.night_digest(tiers, move_rows),
        kinds=facts.kinds,
        refusals=result.context.refused,
    )


def _before(tenant: Tenant, earlier: Night) -> EarlierResult:
    """What the earlier night held; measures that are not kept any more are computed again as they
    were known then, so that a night says the same however often and whenever it is computed."""
    before = earlier_result(earlier.as_of)
    if before.measures is not None or earlier.known_at is None:
        return before
    rules = document_of(earlier.rule_set)
    asof = AsOf(
        tenant.id,
        earlier.as_of,
        earlier.known_at,
        earlier.zone_in(tenant),
        rules["window_days"],
        calendar=working_calendar(earlier.known_at),
    )
    return replace(before, measures=recompute_measures(asof))


def tiers_of(
    facts: NightFacts, slots: Mapping[str, str], result: NightResult
) -> list[tuple[str, ...]]:
    """The rows of `tiers`: per slot the value of the measure bound to it."""
    values = pd.DataFrame(
        {SLOT_COLUMNS[slot]: facts.table.column(measure) for slot, measure in slots.items()}
    )
    places = {SLOT_COLUMNS[slot]: facts.table.places_of(measure) for slot, measure in slots.items()}
    return digests.tiers_rows(facts.keys, values, places, result.frame)


def _moves(
    gathered: Gathered, result: NightResult, rules: Rules, document: Mapping[str, Any]
) -> pd.DataFrame:
    facts, earlier, before = gathered.facts, gathered.earlier, gathered.before
    if earlier is None or before is None:
        return pd.DataFrame(columns=["customer", "kind", "from", "to", "cause", "reason", "detail"])
    then = document_of(earlier.rule_set)
    then = settle_basis(then, has_contracts=facts.kinds["contracts"])
    worked = gathered.asof.worked_days
    worked_then = _worked_by_calendar_of(earlier, gathered.asof)
    old_rules, under_previous_rules = None, None
    if then != document or worked_then != worked:
        old_rules = Rules.from_document(then, measures_of_slots(then))
        supposed = facts if worked_then == worked else facts.counted_by(worked_then)
        under_previous_rules = assign(
            supposed.table, supposed.stage_facts, old_rules, before.frame
        ).frame
    return detect(
        Comparison(
            previous=before.frame,
            current=result.frame,
            current_measures=facts.table,
            previous_measures=before.measures,
            scheme=rules.scheme,
            dimensions=rules.dimensions,
            known_dimensions=result.context.known_dimensions,
            known_measures=result.context.known_measures,
            origins=catalogue.origins(),
            changes=facts.changes,
            rules_changed=old_rules is not None,
            under_previous_rules=under_previous_rules,
            rule_changes=(*_rule_changes(then, document), *_calendar_change(worked_then, worked)),
            previous_scheme=old_rules.scheme if old_rules else None,
            previous_dimensions=old_rules.dimensions if old_rules else (),
        )
    )


def _worked_by_calendar_of(earlier: Night, asof: AsOf) -> WorkedDays:
    """Tonight's working days by the calendar that the earlier night knew: a changed calendar is a
    decision of the tenant's, as changed rules are."""
    if earlier.known_at is None:
        return asof.worked_days
    return replace(asof, calendar=working_calendar(earlier.known_at)).worked_days


def _calendar_change(then: WorkedDays, now: WorkedDays) -> tuple[RuleChange, ...]:
    return () if then == now else (RuleChange(CALENDAR, list(then), list(now)),)


def _rule_changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[RuleChange, ...]:
    return tuple(
        RuleChange(
            difference.path,
            None if difference.old is ABSENT else difference.old,
            None if difference.new is ABSENT else difference.new,
        )
        for difference in differences(then, now)
    )
