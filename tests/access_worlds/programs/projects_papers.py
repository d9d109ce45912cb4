"""Change requests, gates, acceptance, handovers and weekly reports of projects."""

from __future__ import annotations

CHANGE = "/change-requests/{project}/{key}"
HANDOVER = "/handovers/{project}"

API: dict[str, tuple[str, ...]] = {
    # Change requests and how the customer signs them.
    "new_change_request": ("POST /change-requests",),
    "change_request": ("GET /change-requests", f"GET {CHANGE}"),
    "edit_change_request": (f"PATCH {CHANGE}",),
    "change_request_approvals": (f"POST {CHANGE}/approve",),
    "change_request_withdrawals": (f"POST {CHANGE}/withdraw",),
    "signing_links": (f"POST {CHANGE}/signing-links",),
    "signing_link_revocations": (f"POST {CHANGE}/signing-links/{{link}}/revoke",),
    "question_answers": (f"POST {CHANGE}/questions/{{question}}/answer",),
    "signed_scans": (f"POST {CHANGE}/scan",),
    "signed_document": (f"GET {CHANGE}", f"GET {CHANGE}/document"),
    "signed_document_text": (f"GET {CHANGE}/document",),
    "signed_scan": (f"GET {CHANGE}/document/scan",),
    # Gates and sign-offs.
    "project_gates": ("GET /gates", "GET /passive-clauses", "GET /acceptances"),
    "new_gate": ("POST /gates",),
    "gate": ("GET /gates/{id}", "GET /sign-offs"),
    "edit_gate": ("PATCH /gates/{id}",),
    "gate_removal": ("DELETE /gates/{id}",),
    "gate_asks": ("POST /gates/{id}/ask",),
    "gate_approvers": ("POST /gates/{id}/approvers",),
    "gate_withdrawals": ("POST /gates/{id}/take-back",),
    "sign_offs": ("GET /sign-offs",),
    "sign_off": (
        "GET /sign-offs/{id}",
        "GET /sign-offs/{id}/document",
        "POST /sign-offs/{id}/answer",
    ),
    "sign_off_text": ("GET /sign-offs/{id}/document",),
    "sign_off_links": ("POST /sign-offs/{id}/links",),
    "sign_off_link_revocations": ("POST /sign-offs/{id}/links/{link}/revoke",),
    # Silence, acceptance, and what managers are told.
    "passive_clauses": ("POST /passive-clauses",),
    "passive_clause_endings": ("POST /passive-clauses/{id}/end",),
    "acceptances": ("POST /acceptances",),
    "acceptance_scan": ("GET /acceptances/{id}/scan",),
    "notice_readings": ("GET /project-notices", "POST /project-notices/{id}/read"),
    # Handovers.
    "project_handover": (f"GET {HANDOVER}", f"GET {HANDOVER}/rounds", "GET /handover-items"),
    "handover_starts": ("POST /handovers",),
    "handover_updates": (f"POST {HANDOVER}/update",),
    "handover_sections": (f"POST {HANDOVER}/say-empty",),
    "handover_proposals": (f"POST {HANDOVER}/propose",),
    "handover_withdrawals": (f"POST {HANDOVER}/take-back",),
    "handover_acceptances": (f"POST {HANDOVER}/accept",),
    "handover_returns": (f"POST {HANDOVER}/return",),
    "handover_round": (f"GET {HANDOVER}/rounds",),
    "handover_items": ("GET /handover-items", "POST /handover-items"),
    "handover_item": ("GET /handover-items/{id}", "PATCH /handover-items/{id}"),
    "handover_item_states": ("POST /handover-items/{id}/settle",),
    "handover_item_removal": ("DELETE /handover-items/{id}",),
    "carried_item": ("GET /handover-items/{id}", "PATCH /handover-items/{id}"),
    "carried_item_states": ("POST /handover-items/{id}/settle",),
    "carried_item_notes": ("POST /handover-items/{id}/notes",),
    # Weekly reports.
    "weeklies": ("GET /weekly-reports", "GET /projects"),
    "weekly_drafts": ("POST /weekly-reports",),
    "weekly_sendings": ("POST /weekly-reports/{id}/send",),
    "new_weekly": ("POST /weekly-reports",),
    "weekly": ("GET /weekly-reports/{id}", "PATCH /weekly-reports/{id}"),
    "weekly_refreshes": ("POST /weekly-reports/{id}/refresh",),
    "weekly_recipients": ("POST /weekly-reports/{id}/send",),
    "weekly_corrections": ("POST /weekly-reports/{id}/correct",),
    "weekly_removal": ("DELETE /weekly-reports/{id}",),
    "weekly_link_revocations": ("POST /weekly-reports/{id}/links/{link}/revoke",),
}

SCREEN_ONLY: dict[str, str] = {}
