"""The steps that lead an empty tenant to its first night.

A registry: this app knows the loads, the app that computes nights adds the last step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from accounts.models import Membership
from accounts.permissions import may

Text = str | Promise


@dataclass(frozen=True)
class FirstStep:
    """``done`` asks the database; ``body`` may say what is there already."""

    key: str
    order: int
    title: Text
    body: Callable[[], Text]
    action: Text
    url_name: str
    done: Callable[[], bool]
    # Added to the address, e.g. ``kind=customers``.
    query: str = ""


@dataclass(frozen=True)
class ShownStep:
    """A step as the page shows it; ``state`` is ``done``, ``now`` or ``next``."""

    title: Text
    body: Text
    state: str
    url: str
    action: Text


_steps: dict[str, FirstStep] = {}


_usage: dict[str, Callable[[], bool]] = {}


def register(step: FirstStep) -> None:
    _steps[step.key] = step


def register_usage(key: str, is_there: Callable[[], bool]) -> None:
    """The app that keeps usage says whether the tenant has some, whichever way it came."""
    _usage[key] = is_there


def has_usage() -> bool:
    return any(is_there() for is_there in _usage.values())


def steps_for(membership: Membership) -> list[ShownStep]:
    """For who loads data, as long as a step is left; nothing for others and afterwards."""
    if not may(membership, "manage_loads"):
        return []
    steps = _shown_steps()
    return [] if all(step.state == "done" for step in steps) else steps


def _shown_steps() -> list[ShownStep]:
    """All steps in order; the first one not done is ``now``."""
    shown: list[ShownStep] = []
    for step in sorted(_steps.values(), key=lambda step: step.order):
        done = step.done()
        is_now = not done and all(earlier.state == "done" for earlier in shown)
        state = "done" if done else "now" if is_now else "next"
        url = reverse(step.url_name) + (f"?{step.query}" if step.query else "")
        shown.append(ShownStep(step.title, step.body(), state, url, step.action))
    return shown
