"""The plot of each customer in numbers: sizes and the days on which things happen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from config.demo import stories
from config.demo.chance import Chance, Floats, Integers
from config.demo.modules import MODULE_COUNT, POPULARITY
from config.demo.terms import GENERATIONS, Flags, ages, fortnight, make_terms, within_bounds
from config.demo.timeline import NEVER, Timeline

EXPANSIONS = 2


@dataclass(frozen=True)
class Profiles:
    """Parallel arrays, one entry per customer; days count from the last day, NEVER = not (yet).

    number, root: the customer and its group's parent · story, ordinal · size: 0 smallest … 1
    largest · employees · seats · created: first known to the vendor · signs: ever had a contract ·
    starts, ends, signed: (customers, generations) contract terms · continues: that generation
    renews the one before · kickoff, due, accepted: first project · tested: first use in that
    project · expanded: (customers, expansions) days of buying more · adds_module: that expansion
    is a module rather than seats · modules: (customers, generations) modules in the contract ·
    rank: (customers, modules) order in which modules are bought · scale: (customers,
    generations) seats and fees against the first contract · trial_from, trial_to · event, ramp:
    when use changes · key_user_left: a key user's last day · successor_from · silent_from.
    """

    number: Integers
    root: Integers
    story: Integers
    ordinal: Integers
    size: Floats
    employees: Integers
    seats: Integers
    created: Integers
    signs: Flags
    starts: Integers
    ends: Integers
    signed: Integers
    continues: Flags
    kickoff: Integers
    due: Integers
    accepted: Integers
    tested: Integers
    expanded: Integers
    adds_module: Flags
    modules: Integers
    rank: Integers
    scale: Floats
    trial_from: Integers
    trial_to: Integers
    event: Integers
    ramp: Integers
    key_user_left: Integers
    successor_from: Integers
    silent_from: Integers

    def is_story(self, *keys: str) -> Flags:
        return np.isin(self.story, [stories.index_of(key) for key in keys])

    @property
    def last_generation(self) -> Integers:
        """Position of the latest contract that has been signed; -1 without any."""
        return np.asarray((self.starts < NEVER).sum(axis=1) - 1)


def _projects(
    chance: Chance,
    timeline: Timeline,
    number: Integers,
    story: Integers,
    size: Floats,
    starts: Integers,
    signed: Integers,
    signs: Flags,
    ordinal: Integers,
) -> tuple[Integers, Integers, Integers, Integers]:
    """First implementation: kick-off, due day, acceptance (or NEVER), first trial use in it."""
    start = starts[:, 0]
    running = story == stories.index_of("onboarding")
    fresh = story == stories.index_of("accepted")
    # Work begins with the signature: nobody has a contract and nothing going on.
    kickoff = signed[:, 0]
    planned = 50 + np.floor(80 * size).astype(np.int64) + chance.between(-8, 12, "plan", number)
    # A young customer that already lives with the product had a short project.
    planned = np.where(running | fresh, planned, np.minimum(planned, np.maximum(20, -start // 3)))
    due = kickoff + planned
    slow = chance.happens(0.3, "slow project", number)
    delay = np.where(
        slow,
        chance.between(15, 60, "long delay", number),
        chance.between(-10, 9, "short delay", number),
    )
    accepted = due + np.minimum(delay, np.maximum(5, -start // 6))
    accepted = np.where(fresh, -ages(chance, story, ordinal), accepted)
    due = np.where(fresh, np.maximum(accepted - delay, kickoff + 20), due)
    accepted = np.where(running, NEVER, timeline.office_day(accepted))
    accepted = np.where(accepted > 0, NEVER, accepted)
    tested = kickoff + (due - kickoff) * 3 // 5
    return tuple(  # type: ignore[return-value]
        np.where(signs, days, NEVER) for days in (kickoff, due, accepted, tested)
    )


def _expansions(
    chance: Chance,
    timeline: Timeline,
    number: Integers,
    story: Integers,
    ordinal: Integers,
    starts: Integers,
    ends: Integers,
    accepted: Integers,
) -> tuple[Integers, Flags]:
    """Days of buying more within a contract (customers, expansions), and what is bought."""
    wanted = np.stack(
        [
            chance.spread("expands", ordinal, 17) < stories.column("expands")[story],
            chance.spread("expands again", ordinal, 19) < stories.column("expands_again")[story],
        ],
        axis=1,
    )
    recent = 8 + np.floor(chance.spread("expansion day", ordinal, 5) * 640)
    earlier = recent + chance.between(150, 420, "earlier expansion", number)
    day = -np.stack([recent, earlier], axis=1).astype(np.int64)
    earliest = np.where(accepted < NEVER, accepted, 0)[:, None] + 45
    day = timeline.office_day(np.maximum(day, earliest))
    inside = (day[:, :, None] > starts[:, None, :] + 20) & (day[:, :, None] < ends[:, None, :] - 60)
    wanted &= inside.any(axis=2) & (day <= 0)
    wanted[:, 1] &= ~wanted[:, 0] | (day[:, 0] - day[:, 1] >= 30)
    adds_module = chance.happens(0.6, "adds module", number[:, None], np.arange(EXPANSIONS))
    return np.where(wanted, day, NEVER), adds_module


def _holdings(
    chance: Chance,
    number: Integers,
    story: Integers,
    size: Floats,
    starts: Integers,
    ends: Integers,
    expanded: Integers,
    adds_module: Flags,
) -> tuple[Integers, Integers, Floats]:
    """How many modules each contract covers, in which order they are bought, and the scale."""
    count = len(number)
    step = np.arange(GENERATIONS)
    appeal = np.log(POPULARITY) - np.log(
        -np.log(chance.uniform("appeal", number[:, None], np.arange(MODULE_COUNT)) + 1e-12)
    )
    appeal[:, 0] = np.inf
    rank = np.argsort(np.argsort(-appeal, axis=1), axis=1)

    first = 2 + np.floor(5.2 * size + 1.4 * chance.uniform("first modules", number))
    last = (starts < NEVER).sum(axis=1) - 1
    down = story == stories.index_of("down_sell")
    is_cut = down[:, None] & (step[None, :] == last[:, None])
    renewed = step[None, :] > 0
    cells = (number[:, None], step[None, :])
    gained = np.cumsum(renewed & chance.happens(0.22, "renewal adds", *cells), axis=1)
    covering = (expanded[:, :, None] > starts[:, None, :]) & (
        expanded[:, :, None] <= ends[:, None, :]
    )
    # What was added within a contract belongs to every later one.
    before: Integers = np.cumsum(covering, axis=2) - covering
    added = (before * adds_module[:, :, None]).sum(axis=1)
    dropped = is_cut * chance.between(1, 2, "modules dropped", number)[:, None]
    modules = np.clip(first[:, None] + gained + added - dropped, 1, MODULE_COUNT - 1)

    uplift = np.where(renewed, 1 + 0.1 * chance.uniform("uplift", *cells), 1.0)
    slipping = np.isin(story, [stories.index_of("slipping"), stories.index_of("dormant")])
    uplift = np.where(slipping[:, None] & renewed & (step[None, :] == last[:, None]), 0.9, uplift)
    seats_added = 1 + 0.33 * (before * ~adds_module[:, :, None]).sum(axis=1)
    cut = np.where(is_cut, 0.7 + 0.15 * chance.uniform("seats cut", number)[:, None], 1.0)
    scale = np.cumprod(uplift, axis=1) * seats_added * cut
    assert modules.shape == scale.shape == (count, GENERATIONS)
    return modules.astype(np.int64), rank, scale


def make_profiles(chance: Chance, timeline: Timeline, number: Integers) -> Profiles:
    """Profiles of the customers with these numbers (from 0), whoever else there is."""
    story, ordinal = stories.stories_of(number)
    sizes = stories.column("size")[story]
    # The square root of two is taken by nothing else of the same ordinal.
    size = sizes[:, 0] + chance.spread("size", ordinal, 2) * (sizes[:, 1] - sizes[:, 0])
    employees = np.round(130 * 115 ** (size**1.4), -1).astype(np.int64)
    seats = 3 + np.round(employees**0.42).astype(np.int64)
    starts, ends, signed, continues = make_terms(chance, timeline, number, story, ordinal)
    signs = starts[:, 0] < NEVER
    kickoff, due, accepted, tested = _projects(
        chance, timeline, number, story, size, starts, signed, signs, ordinal
    )
    expanded, adds_module = _expansions(
        chance, timeline, number, story, ordinal, starts, ends, accepted
    )
    modules, rank, scale = _holdings(
        chance, number, story, size, starts, ends, expanded, adds_module
    )

    age = ages(chance, story, ordinal)
    tries = story == stories.index_of("trial")
    tried = signs & chance.happens(0.15, "tried first", number)
    trial_from = np.where(tries, timeline.office_day(-age), NEVER)
    trial_from = np.where(tried, timeline.office_day(signed[:, 0] - 60), trial_from)
    trial_to = np.where(trial_from < NEVER, trial_from + 29 + 30 * (number % 2), NEVER)
    met = np.where(signs, np.where(tried, trial_from, signed[:, 0]), -age)
    met = np.where(tries, trial_from, met)
    prospects = story == stories.index_of("prospect")
    created = timeline.office_day(
        met - np.where(prospects, 0, chance.between(6, 120, "courtship", number))
    )

    event = within_bounds(stories.column("event")[story], chance.spread("event", ordinal, 11))
    # Half of the dormant have been so for a month, and a few days more each.
    lately = (story == stories.index_of("dormant")) & (ordinal % 2 == 0)
    event = np.where(lately, 31 + fortnight(21 + ordinal // 2), event)
    # Who leaves loses interest until the end; who buys less does so at the renewal.
    event = np.where(story == stories.index_of("churned"), age, event)
    event = np.where(story == stories.index_of("down_sell"), age, event)
    ramp = within_bounds(stories.column("ramp")[story], chance.uniform("ramp", number))

    left, successor = _leavers(chance, timeline, number, story, accepted)
    silent = story == stories.index_of("silent_key_user")
    silent_from = np.where(silent, -event, NEVER)
    return Profiles(
        number=number, root=stories.roots_of(number), story=story, ordinal=ordinal, size=size,
        employees=employees, seats=seats, created=created, signs=signs, starts=starts, ends=ends,
        signed=signed, continues=continues, kickoff=kickoff, due=due, accepted=accepted,
        tested=tested, expanded=expanded, adds_module=adds_module, modules=modules, rank=rank,
        scale=scale, trial_from=trial_from, trial_to=trial_to, event=event, ramp=ramp,
        key_user_left=left, successor_from=successor, silent_from=silent_from,
    )  # fmt: skip


def _leavers(
    chance: Chance, timeline: Timeline, number: Integers, story: Integers, accepted: Integers
) -> tuple[Integers, Integers]:
    """The last day of a key user who left, and the first of the successor (NEVER = none)."""
    silent = story == stories.index_of("silent_key_user")
    leaves = chance.happens(np.where(silent, 0.5, 0.2), "leaves", number)
    day = -chance.between(12, 620, "leaves on", number)
    event = within_bounds(
        stories.column("event")[story],
        chance.spread("event", stories.stories_of(number)[1], 11),
    )
    day = timeline.office_day(np.where(silent, -event, day))
    leaves &= (accepted < NEVER) & (day > accepted + 60)
    followed = leaves & ~silent & chance.happens(0.8, "succeeded", number)
    successor = timeline.office_day(day + chance.between(-14, 40, "handover", number))
    successor = np.where(followed & (successor <= 0), successor, NEVER)
    return np.where(leaves, day, NEVER), successor
