"""Computing a stored night again beside what is stored, and restating the night by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Customer, Tenant
from segmentation.actions.nights import NightRefused, compute_and_store, known_now, silent
from segmentation.actions.results import Computed, Gathered, Progress, gather_night, score_night
from segmentation.compute.replays import Difference, Said, differences
from segmentation.frames.asof import AsOf, EarlierNight
from segmentation.frames.gathering import discard
from segmentation.frames.reading import gather_facts
from segmentation.models import Night, Replay, ReplayDifference, RuleSet
from segmentation.queries.printed import moves_of_night, tiers_printed
from segmentation.queries.rules import document_of, latest_rule_set
from segmentation.queries.stored import stored_nights
from segmentation.rules.basis import settle_basis

REPLAY_STEPS = ("then", "now", "rules", "comparing")
"""What a replay does, in order; told to `Progress`, and shown while it runs."""

BATCH = 2000


def compute_replay(*, tenant: Tenant, replay: Replay, progress: Progress = silent) -> None:
    """The body of a replay, in the tenant's scope and with its turn taken: compare, and restate if
    that was asked for. Called again after it was done it compares nothing again.

    Raises:
        NightRefused: it cannot be computed, or not be restated any more.
    """
    started = perf_counter()
    if not replay.digest:
        replay.started_at = timezone.now()
        _compare(tenant, replay, progress)
    if replay.restate_because and replay.restated_at is None:
        if not replay.is_same:
            _restate(tenant, replay)
        if replay.restates_following:
            _follow(replay)
    replay.state = Night.State.DONE
    replay.claim = None
    replay.error = ""
    replay.finished_at = timezone.now()
    replay.seconds = round(perf_counter() - started, 3)
    replay.save()


@dataclass(frozen=True)
class _Ruled:
    rule_set: RuleSet | None
    document: Mapping[str, Any]


def _compare(tenant: Tenant, replay: Replay, progress: Progress) -> None:
    night = replay.night
    assert night.known_at is not None, "a stored night says as of when it was known"
    of_then = _Ruled(night.rule_set, document_of(night.rule_set))
    latest = latest_rule_set()
    of_now = _Ruled(latest, document_of(latest))
    changes_rules = replay.rules == Replay.Rules.NOW and of_now.document != of_then.document
    if night.rule_set is None and replay.facts == Replay.Facts.NOW:
        # Stored before there was any rule: there are none of then that could be followed now.
        of_then, changes_rules = of_now, False

    progress("then")
    gathered = _gather(tenant, night, night.known_at, of_then)
    replayed = _score(gathered, of_then)
    earlier = gathered.earlier
    stored = _stored(tenant, night, replayed, gathered)
    result, facts_now, rules_now = replayed, None, None
    known_at = night.known_at
    if replay.facts == Replay.Facts.NOW:
        progress("now")
        known_at = known_now()
        gathered_now = _gather(tenant, night, known_at, of_then)
        result = facts_now = _score(gathered_now, of_then)
        if changes_rules:
            progress("rules")
            same_window = of_then.document["window_days"] == of_now.document["window_days"]
            rules_now = _score(
                gathered if same_window else _gather(tenant, night, night.known_at, of_now), of_now
            )
            result = _score(
                gathered_now if same_window else _gather(tenant, night, known_at, of_now), of_now
            )
    progress("comparing")
    found = differences(
        stored,
        _said(result),
        replayed=_said(replayed),
        under_facts=_said(facts_now) if facts_now else None,
        under_rules=_said(rules_now) if rules_now else None,
    )
    replay.stored_digest = night.digest
    replay.stored_known_at = night.known_at
    replay.stored_rule_set = night.rule_set
    replay.known_at = known_at
    replay.rule_set = of_now.rule_set if changes_rules else of_then.rule_set
    replay.digest = result.digest
    replay.customers = result.customers
    replay.differing = len(found)
    replay.is_earlier_changed = _is_changed_since(earlier, night)
    late = _late_families(tenant, night, replay) if found and facts_now else {}
    discard()
    _store_differences(replay, found, late)


def _gather(tenant: Tenant, night: Night, known_at: Any, ruled: _Ruled) -> Gathered:
    return gather_night(
        tenant=tenant,
        day=night.as_of,
        known_at=known_at,
        zone=night.zone_in(tenant),
        rules=ruled.document,
    )


def _score(gathered: Gathered, ruled: _Ruled) -> Computed:
    has_contracts = gathered.facts.kinds["contracts"]
    document = settle_basis(ruled.document, has_contracts=has_contracts)
    return score_night(gathered, ruled.rule_set, document, progress=silent)


def _said(computed: Computed) -> Said:
    return Said.from_rows(computed.tiers, computed.move_rows)


def _stored(tenant: Tenant, night: Night, replayed: Computed, gathered: Gathered) -> Said:
    """What the night said. When computing it again says the same, that is what it said, also of
    customers that have been taken away since and of whom nothing is stored."""
    if replayed.digest == night.digest:
        return _said(replayed)
    tiers = tiers_printed(tenant, night, measured=gathered.facts.table)
    return Said.from_rows(tiers, moves_of_night(night))


def _is_changed_since(earlier: Night | None, night: Night) -> bool:
    """Whether what a night compared itself with was stored, or restated, after the night."""
    if earlier is None or earlier.finished_at is None or night.started_at is None:
        return False
    return bool(earlier.finished_at > night.started_at)


def _late_families(tenant: Tenant, night: Night, replay: Replay) -> dict[str, list[str]]:
    """By customer key the families of facts, dated up to the night's day, that were received or
    corrected between the night's known_at and the replay's."""
    assert night.known_at is not None
    assert replay.known_at is not None
    itself = EarlierNight(night.as_of, night.known_at)
    asof = AsOf(tenant.id, night.as_of, replay.known_at, night.zone_in(tenant), None, itself)
    facts = gather_facts(asof)
    names = [name for name in facts.changes.columns if name.endswith("_late")]
    flags = facts.changes[names].set_axis([name.removesuffix("_late") for name in names], axis=1)
    touched = flags[flags.any(axis=1)]
    keys = facts.keys.loc[touched.index]
    return {
        str(key): [str(name) for name, is_late in row.items() if is_late]
        for key, (_, row) in zip(keys, touched.iterrows(), strict=True)
    }


def _store_differences(
    replay: Replay, found: list[Difference], late: Mapping[str, list[str]]
) -> None:
    replay.save()
    replay.differences.all().delete()
    keys = [one.key for one in found]
    ids = dict(Customer.objects.filter(key__in=keys).values_list("key", "pk"))
    ReplayDifference.objects.bulk_create(
        (_row(replay, one, ids.get(one.key), late.get(one.key, [])) for one in found),
        batch_size=BATCH,
    )


def _row(
    replay: Replay, one: Difference, customer_id: int | None, late: list[str]
) -> ReplayDifference:
    presence = ReplayDifference.Presence.BOTH
    if not one.stored:
        presence = ReplayDifference.Presence.ADDED
    elif not one.computed:
        presence = ReplayDifference.Presence.REMOVED
    return ReplayDifference(
        replay=replay,
        customer_id=customer_id,
        key=one.key,
        presence=presence,
        stored={**one.stored, "moves": one.stored_moves},
        computed={**one.computed, "moves": one.computed_moves},
        parts=list(one.parts),
        reasons=list(one.reasons),
        late_facts=late if "late_data" in one.reasons else [],
        old_tier=one.stored.get("tier", ""),
        new_tier=one.computed.get("tier", ""),
        old_stage=one.stored.get("stage", ""),
        new_stage=one.computed.get("stage", ""),
    )


def _restate(tenant: Tenant, replay: Replay) -> None:
    night = Night.objects.select_for_update().get(pk=replay.night_id)
    if night.digest != replay.stored_digest:
        raise NightRefused(_("The night was restated since it was compared. Compute it again."))
    compute_and_store(
        tenant=tenant,
        night=night,
        known_at=replay.known_at,
        restate=replay.restate_because,
        by=replay.restate_by,
        rule_set=replay.rule_set,
        expected=replay.digest,
    )
    replay.restated_at = timezone.now()


def _follow(replay: Replay) -> None:
    """The next stored night in its turn."""
    following = stored_nights().filter(as_of__gt=replay.night.as_of).order_by("as_of").first()
    if following is not None:
        Replay.objects.create(
            night=following,
            facts=replay.facts,
            rules=replay.rules,
            asked_by=replay.restate_by,
            restate_because=replay.restate_because,
            restate_by=replay.restate_by,
            restates_following=True,
        )
