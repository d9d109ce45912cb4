"""What a customer's report tells besides its figures. Only what the customer itself may read: no
notes, no names of others, nothing that somebody thinks of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

BUY, USE = "buy", "use"


@dataclass(frozen=True)
class Happened:
    """An occasion on which we met. kind: of `accounts.touchpoint_kinds`, or in the vendor's words; who:
    of us; whom: of the customer."""

    on: date
    kind: str
    who: tuple[str, ...] = ()
    whom: tuple[str, ...] = ()


@dataclass(frozen=True)
class Training:
    """``present``: contacts who took part; of one that is still to come 0."""

    on: date
    title: str
    modules: tuple[str, ...] = ()
    present: int = 0


@dataclass(frozen=True)
class SolvedCase:
    """``hours``: to the first response; None: nobody noted one."""

    on: date
    title: str
    hours: float | None = None


@dataclass(frozen=True)
class Wish:
    """What the customer asked for, in its own words. status: of service.models.Request; on: when that
    became so; planned_for: in the vendor's words."""

    title: str
    status: str
    on: date
    planned_for: str = ""


@dataclass(frozen=True)
class Reached:
    """A milestone (``gate``: signed off by both sides) that a project reached."""

    on: date
    title: str
    project: str
    is_gate: bool = False


@dataclass(frozen=True)
class Running:
    """A project on the last day that is not accepted: milestones reached, of all."""

    name: str
    due_on: date
    reached: int
    milestones: int


@dataclass(frozen=True)
class Waiting:
    """A sign-off or a change request that waits for the customer; by: the last day to answer."""

    title: str
    project: str
    by: date | None = None
    is_change: bool = False


@dataclass(frozen=True)
class Update:
    """Language → words; ``language``: of these the one to fall back on. asked: the customer asked for
    it."""

    on: date
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    language: str
    modules: tuple[str, ...] = ()
    asked: bool = False


@dataclass(frozen=True)
class Suggested:
    """A module that peers own and use: ``owners`` of ``peers`` own it."""

    key: str
    name: str
    peers: int
    owners: int


@dataclass(frozen=True)
class Planned:
    """A milestone of the success plan that the customer sees."""

    on: date
    title: str


@dataclass(frozen=True)
class Told:
    """Of one customer; lists stand newest first, what is to come earliest first.

    face: who of us the customer turns to, and ``capacity`` as of accounts.models.Responsibility.
    """

    key: str = ""
    name: str = ""
    face: str = ""
    capacity: str = ""
    happened: tuple[Happened, ...] = ()
    trainings: tuple[Training, ...] = ()
    coming_trainings: tuple[Training, ...] = ()
    cases: tuple[SolvedCase, ...] = ()
    wishes: tuple[Wish, ...] = ()
    reached: tuple[Reached, ...] = ()
    running: tuple[Running, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    updates: tuple[Update, ...] = ()
    suggested: tuple[Suggested, ...] = ()
    planned: tuple[Planned, ...] = ()


@dataclass(frozen=True)
class CustomerFacts:
    """By customer id."""

    told: Mapping[int, Told] = field(default_factory=dict)

    def of(self, customer: int) -> Told:
        return self.told[customer]
