"""Phases over time as bars that any width and a printer show: no scrolling, no colour needed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

# The drawing's width; it is stretched to the page's.
WIDE = 100


@dataclass(frozen=True)
class PhaseBar:
    """A phase (of `progress.PhaseLine`, or as a report keeps it) and where its bar stands: ``x``,
    ``width``, of it ``done``, in a drawing of a hundred; ``today`` outside the plan is empty."""

    phase: Any
    x: str
    width: str
    done: str
    today: str


def phase_bars(phases: Sequence[Any], day: date) -> list[PhaseBar]:
    """A bar for each phase, over the days of all of them."""
    if not phases:
        return []
    spans = [(_of(phase, "starts_on"), _of(phase, "ends_on")) for phase in phases]
    first, last = min(start for start, _end in spans), max(end for _start, end in spans)
    days = (last - first).days + 1
    today = _px((day - first).days + 0.5, days) if first <= day <= last else ""
    bars = []
    for phase, (start, end) in zip(phases, spans, strict=True):
        length = (end - start).days + 1
        share = _of(phase, "done") / _of(phase, "tasks")
        bars.append(
            PhaseBar(phase, _px((start - first).days, days), _px(length, days),
                     _px(length * share, days), today)
        )  # fmt: skip
    return bars


def _of(phase: Any, name: str) -> Any:
    return phase[name] if isinstance(phase, dict) else getattr(phase, name)


def _px(part: float, whole: int) -> str:
    return f"{part * WIDE / whole:.2f}"
