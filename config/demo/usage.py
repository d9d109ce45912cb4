"""Who used which module when: the bulk of the facts, made month by month in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.demo.chance import Bits, Chance, Floats, Integers, scramble, to_unit
from config.demo.modules import EVENT_COUNTS, FIRST_EVENTS, MODULE_COUNT, demand
from config.demo.timeline import Timeline
from config.demo.users import Users

# A quarter before the months asked for, so that the first of them already looks back on one.
LEAD_DAYS = 92
# A person of rank 0 uses the product on so many of an eager customer's working days.
_EAGERNESS = 0.35
# On such a day the person does one thing; two or three with these chances.
_TWO, _THREE = 0.6, 0.3
# Days of persons looked at in one go; some tenth of them become rows.
_CELLS = 1_500_000


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
