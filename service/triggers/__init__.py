"""What sets plays off, and what their steps may be: registries that this app and others fill.

A trigger is asked in SQL, set by set: which customers had its event on which stored night, and of
whom what it said holds no longer. The nightly run and the dry run on the past ask the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from service.triggers.base import Asked, Names, Sql, Trigger, Unasked

__all__ = [
    "Asked",
    "Names",
    "Sql",
    "StepKind",
    "Trigger",
    "Unasked",
    "after_runs",
    "step_kinds",
    "triggers",
]


class Triggers(Mapping[str, Trigger]):
    """Kinds of trigger by key, in the order in which screens offer them; each is imported when it is
    asked for first, since every command would wait for that."""

    def __init__(self) -> None:
        self._paths: dict[str, str] = {}
        self._made: dict[str, Trigger] = {}

    def register(self, key: str, path: str) -> None:
        """``path``: dotted, of the class. ValueError when the key is taken."""
        if key in self._paths:
            raise ValueError(f"trigger {key} is registered twice")
        self._paths[key] = path

    def __getitem__(self, key: str) -> Trigger:
        if key not in self._made:
            made: Trigger = import_string(self._paths[key])()
            assert made.key == key, self._paths[key]
            self._made[key] = made
        return self._made[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


triggers = Triggers()


@dataclass(frozen=True)
class StepKind:
    """What a step may be besides a task for a person.

    opened: called with the steps of this kind that a night has just opened and the day of their
    opening, in the transaction of the run; it may do what they ask for and mark them done. It is
    called once for a step. choices: what the step may name (its ``survey``), by key.
    """

    key: str
    label: str | Promise
    opened: Callable[[QuerySet, date], None] | None = None
    choices: Callable[[], dict[str, str]] | None = None


step_kinds: dict[str, StepKind] = {"task": StepKind("task", _("Task"))}

after_runs: list[Callable[[date], None]] = []
"""Called with the night's day when its plays have been run, in the same transaction and the tenant's
scope: work was opened and closed."""
