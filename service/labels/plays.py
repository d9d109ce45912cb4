"""Words for what the audit records of plays, and for why work is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.labels import FIELDS, VALUES, VERBS, WORDINGS
from service.compute.play_documents import Fault
from service.triggers import Names, triggers
from ui.formats import listed
from ui.tags.formats import language

Word = str | Promise

VERBS.update(
    {
        "cta.opened": gettext_lazy("Work opened"),
        "play.archived": gettext_lazy("Play put away"),
        "play.changed": gettext_lazy("Play changed"),
        "play.kept": gettext_lazy("Shipped text of the play turned down"),
        "play.made": gettext_lazy("Play made"),
        "play.restored": gettext_lazy("Play brought back"),
        "play.switched_off": gettext_lazy("Play switched off"),
        "play.switched_on": gettext_lazy("Play switched on"),
        "play.updated": gettext_lazy("Shipped text of the play taken"),
    }
)

FIELDS.update(
    {
        "closed_work": gettext_lazy("Work closed with it"),
        "open_work": gettext_lazy("Open work"),
        "play": gettext_lazy("Play"),
        "play_parts": gettext_lazy("What was changed"),
    }
)
VALUES.update(
    {
        ("open_work", "stay"): gettext_lazy("stays"),
        ("open_work", "close"): gettext_lazy("is closed"),
    }
)
WORDINGS["play_parts"] = "service.labels.plays.part_words"

PARTS: Mapping[str, Word] = {
    "names": gettext_lazy("Name"),
    "purposes": gettext_lazy("What it is for"),
    "trigger": gettext_lazy("What sets it off"),
    "condition": gettext_lazy("Condition"),
    "steps": gettext_lazy("Steps"),
    "end": gettext_lazy("When it ends"),
}

OWNERS: Mapping[str, Word] = {
    "face": gettext_lazy("The face"),
    "service_manager": gettext_lazy("Customer-service manager"),
    "project_manager": gettext_lazy("Project manager"),
    "salesperson": gettext_lazy("Salesperson"),
    "team_lead": gettext_lazy("Lead of the face's team"),
    "member": gettext_lazy("A named person"),
}

# Why a play's trigger or condition could not be asked (service.triggers.Unasked).
REFUSALS: Mapping[str, Word] = {
    "other_scheme": gettext_lazy("The tenant's tiers follow another scheme."),
    "measure_gone": gettext_lazy("The measure does not exist any more."),
    "no_measures": gettext_lazy("No measures are kept of these nights."),
    "trigger_gone": gettext_lazy("What sets it off does not exist any more."),
    "condition_faulty": gettext_lazy("Its condition cannot be read any more."),
}

FAULTS: Mapping[str, Word] = {
    "text_missing": gettext_lazy("Say it in at least one language."),
    "text_too_long": gettext_lazy("At most %(most)s characters."),
    "not_a_text": gettext_lazy("This is not a text."),
    "no_steps": gettext_lazy("A play needs at least one step."),
    "too_many_steps": gettext_lazy("A play has at most %(most)s steps."),
    "days_wrong": gettext_lazy("Give a number of days from 1 to %(most)s."),
    "no_condition": gettext_lazy("There is no condition that could be gone."),
    "owner_unknown": gettext_lazy("Choose who is to do it."),
    "member_missing": gettext_lazy("Choose the person."),
    "due_wrong": gettext_lazy("Give a number of working days from 0 to %(most)s."),
    "survey_missing": gettext_lazy("Choose the survey."),
    "trigger_faulty": gettext_lazy("What sets it off is not complete."),
    "condition_faulty": gettext_lazy("The condition is not complete."),
}


def part_words(parts: list[str]) -> str:
    """The parts of a play that were changed, as the audit keeps them."""
    return listed((str(PARTS.get(part, part)) for part in parts), language())


def fault_words(fault: Fault) -> str:
    return str(FAULTS[fault.code]) % dict(fault.told)


def reason_words(reason: Mapping[str, Any], names: Names) -> str:
    """Why work is there, from ``Cta.reason``: "Moved from High to Low (Behaviour)"."""
    kind = str(reason.get("kind", ""))
    if kind in triggers:
        return triggers[kind].why(reason, names)
    if reason.get("text"):
        return str(reason["text"])
    return _("Opened by hand")


def trigger_words(trigger: Mapping[str, Any], names: Names) -> str:
    """What sets a play off, in a sentence without its full stop."""
    kind = str(trigger.get("kind", ""))
    if kind not in triggers:
        return str(REFUSALS["trigger_gone"])
    return triggers[kind].words(trigger, names)
