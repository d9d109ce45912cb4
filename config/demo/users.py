"""Who at the customers uses the product, since when, how keenly, and which modules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from config.demo import stories
from config.demo.chance import Chance, Floats, Integers
from config.demo.contacts import KEY_USER, SECOND_KEY_USER, SUCCESSOR
from config.demo.contracts import TRIAL, Lines
from config.demo.modules import MODULE_COUNT
from config.demo.profiles import Profiles
from config.demo.timeline import NEVER

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
