"""Words for what the audit records of gates, sign-offs and acceptance."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from accounts.labels import FIELDS, VERBS, WORDINGS

VERBS.update(
    {
        "gate.added": _("Gate added"),
        "gate.approver_asked": _("Approver of a gate asked"),
        "gate.asked": _("Sign-offs of a gate asked for"),
        "gate.changed": _("Gate changed"),
        "gate.link_revoked": _("Link for a sign-off revoked"),
        "gate.link_sent": _("Link for a sign-off sent again"),
        "gate.passed": _("Gate passed"),
        "gate.removed": _("Gate taken away"),
        "gate.taken_back": _("Question about a gate taken back"),
        "passive_clause.ended": _("Clause of silence ended"),
        "passive_clause.recorded": _("Clause of silence recorded"),
        "project.accepted": _("Project accepted by the customer"),
        "sign_off.approved": _("Gate confirmed by an approver"),
        "sign_off.overdue": _("Sign-off overdue"),
        "sign_off.passive": _("Gate confirmed by silence"),
        "sign_off.reminded": _("Approver reminded of a gate"),
        "sign_off.returned": _("Gate returned by an approver"),
    }
)
FIELDS.update(
    {
        "accepted_on": _("Accepted on"),
        "answer_days": _("Working days to answer"),
        "approver": _("Approver"),
        "approvers": _("Approvers"),
        "clause": _("Clause of the SOW"),
        "confirms": _("What is confirmed"),
        "customer_approver": _("The customer's approver"),
        "customer_role": _("The customer's approver (role)"),
        "due_on": _("Due on"),
        "gate": _("Gate"),
        "instead_of": _("Instead of"),
        "is_acceptance": _("The customer accepts the project here"),
        "passive_clause": _("Clause of silence"),
        "phase": _("Phase"),
        "satisfaction": _("Satisfaction"),
        "sign_off": _("Sign-off"),
        "uses_silence": _("Silence may count"),
        "vendor_approver": _("Our approver"),
        "vendor_role": _("Our approver (role)"),
    }
)
WORDINGS["approvers"] = "projects.gate_labels.approver_words"


def approver_words(names: Sequence[str]) -> str:
    return ", ".join(names)
