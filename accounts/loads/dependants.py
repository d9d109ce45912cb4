"""What depends on a load and so keeps it from being taken back, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What people call rows that may depend on a load, by model label.
NOUNS: dict[str, str | Promise] = {
    "accounts.customer": _("customers"),
    "accounts.contact": _("contacts"),
    "accounts.contactrole": _("contact roles"),
    "accounts.contract": _("contracts"),
    "accounts.contractline": _("contract lines"),
    "accounts.instalment": _("instalments"),
    "accounts.payment": _("payments"),
    "accounts.touchpoint": _("touchpoints"),
    "accounts.case": _("cases"),
    "accounts.outgoingmail": _("letters"),
    "accounts.unsubscription": _("declined letters"),
    "projects.project": _("projects"),
    "projects.sow": _("signed SOWs"),
    "projects.sowitem": _("SOW items"),
    "projects.baseline": _("baselines"),
    "projects.baselineitem": _("items of baselines"),
    "projects.changerequest": _("change requests"),
    "projects.effort": _("efforts"),
    "projects.plan": _("plans of projects"),
    "projects.phase": _("phases of plans"),
    "projects.task": _("tasks of plans"),
    "projects.acceptance": _("recorded acceptances"),
    "projects.gate": _("gates"),
    "projects.handover": _("handovers"),
    "projects.handoveritem": _("items of handovers"),
    "projects.handoverround": _("proposals of handovers"),
    "projects.managernotice": _("notices"),
    "projects.passiveclause": _("clauses of silence"),
    "projects.signoff": _("sign-offs"),
    "projects.signoffanswer": _("answers to sign-offs"),
    "projects.signofflink": _("links for sign-offs"),
    "projects.taskbaseline": _("locked dates of tasks"),
    "projects.tasklink": _("dependencies of tasks"),
    "projects.trainingsession": _("training sessions"),
    "projects.attendance": _("attendances"),
    "projects.milestonepayment": _("payments of milestones"),
    "projects.risk": _("risks and issues"),
    "accounts.touchpointtie": _("what touchpoints were about"),
    "service.accountfile": _("account files"),
    "service.goal": _("goals"),
    "service.jointmilestone": _("joint milestones"),
    "service.privilege": _("privileges"),
    "service.sponsor": _("sponsors"),
    "service.successplanlink": _("links to success plans"),
    "segmentation.usageevent": _("usage rows"),
    "segmentation.measurerow": _("measures of nights"),
    "segmentation.assignment": _("tiers of nights"),
    "segmentation.move": _("moves of nights"),
}


@dataclass(frozen=True)
class Dependant:
    """What stands in the way: so many rows of a model that came or changed afterwards.

    `later_change`: they are rows of the load itself, changed since.
    """

    model: str
    count: int
    later_change: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"model": self.model, "count": self.count, "later_change": self.later_change}


class CannotUndo(Exception):
    """Something depends on the load now."""

    def __init__(self, dependants: Sequence[Dependant]) -> None:
        self.dependants = list(dependants)
        super().__init__("; ".join(dependant_text(found.as_json()) for found in self.dependants))


def dependant_text(dependant: dict[str, Any]) -> str:
    """One dependant in the active language."""
    model = apps.get_model(dependant["model"])
    noun = NOUNS.get(dependant["model"], model._meta.verbose_name_plural)
    template = (
        _("%(count)s %(noun)s of this load were changed later")
        if dependant["later_change"]
        else _("%(count)s %(noun)s belong to what this load created")
    )
    return str(template) % {"count": dependant["count"], "noun": noun}
