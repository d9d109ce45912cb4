"""Addresses of what is agreed with customers: change requests, gates, acceptance, handovers, weeklies."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.rest import keys as _keys  # noqa: F401 - the converter of keys
from projects.api import (
    acceptance,
    change_verbs,
    changes,
    gate_verbs,
    gates,
    handover_items,
    handover_verbs,
    handovers,
    sign_off_links,
    sign_offs,
    weeklies,
    weekly_verbs,
)

CHANGE, GATE, SIGN_OFF = (
    "change-requests/<key:project>/<key:key>",
    "gates/<int:pk>",
    "sign-offs/<int:pk>",
)
HANDOVER, WEEKLY = "handovers/<key:project>", "weekly-reports/<int:pk>"
ITEM, LINK = "handover-items/<int:pk>", "links/<int:link>/revoke"

# Address → view, and the name by which it is called here.
_ROUTES = (
    ("change-requests", changes.ChangeRequests, "api_change_requests"),
    (CHANGE, changes.OneChangeRequest, "api_change_request"),
    (f"{CHANGE}/approve", change_verbs.ChangeApproval, "api_change_approve"),
    (f"{CHANGE}/withdraw", change_verbs.ChangeWithdrawal, "api_change_withdraw"),
    (f"{CHANGE}/signing-links", change_verbs.SigningLinks, "api_signing_links"),
    (f"{CHANGE}/signing-{LINK}", change_verbs.SigningLinkRevocation, "api_signing_link_revoke"),
    (f"{CHANGE}/questions/<int:question>/answer", change_verbs.QuestionAnswering, "api_question_answer"),
    (f"{CHANGE}/scan", change_verbs.ScanUpload, "api_change_scan"),
    (f"{CHANGE}/document", change_verbs.SignedDocument, "api_change_document"),
    (f"{CHANGE}/document/scan", change_verbs.SignedScanFile, "api_change_document_scan"),
    ("gates", gates.Gates, "api_gates"),
    (GATE, gates.OneGate, "api_gate"),
    (f"{GATE}/ask", gate_verbs.GateAsks, "api_gate_ask"),
    (f"{GATE}/approvers", gate_verbs.GateApprovers, "api_gate_approvers"),
    (f"{GATE}/take-back", gate_verbs.GateWithdrawal, "api_gate_take_back"),
    ("sign-offs", sign_offs.SignOffs, "api_sign_offs"),
    (SIGN_OFF, sign_offs.OneSignOff, "api_sign_off"),
    (f"{SIGN_OFF}/document", sign_offs.SignOffDocument, "api_sign_off_document"),
    (f"{SIGN_OFF}/answer", sign_offs.SignOffAnswering, "api_sign_off_answer"),
    (f"{SIGN_OFF}/links", sign_off_links.SignOffLinks, "api_sign_off_links"),
    (f"{SIGN_OFF}/{LINK}", sign_off_links.SignOffLinkRevocation, "api_sign_off_link_revoke"),
    ("acceptances", acceptance.Acceptances, "api_acceptances"),
    ("acceptances/<int:pk>", acceptance.OneAcceptance, "api_acceptance"),
    ("acceptances/<int:pk>/scan", acceptance.AcceptanceScan, "api_acceptance_scan"),
    ("passive-clauses", acceptance.PassiveClauses, "api_passive_clauses"),
    ("passive-clauses/<int:pk>", acceptance.OnePassiveClause, "api_passive_clause"),
    ("passive-clauses/<int:pk>/end", acceptance.PassiveClauseEnding, "api_passive_clause_end"),
    ("project-notices", acceptance.ProjectNotices, "api_project_notices"),
    ("project-notices/<int:pk>/read", acceptance.ProjectNoticeReading, "api_project_notice_read"),
    ("handovers", handovers.Handovers, "api_handovers"),
    (HANDOVER, handovers.OneHandover, "api_handover"),
    (f"{HANDOVER}/rounds", handovers.HandoverRounds, "api_handover_rounds"),
    (f"{HANDOVER}/update", handover_verbs.HandoverUpdate, "api_handover_update"),
    (f"{HANDOVER}/say-empty", handover_verbs.HandoverEmptying, "api_handover_say_empty"),
    (f"{HANDOVER}/propose", handover_verbs.HandoverProposal, "api_handover_propose"),
    (f"{HANDOVER}/take-back", handover_verbs.HandoverWithdrawal, "api_handover_take_back"),
    (f"{HANDOVER}/accept", handover_verbs.HandoverAcceptance, "api_handover_accept"),
    (f"{HANDOVER}/return", handover_verbs.HandoverReturn, "api_handover_return"),
    ("handover-items", handover_items.HandoverItems, "api_handover_items"),
    (ITEM, handover_items.OneHandoverItem, "api_handover_item"),
    (f"{ITEM}/settle", handover_items.HandoverItemSettling, "api_handover_item_settle"),
    (f"{ITEM}/notes", handover_items.HandoverItemNoting, "api_handover_item_notes"),
    ("weekly-reports", weeklies.WeeklyReports, "api_weekly_reports"),
    (WEEKLY, weeklies.OneWeeklyReport, "api_weekly_report"),
    (f"{WEEKLY}/refresh", weekly_verbs.WeeklyRefresh, "api_weekly_refresh"),
    (f"{WEEKLY}/send", weekly_verbs.WeeklySending, "api_weekly_send"),
    (f"{WEEKLY}/correct", weekly_verbs.WeeklyCorrection, "api_weekly_correct"),
    (f"{WEEKLY}/{LINK}", weekly_verbs.WeeklyLinkRevocation, "api_weekly_link_revoke"),
)  # fmt: skip

urlpatterns: list[URLPattern] = [
    path(address, view.as_view(), name=name) for address, view, name in _ROUTES
]
