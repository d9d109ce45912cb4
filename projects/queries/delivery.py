"""Delivery figures of projects, for the command and for screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd

from accounts.queries.calendars import working_calendar
from projects.compute.delivery import (
    FIGURES,
    THOUSANDTHS,
    creep_index,
    delivery_figures,
    plain,
)
from projects.frames.delivery import delivery_frames

DELIVERY_COLUMNS = (
    "project",
    "manager",
    "phase",
    "baseline_days",
    "actual_days",
    "schedule_variance_days",
    "baseline_effort",
    "actual_effort",
    "in_scope_effort",
    "approved_change_effort",
    "unapproved_effort",
    "scope_creep_index",
)
FURTHER_COLUMNS = ("effort_variance", "unclassified_effort")
_TEXTS = ("project", "manager", "phase")


@dataclass(frozen=True)
class Delivery:
    """A project's figures at the end of a day; see `compute.delivery` for what they mean.

    baseline_due_on: the day on which it should have been accepted, as locked. Days are working days,
    efforts person-days in thousandths; None where undefined. phase:
    `accepted`, `to_come` before the start, else the phase of the SOW item worked on last, else
    `running`.
    """

    project_id: int
    project: str
    manager: str
    phase: str
    baseline_due_on: date | None
    baseline_days: int | None
    actual_days: int
    schedule_variance_days: int | None
    baseline_effort: int | None
    actual_effort: int
    in_scope_effort: int | None
    approved_change_effort: int
    unapproved_effort: int
    unclassified_effort: int
    effort_variance: int | None

    @property
    def scope_creep_index(self) -> Decimal | None:
        return creep_index(self.unapproved_effort, self.baseline_effort)

    def person_days(self, name: str) -> Decimal | None:
        """One of the efforts in person-days."""
        effort = getattr(self, name)
        return None if effort is None else Decimal(effort) / THOUSANDTHS

    def cells(self, columns: Sequence[str]) -> list[str]:
        """The figures as commands print them."""
        return [
            getattr(self, name)
            if name in _TEXTS
            else plain(getattr(self, name), thousandths="effort" in name)
            for name in columns
        ]


def deliveries(as_of: date, project_ids: Sequence[int] | None = None) -> list[Delivery]:
    """The figures of the tenant's projects, or of these, in the order of their keys.

    Facts dated after the day do not count; of those up to it what is known now. The number of
    statements is fixed.
    """
    frames = delivery_frames(as_of, project_ids)
    projects = frames.projects
    figures = delivery_figures(projects, frames.work, working_calendar(), as_of)
    columns = {name: _plain_list(figures[name]) for name in FIGURES}
    phases = _phases(projects, as_of)
    return [
        Delivery(
            project_id=int(project),
            project=key,
            manager=manager,
            phase=phase,
            baseline_due_on=None if pd.isna(due_on) else due_on.date(),
            **{name: column[place] for name, column in columns.items()},
        )
        for place, (project, key, manager, phase, due_on) in enumerate(
            zip(
                projects.index,
                projects["key"],
                projects["manager"],
                phases,
                projects["baseline_due_on"],
                strict=True,
            )
        )
    ]


def _phases(projects: pd.DataFrame, as_of: date) -> list[str]:
    day = pd.Timestamp(as_of)
    phase = projects["phase"].where(projects["phase"] != "", "running")
    phase = phase.mask(projects["starts_on"] > day, "to_come")
    return list(phase.mask(projects["accepted_on"] <= day, "accepted"))


def _plain_list(column: pd.Series) -> list[Any]:
    """Whole numbers as Python knows them, None for NA."""
    return [None if value is pd.NA else int(value) for value in column]
