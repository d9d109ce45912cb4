"""What this app answers below /api/."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.rest import resources, scopes

resources.register("service.api.urls")
for _scope in (
    scopes.Scope("cases:read", _("Read cases"), "view_cases"),
    scopes.Scope("cases:write", _("Report cases"), "work_cases"),
    scopes.Scope(
        "case_targets:write", _("Change departments and what is promised"), "edit_case_targets"
    ),
    scopes.Scope("ctas:read", _("Read work"), "view_work"),
    scopes.Scope("ctas:write", _("Open and change work"), "work_ctas"),
    scopes.Scope("plays:read", _("Read plays"), "view_plays"),
    scopes.Scope("plays:write", _("Make, change and switch plays"), "edit_plays"),
    scopes.Scope("renewals:read", _("Read renewals"), "view_renewals"),
    scopes.Scope("renewals:call", _("Say what is expected of renewals"), "call_renewals"),
    scopes.Scope("renewals:write", _("Decide renewals"), "decide_renewals"),
    scopes.Scope("renewal_points:write", _("Set points of renewal risks"), "edit_renewal_weights"),
    scopes.Scope("churn_reasons:write", _("Change churn reasons"), "edit_churn_reasons"),
    scopes.Scope(
        "rank_weights:write", _("Set how work is ranked and why it is closed"), "edit_ranks"
    ),
    scopes.Scope(
        "case_responses:read", _("Read how fast customers were answered"), "view_case_responses"
    ),
    scopes.Scope("payment_briefs:read", _("Read briefs for annual payments"), "view_money"),
    scopes.Scope("payment_briefs:write", _("Note that a brief was used"), "call_renewals"),
    scopes.Scope("requests:read", _("Read requests"), "view_requests"),
    scopes.Scope("requests:write", _("Write down requests and votes"), "capture_requests"),
    scopes.Scope("requests:decide", _("Change, merge and decide requests"), "decide_requests"),
    scopes.Scope("surveys:read", _("Read surveys and answers"), "view_surveys"),
    scopes.Scope("surveys:write", _("Write down answers to surveys"), "send_surveys"),
    scopes.Scope("surveys:edit", _("Change the words of surveys and their rules"), "edit_surveys"),
    scopes.Scope("updates:read", _("Read product updates"), "view_requests"),
    scopes.Scope("updates:write", _("Write and send product updates"), "send_updates"),
    scopes.Scope("referrals:read", _("Read referrals"), "view_referrals"),
    scopes.Scope("referrals:write", _("Write down referrals"), "record_referrals"),
    scopes.Scope("account_files:read", _("Read success plans and privileges"), "view_customers"),
    scopes.Scope(
        "account_files:write", _("Change success plans and privileges"), "edit_account_files"
    ),
    scopes.Scope("account_files:share", _("Give links to success plans"), "share_success_plans"),
):
    scopes.register(_scope)
