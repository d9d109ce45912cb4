"""Cases, requests, surveys, work and renewals."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from config.bi.columns import View, day, moment, money, share, text, told, who, whole
from config.bi.views_customers import CUSTOMER
from segmentation.compute.renewal_terms import RENEWED_WITHIN_DAYS

# As service.queries.renewal_states says it.
_STATE = (
    "CASE WHEN r.renewed_arr > r.arr THEN 'expanded' WHEN r.renewed_arr < r.arr THEN 'contracted' "
    "WHEN r.renewed_on IS NOT NULL THEN 'renewed' WHEN r.churn_told "
    f"OR r.due_on < (now() AT TIME ZONE t.timezone)::date - {RENEWED_WITHIN_DAYS} THEN 'churned' "
    "ELSE 'open' END"
)

VIEWS = (
    View(
        "cases",
        _("Cases"),
        (
            text("customer", "c.key"),
            text("key", "k.key"),
            told("title", "k.title"),
            who("contact", "p.key"),
            who("owner", "o.key"),
            text("kind", "k.kind"),
            text("priority", "coalesce(w.priority, k.priority)"),
            text("state", "w.state"),
            text("module", "m.key"),
            moment("opened_at", "k.opened_at"),
            moment("first_response_at", "k.first_response_at"),
            moment("closed_at", "k.closed_at"),
            moment("response_due_at", "w.response_due_at"),
            moment("resolution_due_at", "w.resolution_due_at"),
            moment("response_breached_at", "w.response_breached_at"),
            moment("resolution_breached_at", "w.resolution_breached_at"),
            whole("satisfaction", "k.satisfaction"),
            moment("known_from", "k.known_from"),
        ),
        "[accounts_case] k " + CUSTOMER.format("k") + " "
        "LEFT JOIN [accounts_contact] p ON p.id = k.contact_id "
        "LEFT JOIN [service_casework] w ON w.case_id = k.id "
        "LEFT JOIN [accounts_colleague] o ON o.id = w.owner_id "
        "LEFT JOIN [accounts_module] m ON m.id = w.module_id",
        moment="opened_at",
        order="opened_at, customer, key",
    ),
    View(
        "requests",
        _("Requests"),
        (
            text("customer", "c.key"),
            text("key", "a.key"),
            told("title", "a.title"),
            told("text", "a.text"),
            day("made_on", "a.made_on"),
            who("contact", "p.key"),
            text("module", "coalesce(m.key, n.key)"),
            text("channel", "a.channel"),
            text("status", "r.status"),
            whole("request", "r.id"),
            text("planned_for", "r.planned_for"),
            day("decided_on", "r.decided_on"),
            day("shipped_on", "r.shipped_on"),
            moment("known_from", "a.known_from"),
        ),
        "[service_ask] a " + CUSTOMER.format("a") + " "
        "JOIN [service_request] q ON q.id = a.request_id "
        "JOIN [service_request] r ON r.id = coalesce(q.root_id, q.id) "
        "LEFT JOIN [accounts_contact] p ON p.id = a.contact_id "
        "LEFT JOIN [accounts_module] m ON m.id = a.module_id "
        "LEFT JOIN [accounts_module] n ON n.id = r.module_id",
        note="A row per asking of a customer; `request` is the number of what it was merged into, equal "
        "for all who asked for the same, and `status` is that one’s.",
        moment="made_on",
        order="made_on, customer, key",
    ),
    View(
        "surveys",
        _("Surveys"),
        (
            text("customer", "c.key"),
            text("kind", "s.kind"),
            whole("score", "s.score"),
            day("answered_on", "s.answered_on"),
            text("key", "s.key"),
            who("contact", "p.key"),
            text("roles", "array_to_string(s.roles, ';')"),
            text("project", "j.key"),
            told("comment", "s.comment"),
            moment("known_from", "s.known_from"),
        ),
        "[service_surveyanswer] s " + CUSTOMER.format("s") + " "
        "LEFT JOIN [accounts_contact] p ON p.id = s.contact_id "
        "LEFT JOIN [projects_project] j ON j.id = s.project_id",
        note="Answers, as they stand; `roles` are the contact’s on the day of the answer.",
        moment="answered_on",
        order="answered_on, customer, key",
    ),
    View(
        "ctas",
        _("CTAs"),
        (
            text("customer", "c.key"),
            whole("cta", "a.id"),
            text("play", "p.key"),
            told("title", "a.title"),
            who("owner", "o.key"),
            day("opened_on", "a.opened_on"),
            day("due_on", "a.due_on"),
            day("snoozed_until", "a.snoozed_until"),
            text("state", "a.state"),
            moment("closed_at", "a.closed_at"),
            text("close_reason", "a.close_reason"),
            told("close_note", "a.close_note"),
            money("value_at_stake", "a.value_at_stake"),
            share("risk", "a.risk"),
            share("rank", "a.rank"),
        ),
        "[service_cta] a " + CUSTOMER.format("a") + " "
        "LEFT JOIN [service_play] p ON p.id = a.play_id "
        "LEFT JOIN [accounts_colleague] o ON o.id = a.owner_id",
        moment="opened_on",
        order="opened_on, cta",
    ),
    View(
        "renewals",
        _("Renewals"),
        (
            text("customer", "c.key"),
            text("contract", "k.key"),
            day("due_on", "r.due_on"),
            money("arr", "r.arr"),
            text("state", _STATE),
            day("renewed_on", "r.renewed_on"),
            money("renewed_arr", "r.renewed_arr"),
            text("stage", "r.stage"),
            whole("percent", "r.percent"),
            money("amount", "r.amount"),
            whole("likelihood", "r.likelihood"),
            whole("points", "r.points"),
            text("tier", "r.tier"),
            day("as_of", "r.as_of"),
        ),
        "[service_renewal] r " + CUSTOMER.format("r") + " "
        "JOIN [accounts_contract] k ON k.id = r.contract_id CROSS JOIN [tenant] t",
        note="`percent` and `amount`: what the manager expects; `likelihood`: what the night says, in "
        "percent.",
        order="due_on, contract",
    ),
)
