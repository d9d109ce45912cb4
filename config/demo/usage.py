"""Who used which module when: the bulk of the facts, made month by month in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.demo import stories
from config.demo.chance import Bits, Chance, Floats, Integers, scramble, to_unit
from config.demo.contacts import KEY_USER, SECOND_KEY_USER, SUCCESSOR
from config.demo.contracts import TRIAL, Lines
from config.demo.modules import EVENT_COUNTS, FIRST_EVENTS, MODULE_COUNT, demand
from config.demo.profiles import Profiles
from config.demo.timeline import NEVER, Timeline

# A quarter before the months asked for, so that the first of them already looks back on one.
LEAD_DAYS = 92
# A person of rank 0 uses the product on so many of an eager customer's working days.
_EAGERNESS = 0.35
# On such a day the person does one thing; two or three with these chances.
_TWO, _THREE = 0.6, 0.3
# Days of persons looked at in one go; some tenth of them become rows.
_CELLS = 1_500_000
# Persons are known by their place at the customer; places 0 and 5 decide and do not use.
_PLACES_OF_RANKS = (KEY_USER, SECOND_KEY_USER, 3, 4, 6)


@dataclass(frozen=True)
class Users:
    """Who could use the product: customers' curves and, ordered by customer, their persons.

    Per customer: number · knots, levels (customers, 4): use over time · opens, shuts
    (customers, 2): spans in which there is anything to use · golive · owned_from, owned_to,
    liking (customers, modules). Per person: customer (position) · place · rank · since, until.
    """

    number: Integers
    knots: Integers
    levels: Floats
    opens: Integers
    shuts: Integers
    golive: Integers
    owned_from: Integers
    owned_to: Integers
    liking: Floats
    customer: Integers
    place: Integers
    rank: Integers
    since: Integers
    until: Integers

    @staticmethod
    def joined(parts: list[Users]) -> Users:
        """The users of several batches of customers as one."""
        sizes = np.cumsum([0, *(len(part.number) for part in parts)])
        columns = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in Users.__dataclass_fields__
        }
        columns["customer"] = np.concatenate(
            [part.customer + size for part, size in zip(parts, sizes[:-1], strict=True)]
        )
        return Users(**columns)


def make_users(
    chance: Chance, profiles: Profiles, lines: Lines, per_customer: float = 1.0
) -> Users:
    """The persons of these customers; `per_customer` thins them (1.0: as many as they have)."""
    number, count = profiles.number, len(profiles.number)
    trial = profiles.is_story("trial")
    golive = np.where(profiles.accepted < NEVER, profiles.accepted, profiles.due)
    opens = np.stack([profiles.tested, np.full(count, NEVER)], axis=1)
    shuts = np.full((count, 2), NEVER)
    last = np.maximum(profiles.last_generation, 0)
    shuts[:, 0] = profiles.ends[np.arange(count), last]
    returned = profiles.is_story("won_back")
    shuts[returned, 0] = profiles.ends[returned, 0]
    opens[returned, 1] = profiles.starts[returned, 1] + 15
    shuts[returned, 1] = profiles.ends[returned, 1]
    opens[trial, 0], shuts[trial, 0] = profiles.trial_from[trial], profiles.trial_to[trial]
    golive = np.where(trial, profiles.trial_from - 60, golive)

    curve = stories.column("use")[profiles.story]
    eagerness = 0.1 + 1.0 * chance.uniform("eagerness", number) ** 1.4 + 0.35 * profiles.size
    # Every other customer who leaves has fallen silent some months before the end.
    early = profiles.is_story("churned") & (profiles.ordinal % 2 == 1)
    event = profiles.event + early * chance.between(50, 110, "silent before", number)
    knots = np.stack(
        [np.full(count, -1100), -event - profiles.ramp, -event, np.zeros(count)], axis=1
    )
    owned_from, owned_to = _owned(profiles, lines)
    liking = np.exp(chance.uniform("liking", number[:, None], np.arange(MODULE_COUNT)) - 0.5)
    # Some of what is bought is never put to use.
    shelved = chance.happens(0.14, "shelved", number[:, None], np.arange(1, MODULE_COUNT))
    liking[:, 1:] *= ~shelved

    fewest = 2 if per_customer > 0.5 else 1
    adoption = 0.2 + 0.6 * chance.uniform("adoption", number) ** 1.2
    grown = profiles.scale[np.arange(count), last]
    persons = np.clip(np.round(profiles.seats * adoption * grown * per_customer), fewest, 60)
    persons = np.where(trial, 3, persons)
    uses = profiles.signs | trial
    people = np.where(uses, persons, 0).astype(np.int64)
    customer = np.repeat(np.arange(count), people)
    rank = np.arange(len(customer)) - np.repeat(np.cumsum(people) - people, people)
    followed = np.flatnonzero(profiles.successor_from < NEVER)
    customer = np.concatenate([customer, followed])
    rank = np.concatenate([rank, np.zeros_like(followed)])
    ranks = np.array(_PLACES_OF_RANKS)
    place = np.where(rank < len(ranks), ranks[np.minimum(rank, len(ranks) - 1)], rank + 3)
    place[len(place) - len(followed) :] = SUCCESSOR
    order = np.lexsort((place, rank, customer))
    customer, place, rank = customer[order], place[order], rank[order]
    since, until = _careers(chance, profiles, opens, golive, customer, place, rank)
    return Users(
        number=number, knots=knots.astype(np.int64), levels=curve * eagerness[:, None],
        opens=opens, shuts=shuts, golive=golive, owned_from=owned_from, owned_to=owned_to,
        liking=liking, customer=customer, place=place, rank=rank, since=since, until=until,
    )  # fmt: skip


def _owned(profiles: Profiles, lines: Lines) -> tuple[Integers, Integers]:
    """First and last day on which each customer may use each module."""
    shape = (len(profiles.number), MODULE_COUNT)
    owned_from, owned_to = np.full(shape, NEVER), np.full(shape, -NEVER)
    # A trial that led to a contract is years ago; it would open modules never bought.
    used = (lines.module < MODULE_COUNT) & ((lines.sort != TRIAL) | ~profiles.signs[lines.customer])
    cells = (lines.customer[used], lines.module[used])
    np.minimum.at(owned_from, cells, lines.start[used])
    np.maximum.at(owned_to, cells, lines.end[used])
    return owned_from, owned_to


def _careers(
    chance: Chance,
    profiles: Profiles,
    opens: Integers,
    golive: Integers,
    customer: Integers,
    place: Integers,
    rank: Integers,
) -> tuple[Integers, Integers]:
    """First and last day of each person with the product."""
    number = profiles.number[customer]
    drawn = chance.uniform("joins", number, place)
    tests = (rank < 2) | profiles.is_story("trial")[customer]
    since = np.where(
        tests,
        opens[customer, 0],
        golive[customer] + np.floor(drawn * np.minimum(300, 30 * rank)),
    )
    growing = profiles.is_story("growing")[customer] & (rank > 2)
    event, ramp = profiles.event[customer], profiles.ramp[customer]
    since = np.where(growing, np.maximum(since, -event - np.floor(ramp * drawn)), since)
    leaves = chance.happens(0.14, "person leaves", number, place) & (rank > 4)
    until = np.where(leaves, -chance.between(20, 700, "person left", number, place), NEVER)
    until = np.where(place == KEY_USER, profiles.key_user_left[customer], until)
    since = np.where(place == SUCCESSOR, profiles.successor_from[customer], since)
    key_users = np.isin(place, (KEY_USER, SECOND_KEY_USER))
    until = np.where(key_users, np.minimum(until, profiles.silent_from[customer]), until)
    return since.astype(np.int64), until.astype(np.int64)


def _levels(users: Users, chance: Chance, chosen: slice, days: Integers) -> Floats:
    """How much each customer uses the product on each day: (customers, days), 0 when closed."""
    knots, heights = users.knots[chosen], users.levels[chosen]
    level = np.repeat(heights[:, :1], len(days), axis=1)
    for left in range(3):
        begin, end = knots[:, left, None], knots[:, left + 1, None]
        share = np.clip((days[None, :] - begin) / np.maximum(end - begin, 1), 0, 1)
        rise = heights[:, left + 1, None] - heights[:, left, None]
        level += share * rise
    since_golive = days[None, :] - users.golive[chosen][:, None]
    settled = np.where(since_golive < 0, 0.12, np.clip(0.4 + 0.6 * since_golive / 75, 0.4, 1.0))
    weeks = np.floor_divide(days, 7)
    weather = 0.84 + 0.32 * chance.uniform("week", users.number[chosen][:, None], weeks[None, :])
    opens, shuts = users.opens[chosen], users.shuts[chosen]
    is_open = (
        (days[None, :, None] >= opens[:, None, :]) & (days[None, :, None] <= shuts[:, None, :])
    ).any(axis=2)
    return np.asarray(np.maximum(level, 0) * settled * weather * is_open)


class _Month:
    """What all customers share in one calendar month."""

    def __init__(self, timeline: Timeline, days: Integers, zone: ZoneInfo) -> None:
        self.days = days
        self.rhythm = timeline.rhythm(days)
        dates = timeline.dates(days).astype("datetime64[D]")
        in_month = (dates - dates.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
        self.demand = demand(timeline.months_of_year(days), in_month + 1)
        midnights = []
        for day in days.tolist():
            # Offices work on the offset that the day has at noon.
            noon = datetime.combine(timeline.until + timedelta(days=day), time(12), zone)
            offset = noon.utcoffset() or timedelta()
            midnight = noon.replace(hour=0, tzinfo=UTC) - offset
            midnights.append(int(midnight.timestamp()))
        self.midnights = np.array(midnights, dtype=np.int64)


def usage_frames(
    chance: Chance,
    timeline: Timeline,
    users: Users,
    first_day: int,
    zone: ZoneInfo,
    rows: int = 500_000,
) -> Iterator[pd.DataFrame]:
    """Usage rows from first_day to the last day, in frames of at most `rows`, months in order.

    Columns, all integers but the time: customer (number from 0), place (of the person at the
    customer), module and event (positions in MODULES and EVENTS), occurred_at (UTC), count,
    received_at (UTC, the end of the day), message (running number from 1).
    """
    order = np.arange(len(users.customer))
    message = 0
    waiting: list[pd.DataFrame] = []
    pending = 0
    for days in timeline.months(first_day, 0):
        month = _Month(timeline, days, zone)
        present = order[(users.since <= days[-1]) & (users.until >= days[0])]
        width = max(1, _CELLS // len(days))
        for start in range(0, len(present), width):
            part = _rows(chance, users, month, present[start : start + width])
            part["message"] = np.arange(message + 1, message + 1 + len(part))
            message += len(part)
            waiting.append(part)
            pending += len(part)
            while pending >= rows:
                joined = pd.concat(waiting, ignore_index=True)
                yield joined.iloc[:rows]
                waiting = [joined.iloc[rows:]]
                pending -= rows
    if pending:
        yield pd.concat(waiting, ignore_index=True)


def _rows(chance: Chance, users: Users, month: _Month, persons: Integers) -> pd.DataFrame:
    customer = users.customer[persons]
    chosen = slice(int(customer[0]), int(customer[-1]) + 1) if len(customer) else slice(0, 0)
    level = _levels(users, chance, chosen, month.days) * month.rhythm
    weight = _EAGERNESS * (users.rank[persons] + 1.0) ** -0.7
    # People have their days: the same weekdays again and again, more than a coin would make it.
    own = chance.bits("person", users.number[customer], users.place[persons])
    habits = to_unit(scramble(own[:, None] ^ chance.bits("weekday", np.arange(7))[None, :]))
    fits = 0.1 + 1.9 * habits[:, month.days % 7]
    likely = np.minimum(weight[:, None] * level[customer - chosen.start] * fits, 0.96)
    employed = (month.days >= users.since[persons, None]) & (
        month.days <= users.until[persons, None]
    )
    calendar = chance.bits("day", month.days)
    cells = scramble(own[:, None] ^ calendar[None, :])
    person, day = np.nonzero(employed & (to_unit(cells) < likely))
    bits = cells[person, day]
    more = to_unit(scramble(bits + np.uint64(1)))
    times = 1 + (more < _TWO).astype(np.int64) + (more < _THREE)
    person, day = np.repeat(person, times), np.repeat(day, times)
    bits = np.repeat(bits, times)
    turn = np.arange(len(bits)) - np.repeat(np.cumsum(times) - times, times)
    bits = scramble(bits + turn.astype(np.uint64) + np.uint64(2))
    module = _modules(users, month, customer[person], day, own[person], bits)
    kept = module >= 0
    person, day, bits, module = person[kept], day[kept], bits[kept], module[kept]
    return _frame(users, month, persons[person], day, module, bits)


def _modules(
    users: Users, month: _Month, customer: Integers, day: Integers, own: Bits, bits: Bits
) -> Integers:
    """The module used in each row, or -1 where the customer has none on that day."""
    days = month.days[day][:, None]
    weights = month.demand[day] * users.liking[customer]
    weights *= (users.owned_from[customer] <= days) & (users.owned_to[customer] >= days)
    total = np.cumsum(weights, axis=1)
    # Most of the time people do what is their job.
    habit = to_unit(scramble(bits + np.uint64(5))) < 0.6
    drawn = np.where(habit, to_unit(scramble(own + np.uint64(5))), to_unit(bits))
    picked = (total <= (drawn * total[:, -1])[:, None]).sum(axis=1)
    return np.where(total[:, -1] > 0, np.minimum(picked, MODULE_COUNT - 1), -1)


def _frame(
    users: Users,
    month: _Month,
    persons: Integers,
    day: Integers,
    module: Integers,
    bits: Bits,
) -> pd.DataFrame:
    draws = [to_unit(scramble(bits + np.uint64(step))) for step in (11, 13, 17, 19)]
    event = FIRST_EVENTS[module] + np.floor(draws[0] * EVENT_COUNTS[module]).astype(np.int64)
    # Between half past eight and half past six, most in the middle of morning and afternoon.
    hour = 8.5 + 5 * (draws[1] + draws[2])
    second = np.floor(hour * 3600).astype(np.int64)
    count = 1 + np.floor(-4 * np.log1p(-draws[3])).astype(np.int64)
    midnight = month.midnights[day]
    return pd.DataFrame(
        {
            "customer": users.number[users.customer[persons]],
            "place": users.place[persons],
            "module": module,
            "event": event,
            "occurred_at": _instants(midnight + second),
            "count": np.minimum(count, 40),
            "received_at": _instants(midnight + 24 * 3600 - 1),
        }
    )


def _instants(seconds: Integers) -> pd.Series[pd.Timestamp]:
    values: NDArray[np.datetime64] = seconds.astype("datetime64[s]")
    instants: pd.Series[pd.Timestamp] = pd.Series(values).dt.tz_localize("UTC")
    return instants
