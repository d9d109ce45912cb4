"""What tokens may do with what is agreed with customers."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.rest import scopes

for _key, _label, _ability in (
    ("changes:write", _("Write change requests, send them to be signed"), "edit_changes"),
    ("changes:approve", _("Approve change requests"), "approve_changes"),
    ("gates:write", _("Write gates and clauses of silence"), "edit_plans"),
    ("sign_offs:ask", _("Ask for sign-offs"), "ask_sign_offs"),
    ("sign_offs:answer", _("Answer one’s own sign-offs"), "sign_off"),
    ("acceptances:write", _("Record acceptances"), "record_acceptance"),
    ("handovers:write", _("Put handovers together, propose them"), "propose_handover"),
    ("handovers:accept", _("Accept and return handovers"), "accept_handover"),
    ("handover_items:write", _("Settle what handovers list"), "settle_handover_items"),
    ("weeklies:write", _("Write and send weekly reports"), "edit_weeklies"),
):
    scopes.register(scopes.Scope(_key, _label, _ability))
