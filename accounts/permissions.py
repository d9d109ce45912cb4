"""Who may do what, in one place. Screens, commands with a person and the API ask here."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from accounts.models import Membership, Role

EVERYONE = tuple(Role.values)

# What can be done, and the roles that may.
ALLOWED: dict[str, tuple[str, ...]] = {
    "view_customers": EVERYONE,
    "edit_customers": (Role.ADMIN, Role.SERVICE_MANAGER, Role.PROJECT_MANAGER),
    # Whoever meets a customer writes it down; one's own is changed by oneself, or an administrator.
    "log_touchpoints": EVERYONE,
    # What is written down about a customer, and links for its people to what of it is shared.
    "edit_account_files": (Role.ADMIN, Role.SERVICE_MANAGER, Role.PROJECT_MANAGER),
    "share_success_plans": (Role.ADMIN, Role.SERVICE_MANAGER, Role.PROJECT_MANAGER),
    "view_tiers": EVERYONE,
    "edit_strategies": (Role.ADMIN,),
    "view_groups": EVERYONE,
    "edit_groups": (Role.ADMIN, Role.SERVICE_MANAGER),
    "view_plays": EVERYONE,
    "edit_plays": (Role.ADMIN, Role.SERVICE_MANAGER),
    "view_nights": EVERYONE,
    "view_rules": EVERYONE,
    "edit_rules": (Role.ADMIN,),
    "run_nights": (Role.ADMIN,),
    "restate_nights": (Role.ADMIN,),
    "view_projects": EVERYONE,
    "edit_plans": (Role.ADMIN, Role.PROJECT_MANAGER),
    # Whoever hears a wish writes it down.
    "capture_requirements": EVERYONE,
    "classify_requirements": (Role.ADMIN, Role.PROJECT_MANAGER),
    "edit_changes": (Role.ADMIN, Role.PROJECT_MANAGER),
    "approve_changes": (Role.ADMIN, Role.EXECUTIVE, Role.PROJECT_MANAGER),
    # Whoever sees what may go wrong says so.
    "raise_risks": EVERYONE,
    "edit_risks": (
        Role.ADMIN,
        Role.PROJECT_MANAGER,
        Role.SERVICE_MANAGER,
        Role.TEAM_MEMBER,
    ),
    "ask_sign_offs": (Role.ADMIN, Role.PROJECT_MANAGER),
    # Only who was asked; of every role, since every colleague may be an approver.
    "sign_off": EVERYONE,
    "record_acceptance": (Role.ADMIN, Role.PROJECT_MANAGER),
    # Links to the customer's page of a project, and its weekly reports.
    "share_projects": (Role.ADMIN, Role.PROJECT_MANAGER),
    "edit_weeklies": (Role.ADMIN, Role.PROJECT_MANAGER),
    "propose_handover": (Role.ADMIN, Role.PROJECT_MANAGER),
    "accept_handover": (Role.ADMIN, Role.SERVICE_MANAGER),
    "settle_handover_items": (Role.ADMIN, Role.SERVICE_MANAGER, Role.PROJECT_MANAGER),
    "tie_payments": (Role.ADMIN, Role.PROJECT_MANAGER),
    "hold_training": (
        Role.ADMIN,
        Role.PROJECT_MANAGER,
        Role.SERVICE_MANAGER,
        Role.TEAM_MEMBER,
    ),
    "edit_plan_templates": (Role.ADMIN, Role.PROJECT_MANAGER),
    "view_surveys": EVERYONE,
    "send_surveys": (Role.ADMIN, Role.SERVICE_MANAGER, Role.PROJECT_MANAGER),
    "edit_surveys": (Role.ADMIN,),
    "book_effort": (Role.TEAM_MEMBER, Role.PROJECT_MANAGER),
    "view_weeks": EVERYONE,
    "view_work": EVERYONE,
    "work_ctas": (
        Role.ADMIN,
        Role.SERVICE_MANAGER,
        Role.PROJECT_MANAGER,
        Role.TEAM_MEMBER,
    ),
    "edit_ranks": (Role.ADMIN,),
    "view_money": EVERYONE,
    "view_renewals": EVERYONE,
    # What is expected of a renewal, and how it turned out.
    "call_renewals": (Role.ADMIN, Role.SERVICE_MANAGER),
    "decide_renewals": (Role.ADMIN, Role.SERVICE_MANAGER),
    "edit_churn_reasons": (Role.ADMIN,),
    "edit_renewal_weights": (Role.ADMIN,),
    "view_referrals": EVERYONE,
    # Whoever hears of one writes it down.
    "record_referrals": EVERYONE,
    "view_month": (Role.EXECUTIVE, Role.ADMIN, Role.SERVICE_MANAGER, Role.PROJECT_MANAGER),
    # Of the customers that one sees; reports about the tenant with view_month.
    "view_reports": EVERYONE,
    # Their words, corrections, and figures read anew.
    "edit_reports": (Role.ADMIN, Role.SERVICE_MANAGER),
    # Saying that they may be sent, and sending them.
    "approve_reports": (Role.ADMIN, Role.SERVICE_MANAGER, Role.EXECUTIVE),
    # The same of the executives' own, words and corrections included.
    "approve_executive_reports": (Role.ADMIN, Role.EXECUTIVE),
    # How their production went, and trying again what failed.
    "produce_reports": (Role.ADMIN, Role.SERVICE_MANAGER),
    # What figures of the whole tenant shall become.
    "view_goals": (Role.EXECUTIVE, Role.ADMIN, Role.SERVICE_MANAGER, Role.PROJECT_MANAGER),
    "edit_goals": (Role.EXECUTIVE, Role.ADMIN),
    # How they look, and who gets which.
    "edit_report_templates": (Role.ADMIN,),
    # The reports about the tenant that are not everybody's; of operations also who leads a team.
    "view_operations": (Role.EXECUTIVE, Role.ADMIN),
    "view_product_digest": (Role.EXECUTIVE, Role.ADMIN, Role.PRODUCT_MANAGER),
    "view_retention": (Role.EXECUTIVE, Role.ADMIN, Role.SERVICE_MANAGER),
    # One's own; of others with the next ability, and of the team that one leads.
    "view_scorecard": EVERYONE,
    "view_scorecards": (Role.EXECUTIVE, Role.ADMIN),
    "view_cases": EVERYONE,
    "work_cases": (
        Role.ADMIN,
        Role.SERVICE_MANAGER,
        Role.PROJECT_MANAGER,
        Role.TEAM_MEMBER,
    ),
    # What is promised about cases, and the departments that they go to.
    "edit_case_targets": (Role.ADMIN,),
    "view_case_responses": (Role.EXECUTIVE, Role.ADMIN, Role.SERVICE_MANAGER),
    "view_effects": (Role.EXECUTIVE, Role.ADMIN, Role.SERVICE_MANAGER),
    "view_requests": EVERYONE,
    # Whoever hears a wish writes it down.
    "capture_requests": EVERYONE,
    "decide_requests": (Role.PRODUCT_MANAGER, Role.ADMIN),
    "send_updates": (Role.PRODUCT_MANAGER, Role.ADMIN, Role.SERVICE_MANAGER),
    "view_modules": EVERYONE,
    # What products send: how it goes, and which event belongs to which module.
    "view_sources": (Role.ADMIN, Role.PRODUCT_MANAGER),
    # Keys, rules, and what could not be taken: that holds what was sent, word by word.
    "edit_sources": (Role.ADMIN,),
    "manage_loads": (Role.ADMIN,),
    "manage_people": (Role.ADMIN,),
    "manage_tenant": (Role.ADMIN,),
    "edit_calendar": (Role.ADMIN,),
    "view_audit": (Role.ADMIN,),
    # One's own.
    "view_notifications": EVERYONE,
    "manage_mail": (Role.ADMIN,),
    "manage_channels": (Role.ADMIN,),
    "manage_webhooks": (Role.ADMIN,),
}


def may(membership: Membership | None, ability: str) -> bool:
    """Whether a member has an ability; nobody has an unknown one."""
    return membership is not None and membership.has_role(*ALLOWED.get(ability, ()))


def require(ability: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view that members without the ability do not see: they get a 404, as strangers do."""
    if ability not in ALLOWED:
        raise KeyError(ability)

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not may(getattr(request, "membership", None), ability):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.ability = ability  # type: ignore[attr-defined]
        return guarded

    return decorate
