"""What was said about a case and done with it, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Case
from service.models import CaseEntry, CaseEscalation, CaseWork

PRIORITIES = dict(Case.Priority.choices)
STATES = dict(CaseWork.State.choices)
CAUSES = dict(CaseEscalation.Cause.choices)


@dataclass(frozen=True)
class ShownEntry:
    """``side``: ours, customer or note (words), or change. ``words``: of a change, a sentence."""

    entry: CaseEntry
    side: str
    who: str
    words: str = ""


def shown_entries(entries: Sequence[CaseEntry], case: Case) -> list[ShownEntry]:
    """In their order."""
    return [_shown(entry, case) for entry in entries]


def _shown(entry: CaseEntry, case: Case) -> ShownEntry:
    who = entry.name or (str(entry.by) if entry.by else _("The platform"))
    if entry.kind == CaseEntry.Kind.CHANGE:
        return ShownEntry(entry, "change", who, change_words(entry.data))
    side = {
        CaseEntry.Kind.NOTE: "note",
        CaseEntry.Kind.ANSWER: "ours",
        CaseEntry.Kind.CUSTOMER: "customer",
    }[CaseEntry.Kind(entry.kind)]
    return ShownEntry(entry, side, who)


def change_words(data: dict[str, Any]) -> str:
    """A change as a sentence without its subject."""
    found: Callable[[dict[str, Any]], str] = _WORDS.get(str(data.get("what", "")), _details)
    return found(data)


def _reported(data: dict[str, Any]) -> str:
    given, suggested = data.get("priority", ""), data.get("suggested", "")
    if given != suggested:
        return _("Reported. Priority %(given)s instead of %(suggested)s: %(why)s") % {
            "given": PRIORITIES.get(given, given),
            "suggested": PRIORITIES.get(suggested, suggested),
            "why": data.get("why", ""),
        }
    return _("Reported. Priority %(given)s, as suggested.") % {
        "given": PRIORITIES.get(given, given)
    }


def _state(data: dict[str, Any]) -> str:
    return _("State: %(before)s → %(after)s") % {
        "before": STATES.get(data.get("before", ""), "–"),
        "after": STATES.get(data.get("after", ""), "–"),
    }


def _priority(data: dict[str, Any]) -> str:
    return _("Priority: %(before)s → %(after)s") % {
        "before": PRIORITIES.get(data.get("before", ""), "–"),
        "after": PRIORITIES.get(data.get("after", ""), "–"),
    }


def _owner(data: dict[str, Any]) -> str:
    return _("Looked after by: %(before)s → %(after)s") % {
        "before": data.get("before") or _("nobody"),
        "after": data.get("after", ""),
    }


def _escalated(data: dict[str, Any]) -> str:
    cause = CAUSES.get(data.get("cause", ""), "")
    if not data.get("after"):
        return _("%(cause)s. No department takes such cases.") % {"cause": cause}
    return _("Passed on to %(department)s: %(cause)s") % {
        "department": data["after"],
        "cause": cause,
    }


def _escalation_answered(data: dict[str, Any]) -> str:
    return _("%(department)s has answered") % {"department": data.get("before") or "–"}


def _satisfaction(data: dict[str, Any]) -> str:
    return _("Satisfaction: %(score)s of 5") % {"score": data.get("after", "–")}


def _details(data: dict[str, Any]) -> str:
    return _("Details changed")


_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "reported": _reported,
    "state": _state,
    "priority": _priority,
    "owner": _owner,
    "escalated": _escalated,
    "escalation_answered": _escalation_answered,
    "satisfaction": _satisfaction,
}
