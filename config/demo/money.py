"""Instalments of the contracts and the payments that settle them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.demo import stories
from config.demo.chance import Chance, Integers
from config.demo.contracts import ADDED, BASE, ONE_OFF, Lines, contract_keys, customer_keys
from config.demo.profiles import Profiles
from config.demo.terms import TERM_YEARS
from config.demo.timeline import NEVER, Timeline

# Places in each hundred that surely got money back, and whose bill was settled with nothing.
_REFUNDED, _SETTLED_BY_ZERO = 12, 27


@dataclass(frozen=True)
class Instalments:
    """Parallel arrays: position of the customer, generation, days, money in whole units.

    signed: when the instalment was agreed · paid: day of payment, NEVER while unpaid.
    """

    customer: Integers
    generation: Integers
    due: Integers
    signed: Integers
    amount: Integers
    paid: Integers


def make_instalments(
    chance: Chance, timeline: Timeline, profiles: Profiles, lines: Lines
) -> Instalments:
    """What is to be paid when: yearly in advance, one-off work half on signing, half at the end.

    Instalments of a contract that fall due on the same day are one.
    """
    terms = 15 * chance.between(0, 2, "days to pay", profiles.number)
    overdue = profiles.is_story("overdue")
    terms = np.where(overdue, 0, terms)

    parts: list[dict[str, Integers]] = []
    yearly = lines.take((lines.sort == BASE) | (lines.sort == ADDED))
    for year in range(TERM_YEARS):
        day = timeline.years_later(yearly.start, year)
        chosen = day <= yearly.end
        part, day = yearly.take(chosen), day[chosen]
        # The last year of something bought within a contract is charged by its days.
        remaining = np.minimum(part.end - day + 1, 365) / 365
        parts.append(
            {
                "customer": part.customer,
                "generation": part.generation,
                "due": day + terms[part.customer],
                "signed": part.signed,
                "amount": np.round(
                    part.fee * np.where(remaining > 0.99, 1.0, remaining), -1
                ).astype(np.int64),
            }
        )
    once = lines.take(lines.sort == ONE_OFF)
    half = np.round(once.amount / 2, -1).astype(np.int64)
    for due, amount in ((once.signed + 10, half), (once.end + 15, once.amount - half)):
        parts.append(
            {
                "customer": once.customer,
                "generation": once.generation,
                "due": due,
                "signed": once.signed,
                "amount": amount,
            }
        )
    rows = pd.concat([pd.DataFrame(part) for part in parts], ignore_index=True)
    keys = ["customer", "generation", "due"]
    merged = rows.groupby(keys, sort=True, as_index=False).agg(
        signed=("signed", "min"), amount=("amount", "sum")
    )
    columns = {name: merged[name].to_numpy().astype(np.int64) for name in merged.columns}
    return Instalments(**columns, paid=_paid(chance, timeline, profiles, columns))


def _paid(
    chance: Chance, timeline: Timeline, profiles: Profiles, rows: dict[str, Integers]
) -> Integers:
    customer, due = rows["customer"], rows["due"]
    number = profiles.number[customer]
    keys = (number, rows["generation"], due)
    late = chance.happens(stories.column("late")[profiles.story[customer]], "pays late", *keys)
    delay = np.where(
        late,
        chance.between(18, 75, "long payment delay", *keys),
        chance.between(-9, 6, "payment delay", *keys),
    )
    paid = timeline.office_day(np.maximum(due + delay, rows["signed"]))
    # Nobody whose story ends with paid bills leaves one open for years: only what fell due in
    # the last weeks can still be open, and what an overdue customer was asked for last.
    paid = np.where(paid > 0, NEVER, paid)
    refuses = profiles.is_story("overdue")[customer] & (due <= 0) & (due > -150)
    return np.where(refuses, NEVER, paid)


def _payment_keys(number: Integers, ordinal: Integers) -> NDArray[np.object_]:
    return np.array(
        [
            f"PM-{entry + 1:06d}-{count + 1}"
            for entry, count in zip(number.tolist(), ordinal.tolist(), strict=True)
        ],
        dtype=object,
    )


def money_frames(
    chance: Chance,
    timeline: Timeline,
    profiles: Profiles,
    instalments: Instalments,
    currency: str,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Instalments and payments.

    instalments: customer, contract, due_on, amount, paid_by (payment key or empty),
    first_known_on (agreed), known_on (agreed, or paid when it was).
    payments: customer, key, paid_on, amount, currency, contract, known_on. A few amounts are
    negative (refunds) or zero (settled against a credit).
    """
    number = profiles.number[instalments.customer]
    paid = instalments.paid < NEVER
    settled = np.flatnonzero(paid)
    regular = pd.DataFrame(
        {
            "customer": instalments.customer[settled],
            "generation": instalments.generation[settled],
            "day": instalments.paid[settled],
            "amount": instalments.amount[settled],
            "instalment": settled,
        }
    )
    payments = pd.concat(
        [regular, _refunds(chance, timeline, profiles, regular),
         _zeros(timeline, profiles, regular)],
        ignore_index=True,
    ).sort_values(["customer", "day", "instalment"], kind="stable", ignore_index=True)  # fmt: skip
    ordinal = payments.groupby("customer").cumcount().to_numpy()
    payers = payments["customer"].to_numpy().astype(np.int64)
    keys = _payment_keys(profiles.number[payers], ordinal.astype(np.int64))
    paid_by = np.full(len(number), "", dtype=object)
    linked = payments["instalment"].to_numpy()
    paid_by[linked[linked >= 0]] = keys[linked >= 0]

    contracts = contract_keys(number, instalments.generation)
    instalment_frame = pd.DataFrame(
        {
            "customer": customer_keys(number),
            "contract": contracts,
            "due_on": timeline.dates(instalments.due),
            "amount": instalments.amount,
            "paid_by": paid_by,
            "first_known_on": timeline.dates(instalments.signed),
            "known_on": timeline.dates(np.where(paid, instalments.paid, instalments.signed)),
        }
    )
    days = timeline.dates(payments["day"].to_numpy().astype(np.int64))
    payment_frame = pd.DataFrame(
        {
            "customer": customer_keys(profiles.number[payers]),
            "key": keys,
            "paid_on": days,
            "amount": payments["amount"].to_numpy().astype(np.int64),
            "currency": currency,
            "contract": contract_keys(
                profiles.number[payers], payments["generation"].to_numpy().astype(np.int64)
            ),
            "known_on": days,
        }
    )
    return instalment_frame, payment_frame


