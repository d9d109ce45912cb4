"""Contracts and their lines: subscriptions, what is bought later, one-off work, trials."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.demo.chance import Chance, Floats, Integers
from config.demo.modules import IMPLEMENTATION_KEY, MODULE_COUNT, MODULES, PRICES
from config.demo.profiles import Profiles
from config.demo.timeline import NEVER, Timeline

BASE, ADDED, ONE_OFF, TRIAL = range(4)
# Generation number of a trial's contract, which belongs to no term.
TRIAL_GENERATION = -1

SMALLEST_FEES, LARGEST_FEES = 30_000, 1_900_000

_MODULE_KEYS = np.array([*(module.key for module in MODULES), IMPLEMENTATION_KEY], dtype=object)
_IMPLEMENTATION = MODULE_COUNT


@dataclass(frozen=True)
class Lines:
    """Contract lines as parallel arrays; `customer` is the position in the profiles.

    fee: whole units of money a year, 0 for one-off lines · amount: for one-off lines, else 0.
    """

    customer: Integers
    generation: Integers
    module: Integers
    sort: Integers
    signed: Integers
    start: Integers
    end: Integers
    fee: Integers
    amount: Integers
    seats: Integers

    def take(self, chosen: NDArray[np.bool_] | Integers) -> Lines:
        return Lines(**{name: values[chosen] for name, values in vars(self).items()})


def _concatenate(parts: list[Lines]) -> Lines:
    return Lines(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in Lines.__dataclass_fields__
        }
    )


def _rounded(money: Floats) -> Integers:
    return np.asarray(np.round(money, -2)).astype(np.int64)


def _list_fees(profiles: Profiles) -> Floats:
    """Yearly list price of each module for each customer (customers, modules).

    By employees, with a discount for size; the first contract stays within what the vendor's
    customers pay.
    """
    employees = profiles.employees.astype(np.float64)
    per_employee = 66 * (employees / 100) ** -0.3
    fees = (employees * per_employee)[:, None] * PRICES
    bought = profiles.rank < np.maximum(profiles.modules[:, :1], 1)
    total = (fees * bought).sum(axis=1)
    ceiling = np.minimum(total, LARGEST_FEES / 1.6)
    return np.asarray(fees * (np.maximum(ceiling, SMALLEST_FEES * 1.15) / total)[:, None])


def make_lines(chance: Chance, timeline: Timeline, profiles: Profiles) -> Lines:
    """Every contract line signed by the last day, ordered by customer and day of start."""
    fees = _list_fees(profiles)
    lines = _concatenate(
        [
            _base(chance, profiles, fees),
            _added_modules(timeline, profiles, fees),
            _added_seats(timeline, profiles, fees),
            _one_off(chance, profiles, fees),
            _trials(chance, profiles),
        ]
    )
    return lines.take(np.lexsort((lines.module, lines.start, lines.customer)))


def _base(chance: Chance, profiles: Profiles, fees: Floats) -> Lines:
    exists = profiles.starts < NEVER
    covered = profiles.rank[:, None, :] < profiles.modules[:, :, None]
    customer, generation, module = np.nonzero(exists[:, :, None] & covered)
    scale = profiles.scale[customer, generation]
    share = np.where(
        module == 0,
        1.0,
        chance.between(45, 100, "seats of module", profiles.number[customer], module) / 100,
    )
    seats = np.maximum(2, np.round(profiles.seats[customer] * scale * share)).astype(np.int64)
    return Lines(
        customer=customer,
        generation=generation,
        module=module,
        sort=np.full_like(customer, BASE),
        signed=profiles.signed[customer, generation],
        start=profiles.starts[customer, generation],
        end=profiles.ends[customer, generation],
        fee=_rounded(fees[customer, module] * scale),
        amount=np.zeros_like(customer),
        seats=seats,
    )


def _expansion_cells(profiles: Profiles) -> tuple[Integers, Integers, Integers]:
    """Customer, expansion and generation it falls into."""
    customer, expansion = np.nonzero(profiles.expanded < NEVER)
    day = profiles.expanded[customer, expansion]
    within = (profiles.starts[customer] < day[:, None]) & (day[:, None] <= profiles.ends[customer])
    return customer, expansion, np.asarray(within.argmax(axis=1))


def _added_modules(timeline: Timeline, profiles: Profiles, fees: Floats) -> Lines:
    customer, expansion, generation = _expansion_cells(profiles)
    chosen = profiles.adds_module[customer, expansion]
    customer, expansion, generation = customer[chosen], expansion[chosen], generation[chosen]
    day = profiles.expanded[customer, expansion]
    # The second purchase within one contract takes the next module in the customer's order.
    other = 1 - expansion
    other_day = profiles.expanded[customer, other]
    earlier = (
        (other_day < day)
        & (other_day > profiles.starts[customer, generation])
        & profiles.adds_module[customer, other]
    )
    place = np.minimum(profiles.modules[customer, generation] + earlier, MODULE_COUNT - 1)
    module = (profiles.rank[customer] == place[:, None]).argmax(axis=1)
    cells = customer, expansion, generation
    return _addition(timeline, profiles, fees, cells, module, of_fee=1.0, of_seats=0.7)


def _added_seats(timeline: Timeline, profiles: Profiles, fees: Floats) -> Lines:
    """Four tenths more seats, on the first four modules bought."""
    customer, expansion, generation = _expansion_cells(profiles)
    chosen = ~profiles.adds_module[customer, expansion]
    customer, expansion, generation = customer[chosen], expansion[chosen], generation[chosen]
    most = np.minimum(profiles.modules[customer, generation], 4)
    cell, module = np.nonzero(profiles.rank[customer] < most[:, None])
    customer, expansion, generation = customer[cell], expansion[cell], generation[cell]
    cells = customer, expansion, generation
    return _addition(timeline, profiles, fees, cells, module, of_fee=0.4, of_seats=0.4)


def _addition(
    timeline: Timeline,
    profiles: Profiles,
    fees: Floats,
    cells: tuple[Integers, Integers, Integers],
    module: Integers,
    *,
    of_fee: float,
    of_seats: float,
) -> Lines:
    """Lines signed within a contract; their shares of what the contract takes at first. cells:
    customer, expansion and generation of each line."""
    customer, expansion, generation = cells
    day = profiles.expanded[customer, expansion]
    scale = profiles.scale[customer, generation]
    seats = np.maximum(2, np.round(profiles.seats[customer] * scale * of_seats))
    return Lines(
        customer=customer,
        generation=generation,
        module=module,
        sort=np.full_like(customer, ADDED),
        signed=timeline.office_day(day - 6),
        start=day,
        end=profiles.ends[customer, generation],
        fee=_rounded(fees[customer, module] * scale * of_fee),
        amount=np.zeros_like(customer),
        seats=seats.astype(np.int64),
    )


def _one_off(chance: Chance, profiles: Profiles, fees: Floats) -> Lines:
    """Implementation work of the first contract; over with its project."""
    customer = np.flatnonzero(profiles.signs)
    bought = profiles.rank[customer] < profiles.modules[customer, :1]
    yearly = (fees[customer] * bought).sum(axis=1)
    share = chance.between(18, 40, "implementation share", profiles.number[customer]) / 100
    zero = np.zeros_like(customer)
    return Lines(
        customer=customer,
        generation=zero,
        module=zero + _IMPLEMENTATION,
        sort=zero + ONE_OFF,
        signed=profiles.signed[customer, 0],
        start=profiles.starts[customer, 0],
        end=np.maximum(profiles.due[customer], profiles.starts[customer, 0]),
        fee=zero,
        amount=_rounded(yearly * share),
        seats=zero,
    )


def _trials(chance: Chance, profiles: Profiles) -> Lines:
    """Core HR and the next module that interests them, free of charge for a month or two."""
    tries = np.flatnonzero(profiles.trial_from < NEVER)
    cell, module = np.nonzero(profiles.rank[tries] < 2)
    customer = tries[cell]
    zero = np.zeros_like(customer)
    start = profiles.trial_from[customer]
    return Lines(
        customer=customer,
        generation=zero + TRIAL_GENERATION,
        module=module,
        sort=zero + TRIAL,
        signed=start,
        start=start,
        end=profiles.trial_to[customer],
        fee=zero,
        amount=zero,
        seats=zero + chance.between(3, 6, "trial seats", profiles.number[customer]),
    )


def customer_keys(number: Integers) -> NDArray[np.object_]:
    return np.array([f"C{entry + 1:06d}" for entry in number.tolist()], dtype=object)


def contract_keys(number: Integers, generation: Integers) -> NDArray[np.object_]:
    """`CT-000012-1` for the first term, `CT-000012-T` for a trial."""
    terms = np.where(generation == TRIAL_GENERATION, "T", (generation + 1).astype(str))
    return np.array(
        [
            f"CT-{entry + 1:06d}-{term}"
            for entry, term in zip(number.tolist(), terms.tolist(), strict=True)
        ],
        dtype=object,
    )


def contract_frame(timeline: Timeline, profiles: Profiles, currency: str) -> pd.DataFrame:
    """One row per contract: customer, key, renewal_of (key or empty), currency, known_on."""
    customer, generation = np.nonzero(profiles.starts < NEVER)
    number = profiles.number[customer]
    before = contract_keys(number, generation - 1)
    continues = profiles.continues[customer, generation]
    terms = pd.DataFrame(
        {
            "customer": customer_keys(number),
            "key": contract_keys(number, generation),
            "renewal_of": np.where(continues, before, ""),
            "currency": currency,
            "known_on": timeline.dates(profiles.signed[customer, generation]),
        }
    )
    tries = np.flatnonzero(profiles.trial_from < NEVER)
    number = profiles.number[tries]
    trials = pd.DataFrame(
        {
            "customer": customer_keys(number),
            "key": contract_keys(number, np.full_like(number, TRIAL_GENERATION)),
            "renewal_of": "",
            "currency": currency,
            "known_on": timeline.dates(profiles.trial_from[tries]),
        }
    )
    return pd.concat([terms, trials], ignore_index=True)


def line_frame(timeline: Timeline, profiles: Profiles, lines: Lines) -> pd.DataFrame:
    """One row per line: contract, module, kind, dates, annual_fee or amount, seats, is_trial.

    Money in whole units of the currency; the fee of one-off lines and the amount of
    subscriptions are 0, their seats too.
    """
    number = profiles.number[lines.customer]
    return pd.DataFrame(
        {
            "customer": customer_keys(number),
            "contract": contract_keys(number, lines.generation),
            "module": _MODULE_KEYS[lines.module],
            "kind": np.where(lines.sort == ONE_OFF, "one_off", "subscription").astype(object),
            "signed_on": timeline.dates(lines.signed),
            "starts_on": timeline.dates(lines.start),
            "ends_on": timeline.dates(lines.end),
            "annual_fee": lines.fee,
            "amount": lines.amount,
            "seats": lines.seats,
            "is_trial": lines.sort == TRIAL,
            "known_on": timeline.dates(lines.signed),
        }
    )
