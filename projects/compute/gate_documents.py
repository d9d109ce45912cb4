"""What an approver confirms at a gate, as one canonical text (see :mod:`change_documents`)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from projects.compute.change_documents import Parties, canonical, hash_of

FORM = "sign-off/1"


@dataclass(frozen=True)
class GateTerms:
    """What is confirmed: at which gate, of which phase, and whether it is the whole project."""

    gate: str
    phase: str
    confirms: str
    is_acceptance: bool


@dataclass(frozen=True)
class Silence:
    """That silence counts after the deadline: by these words of the SOW, after so many working days."""

    days: int
    words: str


@dataclass(frozen=True)
class Asking:
    """How it was asked: the how manieth time, on which day, until when, and whether silence counts."""

    round: int
    asked_on: date
    deadline_on: date
    silence: Silence | None


def sign_off_document(terms: GateTerms, asking: Asking, parties: Parties) -> str:
    """The canonical text of a sign-off."""
    return canonical(
        {
            "form": FORM,
            "parties": asdict(parties),
            "terms": asdict(terms),
            "asking": {
                "round": asking.round,
                "asked_on": asking.asked_on.isoformat(),
                "deadline_on": asking.deadline_on.isoformat(),
                "silence": asdict(asking.silence) if asking.silence else None,
            },
        }
    )


def still_says(text: str, document_hash: str, terms: GateTerms) -> bool:
    """Whether a kept document has its hash, and says what the gate says now."""
    if hash_of(text) != document_hash:
        return False
    kept: dict[str, Any] = json.loads(text)
    return canonical(kept["terms"]) == canonical(asdict(terms))