def _refunds(
    chance: Chance, timeline: Timeline, profiles: Profiles, regular: pd.DataFrame
) -> pd.DataFrame:
    """A part of one payment given back some weeks later."""
    customer = regular["customer"].to_numpy().astype(np.int64)
    day = regular["day"].to_numpy().astype(np.int64)
    keys = (profiles.number[customer], regular["generation"].to_numpy(), day)
    second = regular.groupby("customer").cumcount().to_numpy() == 1
    sure = (profiles.number[customer] % stories.BLOCK == _REFUNDED) & second
    given = sure | chance.happens(0.008, "refund", *keys)
    back = timeline.office_day(day + chance.between(12, 45, "refund delay", *keys))
    given &= back <= 0
    share = chance.between(4, 20, "refund share", *keys) / 100
    amount = -np.round(regular["amount"].to_numpy() * share, -2).astype(np.int64)
    refunds = regular.assign(day=back, amount=amount, instalment=-1)
    return pd.DataFrame(refunds[given & (amount < 0)])


def _zeros(timeline: Timeline, profiles: Profiles, regular: pd.DataFrame) -> pd.DataFrame:
    """A receipt over nothing: an invoice settled against a credit note."""
    customer = regular["customer"].to_numpy().astype(np.int64)
    second = regular.groupby("customer").cumcount().to_numpy() == 1
    chosen = (profiles.number[customer] % stories.BLOCK == _SETTLED_BY_ZERO) & second
    day = timeline.office_day(regular["day"].to_numpy().astype(np.int64) + 70)
    zeros = regular.assign(day=day, amount=0, instalment=-1)
    return pd.DataFrame(zeros[chosen & (day <= 0)])
