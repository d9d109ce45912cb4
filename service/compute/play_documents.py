"""What a play says, as data: read, checked, every fault named by its path.

    {"names": {"en": "…", "zh-hans": "…"}, "purposes": {…},
     "trigger": {"kind": "tier", "way": "enters", "scheme": "b", "value": "lost"},
     "condition": a document of segmentation.compute.conditions, or null,
     "steps": [{"titles": {…}, "owner": "face", "member": "", "due": 3, "kind": "task", "survey": ""}],
     "end": {"trigger_gone": true, "condition_gone": false, "expires_days": 60}}

``due`` counts working days from the morning after the night. What a trigger's further keys mean is
its own affair; see service.triggers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

LANGUAGES = ("zh-hans", "en")
OWNERS = (
    "face",
    "service_manager",
    "project_manager",
    "salesperson",
    "team_lead",
    "member",
)
MOST_STEPS = 12
MOST_DUE_DAYS = 260
MOST_EXPIRY_DAYS = 730
LONGEST_NAME = 120
LONGEST_PURPOSE = 500
LONGEST_TITLE = 300
TASK, SURVEY = "task", "survey"


@dataclass(frozen=True)
class Fault:
    """What is wrong where: path as in ``steps[0].due``; told: the words a sentence needs."""

    path: str
    code: str
    told: Mapping[str, str] = field(default_factory=dict)


class DocumentFaulty(ValueError):
    """The document cannot be a play."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.path}: {fault.code}" for fault in faults))
        self.faults = list(faults)


@dataclass(frozen=True)
class Step:
    """titles: language → text; owner: of OWNERS; member: key of the colleague where it is a named
    one; due: working days; kind: ``task`` or a registered one; survey: the kind that is sent."""

    titles: Mapping[str, str]
    owner: str = "face"
    due: int = 5
    kind: str = TASK
    member: str = ""
    survey: str = ""

    def title(self, language: str) -> str:
        return self.titles.get(language) or next(filter(None, self.titles.values()), "")

    def to_json(self) -> dict[str, Any]:
        return {
            "titles": dict(self.titles),
            "owner": self.owner,
            "member": self.member,
            "due": self.due,
            "kind": self.kind,
            "survey": self.survey,
        }


@dataclass(frozen=True)
class End:
    """trigger_gone, condition_gone: open work is closed when that holds no longer; expires_days:
    calendar days after which it is closed whatever holds, None: never."""

    trigger_gone: bool = True
    condition_gone: bool = False
    expires_days: int | None = 60

    def to_json(self) -> dict[str, Any]:
        return {
            "trigger_gone": self.trigger_gone,
            "condition_gone": self.condition_gone,
            "expires_days": self.expires_days,
        }


@dataclass(frozen=True)
class PlayDocument:
    """A play's text. trigger: ``kind`` and what that kind asks for."""

    names: Mapping[str, str]
    purposes: Mapping[str, str]
    trigger: Mapping[str, Any]
    steps: tuple[Step, ...]
    end: End = End()
    condition: Mapping[str, Any] | None = None

    @property
    def kind(self) -> str:
        return str(self.trigger["kind"])

    def name(self, language: str) -> str:
        return self.names.get(language) or next(filter(None, self.names.values()), "")

    def purpose(self, language: str) -> str:
        return self.purposes.get(language) or next(filter(None, self.purposes.values()), "")

    def to_json(self) -> dict[str, Any]:
        return {
            "names": dict(self.names),
            "purposes": dict(self.purposes),
            "trigger": dict(self.trigger),
            "condition": dict(self.condition) if self.condition is not None else None,
            "steps": [step.to_json() for step in self.steps],
            "end": self.end.to_json(),
        }

    def digest(self) -> str:
        """SHA-256 of what it says, in canonical form."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def read(document: Mapping[str, Any]) -> PlayDocument:
    """A document that was stored by :func:`checked`; what it lacks is as a new play has it."""
    end = document.get("end") or {}
    return PlayDocument(
        names=dict(document["names"]),
        purposes=dict(document.get("purposes") or {}),
        trigger=dict(document["trigger"]),
        condition=document.get("condition"),
        steps=tuple(
            Step(
                titles=dict(step["titles"]),
                owner=str(step.get("owner", "face")),
                due=int(step.get("due", 5)),
                kind=str(step.get("kind", TASK)),
                member=str(step.get("member", "")),
                survey=str(step.get("survey", "")),
            )
            for step in document.get("steps") or ()
        ),
        end=End(
            trigger_gone=bool(end.get("trigger_gone", True)),
            condition_gone=bool(end.get("condition_gone", False)),
            expires_days=end.get("expires_days"),
        ),
    )


def checked(document: PlayDocument) -> PlayDocument:
    """The document, its texts tidied.

    Raises:
        DocumentFaulty: with every fault of names, steps and the end. What the trigger asks for and
            whether the condition can be read is checked by who knows the tenant's words.
    """
    faults: list[Fault] = []
    names = _texts(document.names, LONGEST_NAME, "names", faults, is_needed=True)
    purposes = _texts(document.purposes, LONGEST_PURPOSE, "purposes", faults)
    if not document.steps:
        faults.append(Fault("steps", "no_steps"))
    if len(document.steps) > MOST_STEPS:
        faults.append(Fault("steps", "too_many_steps", {"most": str(MOST_STEPS)}))
    steps = [_step(step, f"steps[{at}]", faults) for at, step in enumerate(document.steps)]
    days = document.end.expires_days
    if days is not None and not 1 <= days <= MOST_EXPIRY_DAYS:
        faults.append(Fault("end.expires_days", "days_wrong", {"most": str(MOST_EXPIRY_DAYS)}))
    if document.end.condition_gone and document.condition is None:
        faults.append(Fault("end.condition_gone", "no_condition"))
    if faults:
        raise DocumentFaulty(faults)
    return PlayDocument(
        names, purposes, document.trigger, tuple(steps), document.end, document.condition
    )


def _step(step: Step, path: str, faults: list[Fault]) -> Step:
    titles = _texts(step.titles, LONGEST_TITLE, f"{path}.titles", faults, is_needed=True)
    if step.owner not in OWNERS:
        faults.append(Fault(f"{path}.owner", "owner_unknown"))
    if step.owner == "member" and not step.member:
        faults.append(Fault(f"{path}.member", "member_missing"))
    if not 0 <= step.due <= MOST_DUE_DAYS:
        faults.append(Fault(f"{path}.due", "due_wrong", {"most": str(MOST_DUE_DAYS)}))
    if step.kind == SURVEY and not step.survey:
        faults.append(Fault(f"{path}.survey", "survey_missing"))
    return Step(
        titles,
        step.owner,
        step.due,
        step.kind,
        step.member if step.owner == "member" else "",
        step.survey if step.kind == SURVEY else "",
    )


def _texts(
    texts: Mapping[str, str],
    longest: int,
    path: str,
    faults: list[Fault],
    *,
    is_needed: bool = False,
) -> dict[str, str]:
    """Per language, without idle space; a language without text is left out."""
    tidy = {
        language: " ".join(str(texts.get(language) or "").split())
        for language in LANGUAGES
        if str(texts.get(language) or "").strip()
    }
    if is_needed and not tidy:
        faults.append(Fault(path, "text_missing"))
    for language, text in tidy.items():
        if len(text) > longest:
            faults.append(Fault(f"{path}.{language}", "text_too_long", {"most": str(longest)}))
        if "\x00" in text:
            faults.append(Fault(f"{path}.{language}", "not_a_text"))
    return tidy
