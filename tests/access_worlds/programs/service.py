"""Cases, plays, renewals, requests, updates, surveys, work, account files and referrals."""

from __future__ import annotations

CASE, CTA, PLAY, RENEWAL = "/cases/{key}", "/ctas/{id}", "/plays/{key}", "/renewals/{contract}"
REQUEST, UPDATE, ROUND = "/requests/{id}", "/updates/{id}", "/survey-rounds/{id}"
BRIEF, FILE = "/customers/{customer}/payment-brief", "/customers/{customer}/account-file"
PLAN = ("goals", "joint-milestones", "privileges")

API: dict[str, tuple[str, ...]] = {
    # Account files and success plans.
    "account_file": (
        f"GET {FILE}", "GET /sponsors", *(f"GET /{one}" for one in PLAN),
        "GET /success-plan-links", "GET /responsibilities",
    ),
    "account_background": (f"PATCH {FILE}",),
    "new_sponsor": ("POST /sponsors",),
    "sponsor_endings": ("POST /sponsors/{id}/end",),
    "success_plan_preview": ("GET /sponsors", *(f"GET /{one}" for one in PLAN)),
    "new_plan_link": ("POST /success-plan-links",),
    # Giving one again ends the one before.
    "plan_link_renewals": ("POST /success-plan-links",),
    "plan_link_revocations": ("POST /success-plan-links/{id}/revoke",),
    "milestone_completions": ("PATCH /joint-milestones/{id}",),
    "new_plan_row": tuple(f"POST /{one}" for one in PLAN),
    "plan_row": tuple(f"PATCH /{one}/{{id}}" for one in PLAN),
    "plan_row_removal": tuple(f"DELETE /{one}/{{id}}" for one in PLAN),
    # Cases.
    "cases": ("GET /cases",),
    "new_case": ("POST /cases",),
    "case_assignments": (f"POST {CASE}/assign",),
    "case_promises": ("GET /case-targets", "PATCH /case-targets", "GET /case-targets/versions"),
    "case_responses": ("GET /case-responses",),
    "case_response_customers": ("GET /case-responses/customers",),
    "departments": ("GET /departments", "POST /departments"),
    "department": ("GET /departments/{id}", "PATCH /departments/{id}"),
    "case_links": ("GET /case-links", "POST /case-links"),
    "case_link_revocations": ("POST /case-links/{id}/revoke",),
    "case": (f"GET {CASE}", f"GET {CASE}/entries", f"GET {CASE}/escalations"),
    "edit_case": (f"PATCH {CASE}",),
    "case_notes": (f"POST {CASE}/words",),
    "case_answers": (f"POST {CASE}/words", f"POST {CASE}/solve"),
    "case_customer_words": (f"POST {CASE}/words",),
    "case_states": tuple(f"POST {CASE}/{verb}" for verb in ("wait", "go-on", "close", "reopen")),
    "case_priorities": (f"POST {CASE}/prioritise",),
    "case_owner": (f"POST {CASE}/assign",),
    "case_escalations": (f"POST {CASE}/escalate",),
    "case_escalation_answers": (f"POST {CASE}/answer-escalation",),
    # Plays.
    "plays": ("GET /plays",),
    "new_play": ("POST /plays",),
    "play": (f"GET {PLAY}", f"GET {PLAY}/versions", f"GET {PLAY}/firings", "GET /play-runs"),
    "edit_play": (f"PATCH {PLAY}",),
    "play_dry_run": (f"GET {PLAY}/dry-run",),
    "play_switch_ons": (f"POST {PLAY}/switch-on",),
    "play_switch_offs": (f"POST {PLAY}/switch-off",),
    "play_archivals": (f"POST {PLAY}/put-away",),
    "play_restorals": (f"POST {PLAY}/bring-back",),
    "play_releases": (f"POST {PLAY}/answer-release",),
    # Renewals and annual payments.
    "renewals": ("GET /renewals", "GET /renewal-forecasts"),
    "renewal_accuracy": ("GET /renewal-accuracy",),
    "renewal_settings": ("GET /renewal-points", "PATCH /renewal-points"),
    "churn_reasons": ("GET /churn-reasons", "POST /churn-reasons"),
    "churn_reason": ("PATCH /churn-reasons/{key}",),
    "renewal": (f"GET {RENEWAL}",),
    "renewal_calls": (f"POST {RENEWAL}/call",),
    "renewal_terms": (f"POST {RENEWAL}/renew",),
    "renewal_churn": (f"POST {RENEWAL}/churn",),
    "renewal_undoing": (f"POST {RENEWAL}/take-back",),
    "payment_brief": (f"GET {BRIEF}",),
    "payment_brief_uses": (f"POST {BRIEF}/use",),
    # Referrals and suggestions.
    "referrals": ("GET /referrals",),
    "new_referral": ("POST /referrals",),
    "referral": ("GET /referrals/{id}", "PATCH /referrals/{id}"),
    "referral_removal": ("DELETE /referrals/{id}",),
    "suggestions": ("GET /suggestions",),
    # Surveys.
    "surveys": ("GET /survey-results", "GET /survey-answers"),
    "survey_rounds": ("GET /survey-rounds",),
    "new_survey_round": ("POST /survey-rounds", "POST /survey-rounds/preview"),
    "survey_round": (f"GET {ROUND}", "GET /survey-links"),
    "survey_round_closures": (f"POST {ROUND}/close",),
    "survey_link_renewals": ("POST /survey-links/{id}/renew",),
    "survey_link_revocations": ("POST /survey-links/{id}/revoke",),
    "survey_words": ("GET /surveys",),
    "new_survey": ("POST /surveys",),
    "edit_survey": ("GET /surveys/{reference}", "PATCH /surveys/{reference}"),
    "survey_rules": ("GET /survey-rules", "PATCH /survey-rules"),
    "new_contact_survey": ("POST /survey-links",),
    # Requests and product updates.
    "requests": ("GET /requests",),
    "request_asks": ("GET /asks",),
    "request_rate": ("GET /request-rates",),
    "request_voting": ("GET /request-voting", "PATCH /request-voting"),
    "request_digests": ("GET /request-digests",),
    "request_digest": ("GET /request-digests/{month}",),
    "request": (
        f"GET {REQUEST}", "GET /asks", f"GET {REQUEST}/votes", f"GET {REQUEST}/decisions",
    ),
    "edit_request": (f"PATCH {REQUEST}",),
    "request_merges": (f"POST {REQUEST}/merge",),
    "request_separations": (f"POST {REQUEST}/separate",),
    "request_decisions": (f"POST {REQUEST}/decide",),
    "request_votes": (f"POST {REQUEST}/vote",),
    "request_vote_removals": (f"POST {REQUEST}/withdraw-vote",),
    "new_ask": ("POST /requests", f"POST {REQUEST}/ask"),
    "request_links": ("GET /request-links", "POST /request-links"),
    "request_link_revocations": ("POST /request-links/{id}/revoke",),
    "updates": ("GET /updates",),
    "new_update": ("POST /updates",),
    "update": (f"GET {UPDATE}", f"GET {UPDATE}/preview", f"GET {UPDATE}/recipients"),
    "edit_update": (f"PATCH {UPDATE}",),
    "update_removal": (f"DELETE {UPDATE}",),
    "update_use": (f"GET {UPDATE}/use",),
    "update_tests": (f"POST {UPDATE}/test",),
    "update_sendings": (f"POST {UPDATE}/send",),
    "update_links": (f"POST {UPDATE}/recipients/{{recipient}}/give-link",),
    # Work.
    "work": ("GET /ctas",),
    "work_changes": tuple(
        f"POST {CTA}/{verb}" for verb in ("snooze", "hand-on", "complete", "dismiss", "reopen")
    ),
    # What was changed is changed back.
    "work_undoings": tuple(
        f"POST {CTA}/{verb}" for verb in ("snooze", "hand-on", "reopen", "reopen-step")
    ),
    "rank_weights": (
        "GET /rank-weights", "PATCH /rank-weights", "POST /rank-weights/preview",
        "GET /rank-weights/versions",
    ),
    "close_reasons": (
        "GET /close-reasons", "POST /close-reasons", "PATCH /close-reasons/{ending}/{key}",
    ),
    "cta": (f"GET {CTA}",),
    "cta_steps": (f"POST {CTA}/complete-step", f"POST {CTA}/reopen-step"),
    "new_work": ("POST /ctas",),
}  # fmt: skip

SCREEN_ONLY: dict[str, str] = {
    "case_of_whom": "leads to the form of a new case, by the customer that is chosen",
    "new_request": "leads to the form of a new request, by the customer that is chosen",
}
