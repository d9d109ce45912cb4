"""What a template holds: phases in order, each with its tasks and milestones, some with a gate.

As JSON: ``{"phases": [{"key", "title": {"en", "zh"}, "tasks": [{"key", "title": {"en", "zh"},
"days", "effort", "after", "offset", "role": {"en", "zh"}, "side"}], "gate": {…}}]}``. ``days`` are
working days, 0 is a milestone; ``effort`` is in person-days, as text, exact; ``after`` names tasks by
key; ``offset`` waits so many working days after them. A phase without a ``gate`` (see ``Gate``) ends
without a signature.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from projects.compute.schedule import Cycle, Work, in_order

Document = dict[str, Any]
Words = dict[str, str]
Gate = dict[str, Any]
"""What a phase ends with: ``title`` and ``confirms`` (what is confirmed) as words, ``vendor_role`` and
``customer_role`` (who confirms it on each side) as words, ``days`` (working days to answer) and
``is_acceptance`` (the customer accepts the whole project; once in a document)."""

SIDES = ("vendor", "customer")
LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class Fault:
    """Why a document cannot be published. ``what``: the titles concerned, in English or what there
    is."""

    code: str
    what: tuple[str, ...] = ()


def words_in(words: Mapping[str, str], language: str) -> str:
    """A title in a language; in the other where it has none."""
    key = "zh" if language.startswith("zh") else "en"
    return words.get(key) or next((text for text in words.values() if text), "")


def tasks_of(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every task of every phase, in order."""
    for phase in document["phases"]:
        yield from phase["tasks"]


def gates_of(document: Mapping[str, Any]) -> list[tuple[str, Gate]]:
    """(Key of the phase, its gate), in order. Versions published before there were gates have none."""
    return [(phase["key"], phase["gate"]) for phase in document["phases"] if phase.get("gate")]


def works_of(document: Mapping[str, Any]) -> list[Work[str]]:
    """The tasks as the schedule takes them."""
    return [
        Work(task["key"], task["days"], tuple(task["after"]), task["offset"])
        for task in tasks_of(document)
    ]


def effort_of(document: Mapping[str, Any]) -> Decimal:
    """All person-days."""
    return sum((Decimal(task["effort"]) for task in tasks_of(document)), Decimal(0))


def faults_of(document: Mapping[str, Any]) -> list[Fault]:
    """Why no plan can be made of it; empty: one can."""
    faults = []
    tasks = list(tasks_of(document))
    titles = {task["key"]: words_in(task["title"], "en") for task in tasks}
    if not tasks:
        faults.append(Fault("no_tasks"))
    if len(titles) < len(tasks):
        faults.append(Fault("key_twice"))
    for phase in document["phases"]:
        if not phase["tasks"]:
            faults.append(Fault("empty_phase", (words_in(phase["title"], "en"),)))
    for task in tasks:
        if missing := [key for key in task["after"] if key not in titles]:
            faults.append(Fault("unknown_predecessor", (titles[task["key"]], *missing)))
        if not _is_effort(task["effort"]) or task["days"] < 0 or task["offset"] < 0:
            faults.append(Fault("not_a_number", (titles[task["key"]],)))
    acceptances = [gate for _phase, gate in gates_of(document) if gate["is_acceptance"]]
    if len(acceptances) > 1:
        faults.append(
            Fault("acceptance_twice", tuple(words_in(gate["title"], "en") for gate in acceptances))
        )
    try:
        in_order(titles, {task["key"]: task["after"] for task in tasks})
    except Cycle as cycle:
        faults.append(Fault("cycle", tuple(titles[str(key)] for key in cycle.path)))
    return faults


def _is_effort(text: str) -> bool:
    try:
        return Decimal(text).is_finite() and Decimal(text) >= 0
    except InvalidOperation:
        return False


def with_phase(document: Document, key: str | None, title: Words) -> Document:
    """A phase renamed, or added at the end (key None)."""
    changed = deepcopy(document)
    if key is None:
        taken = {phase["key"] for phase in changed["phases"]}
        changed["phases"].append({"key": _free("phase", taken), "title": title, "tasks": []})
    else:
        changed["phases"][_phase_place(changed, key)]["title"] = title
    return changed


def with_gate(document: Document, phase: str, gate: Gate | None) -> Document:
    """A phase ends with this gate; None: without one."""
    changed = deepcopy(document)
    for found in changed["phases"]:
        if found["key"] == phase:
            found.pop("gate", None)
            if gate is not None:
                found["gate"] = deepcopy(gate)
    return changed


def with_task(document: Document, phase: str, task: Mapping[str, Any]) -> Document:
    """A task changed, moved to a phase's end when it was in another, or added there.

    ``task`` without a key, or with an empty one, is a new one.
    """
    changed = deepcopy(document)
    put = {**task, "after": list(task["after"])}
    if not put.get("key"):
        put["key"] = _free("task", {other["key"] for other in tasks_of(changed)})
    target = changed["phases"][_phase_place(changed, phase)]["tasks"]
    for other in changed["phases"]:
        for place, found in enumerate(other["tasks"]):
            if found["key"] == put["key"]:
                if other["key"] == phase:
                    other["tasks"][place] = put
                    return changed
                del other["tasks"][place]
                target.append(put)
                return changed
    target.append(put)
    return changed


def without(document: Document, key: str) -> Document:
    """A task or an empty phase taken away; what waited for the task waits for what it waited for."""
    changed = deepcopy(document)
    changed["phases"] = [
        phase for phase in changed["phases"] if phase["key"] != key or phase["tasks"]
    ]
    gone = next((task for task in tasks_of(changed) if task["key"] == key), None)
    for phase in changed["phases"]:
        phase["tasks"] = [task for task in phase["tasks"] if task["key"] != key]
        for task in phase["tasks"]:
            if gone and key in task["after"]:
                kept = [other for other in task["after"] if other != key]
                task["after"] = list(dict.fromkeys([*kept, *gone["after"]]))
    return changed


def moved(document: Document, key: str, steps: int) -> Document:
    """A phase, or a task within its phase, one place up (-1) or down (1); at the end it goes on to
    the neighbouring phase."""
    changed = deepcopy(document)
    phases: list[dict[str, Any]] = changed["phases"]
    for place, phase in enumerate(phases):
        if phase["key"] == key:
            _step(phases, place, steps)
            return changed
        for inner, task in enumerate(phase["tasks"]):
            if task["key"] != key:
                continue
            beside = place + steps
            if 0 <= inner + steps < len(phase["tasks"]):
                _step(phase["tasks"], inner, steps)
            elif 0 <= beside < len(phases):
                phase["tasks"].remove(task)
                other = phases[beside]["tasks"]
                other.insert(0 if steps > 0 else len(other), task)
            return changed
    return changed


def _step(items: list[Any], place: int, steps: int) -> None:
    to = min(max(place + steps, 0), len(items) - 1)
    items.insert(to, items.pop(place))


def _phase_place(document: Document, key: str) -> int:
    keys: Sequence[str] = [phase["key"] for phase in document["phases"]]
    if key not in keys:
        raise KeyError(key)
    return keys.index(key)


def _free(stem: str, taken: set[str]) -> str:
    number = len(taken) + 1
    while f"{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"
