"""The kinds of file that can be loaded. Apps register theirs in `AppConfig.ready()`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.utils.functional import Promise

from accounts.loads.preview import Preview, preview_of
from accounts.loads.reading import Column
from accounts.loads.stage import Stage
from accounts.loads.touched import Touched
from accounts.loads.upsert import Upsert

# Kinds that 3-interfaces.md names; those without a class here come with their app.
KNOWN_KINDS = (
    "customers",
    "contacts",
    "modules",
    "contracts",
    "instalments",
    "payments",
    "usage",
    "projects",
    "sow",
    "tasks",
    "change_requests",
    "effort",
    "training",
    "touchpoints",
    "cases",
    "requests",
    "surveys",
)


@dataclass(frozen=True)
class Counts:
    """Rows of the file by what became of them; the rest of the good ones is unchanged."""

    created: int
    updated: int
    unchanged: int


class LoadKind(ABC):
    """A kind of file: its columns, and how staged rows become facts.

    `one_of`: groups of columns of which one must be there. `keep_extras`: further columns are kept
    as attributes. `derived`: columns of the stage that :meth:`derive` computes. `order` sorts
    screens. Tables in `side_tables` may keep what the load created there when it is undone and
    something else uses it.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    order: ClassVar[int]
    columns: ClassVar[Sequence[Column]]
    one_of: ClassVar[Sequence[Sequence[str]]] = ()
    keep_extras: ClassVar[bool] = True
    derived: ClassVar[Sequence[Column]] = ()
    side_tables: ClassVar[frozenset[str]] = frozenset({"accounts_colleague", "accounts_module"})
    # The customers who may get another face by it; None: nobody's face depends on this kind.
    touched: ClassVar[Touched | None] = None

    def derive(
        self, values: Mapping[str, Sequence[str | None]]
    ) -> Mapping[str, Sequence[str | None]]:
        """Values of the derived columns for some rows."""
        return {}

    @abstractmethod
    def plan(self, stage: Stage) -> None:
        """Check the staged rows, reject what cannot be, and decide what would happen."""

    @abstractmethod
    def counts(self, stage: Stage) -> Counts:
        """What the plan comes to."""

    @abstractmethod
    def write(self, stage: Stage) -> None:
        """Carry the plan out."""

    @abstractmethod
    def preview(self, stage: Stage) -> Preview:
        """The plan's first rows."""

    def take_back(self, *, tenant_id: int, load_id: int, now: datetime) -> int:
        """Undo what this kind wrote without a RowVersion per row; returns how many rows went."""
        return 0


class TableKind(LoadKind):
    """A kind whose every row is a row of one table."""

    upsert: ClassVar[Upsert]

    def counts(self, stage: Stage) -> Counts:
        created = stage.count(self.upsert.plan, "is_new")
        updated = stage.count(self.upsert.plan, "is_changed")
        return Counts(created, updated, stage.count("load_row") - created - updated)

    def write(self, stage: Stage) -> None:
        self.upsert.write(stage)

    def preview(self, stage: Stage) -> Preview:
        return preview_of(stage, self.upsert)


_kinds: dict[str, LoadKind] = {}


def register(kind: LoadKind) -> None:
    """Offer a kind of load."""
    _kinds[kind.name] = kind


def kinds() -> list[LoadKind]:
    """All kinds there are, in the order in which an empty tenant would load them."""
    return sorted(_kinds.values(), key=lambda kind: kind.order)


def find_kind(name: str) -> LoadKind | None:
    """The kind of this name."""
    return _kinds.get(name)
