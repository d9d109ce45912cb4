"""Addresses below /api/v1/ that this app answers."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.rest import keys as _keys  # noqa: F401 - the converter of keys
from service.api import (
    case_escalations,
    case_responses,
    case_verbs,
    cta_verbs,
    page_links,
    plays,
    renewal_settings,
    renewal_verbs,
    request_figures,
    request_verbs,
    suggestions,
    survey_results,
    update_parts,
    work_settings,
)
from service.api.account_files import OneFile, OneSponsor, SponsorEnding, Sponsors
from service.api.case_escalations import CaseEntries, CaseEscalations
from service.api.case_targets import CaseTargets, CaseTargetVersions, Departments, OneDepartment
from service.api.cases import Cases, OneCase
from service.api.ctas import Ctas, OneCta
from service.api.play_runs import PlayDryRun, PlayFirings, PlayRuns, PlayVersions
from service.api.plays import OnePlay, Plays
from service.api.referrals import OneReferral, Referrals
from service.api.renewals import OneRenewal, Renewals
from service.api.requests import Asks, OneRequest, Requests
from service.api.success_plans import (
    Goals,
    Milestones,
    OneGoal,
    OneMilestone,
    OnePrivilege,
    Privileges,
)
from service.api.survey_links import (
    OneSurveyLink,
    SurveyLinkRenewing,
    SurveyLinkRevoking,
    SurveyLinks,
)
from service.api.survey_rounds import (
    OneSurveyRound,
    SurveyOutlook,
    SurveyRoundClosing,
    SurveyRounds,
)
from service.api.survey_words import OneSurvey, SurveyRules, Surveys
from service.api.surveys import OneSurveyAnswer, SurveyAnswers
from service.api.updates import OneUpdate, Updates, UpdateSending

_CASES = {
    "words": case_verbs.CaseSaying,
    "assign": case_verbs.CaseAssigning,
    "prioritise": case_verbs.CasePrioritising,
    "wait": case_verbs.CaseWaiting,
    "go-on": case_verbs.CaseGoingOn,
    "solve": case_verbs.CaseSolving,
    "close": case_verbs.CaseClosing,
    "reopen": case_verbs.CaseReopening,
    "escalate": case_escalations.CasePassingOn,
    "answer-escalation": case_escalations.CaseAnsweringEscalation,
}
_CTAS = {
    "snooze": cta_verbs.CtaSnooze,
    "hand-on": cta_verbs.CtaHandOn,
    "complete": cta_verbs.CtaComplete,
    "dismiss": cta_verbs.CtaDismiss,
    "reopen": cta_verbs.CtaReopen,
    "complete-step": cta_verbs.CtaCompleteStep,
    "reopen-step": cta_verbs.CtaReopenStep,
}
_PLAYS = {
    "switch-on": plays.PlaySwitchingOn,
    "switch-off": plays.PlaySwitchingOff,
    "put-away": plays.PlayPuttingAway,
    "bring-back": plays.PlayBringingBack,
    "answer-release": plays.PlayAnsweringRelease,
}
_RENEWALS = {
    "call": renewal_verbs.RenewalCalling,
    "renew": renewal_verbs.RenewalRenewing,
    "churn": renewal_verbs.RenewalChurning,
    "take-back": renewal_verbs.RenewalTakingBack,
}
_REQUESTS = {
    "ask": request_verbs.RequestAsking,
    "vote": request_verbs.RequestVoting,
    "withdraw-vote": request_verbs.RequestWithdrawing,
    "merge": request_verbs.RequestMerging,
    "separate": request_verbs.RequestSeparating,
    "decide": request_verbs.RequestDeciding,
}

urlpatterns: list[URLPattern] = [
    path("cases", Cases.as_view(), name="api_cases"),
    path("cases/<key:key>", OneCase.as_view(), name="api_case"),
    *(
        path(f"cases/<key:key>/{verb}", view.as_view(), name=f"api_case_{verb}")
        for verb, view in _CASES.items()
    ),
    path("cases/<key:key>/entries", CaseEntries.as_view(), name="api_case_entries"),
    path("cases/<key:key>/escalations", CaseEscalations.as_view(), name="api_case_escalations"),
    path("case-targets", CaseTargets.as_view(), name="api_case_targets"),
    path("case-targets/versions", CaseTargetVersions.as_view(), name="api_case_target_versions"),
    path("departments", Departments.as_view(), name="api_departments"),
    path("departments/<int:pk>", OneDepartment.as_view(), name="api_department"),
    path("rank-weights", work_settings.RankWeightsNow.as_view(), name="api_rank_weights"),
    path("rank-weights/versions", work_settings.RankVersions.as_view(), name="api_rank_versions"),
    path("rank-weights/preview", work_settings.RankPreview.as_view(), name="api_rank_preview"),
    path("close-reasons", work_settings.CloseReasons.as_view(), name="api_close_reasons"),
    path(
        "close-reasons/<key:ending>/<key:key>",
        work_settings.OneCloseReason.as_view(),
        name="api_close_reason",
    ),
    path("renewal-forecasts", renewal_settings.RenewalForecasts.as_view(), name="api_forecasts"),
    path("renewal-accuracy", renewal_settings.RenewalAccuracy.as_view(), name="api_accuracy"),
    path("renewal-points", renewal_settings.RenewalPoints.as_view(), name="api_renewal_points"),
    path("churn-reasons", renewal_settings.ChurnReasons.as_view(), name="api_churn_reasons"),
    path(
        "churn-reasons/<key:key>",
        renewal_settings.OneChurnReason.as_view(),
        name="api_churn_reason",
    ),
    path("ctas", Ctas.as_view(), name="api_ctas"),
    path("ctas/<int:pk>", OneCta.as_view(), name="api_cta"),
    *(
        path(f"ctas/<int:pk>/{verb}", view.as_view(), name=f"api_cta_{verb}")
        for verb, view in _CTAS.items()
    ),
    path("plays", Plays.as_view(), name="api_plays"),
    path("plays/<key:key>", OnePlay.as_view(), name="api_play"),
    path("plays/<key:key>/dry-run", PlayDryRun.as_view(), name="api_play_dry_run"),
    path("plays/<key:key>/versions", PlayVersions.as_view(), name="api_play_versions"),
    path("plays/<key:key>/firings", PlayFirings.as_view(), name="api_play_firings"),
    *(
        path(f"plays/<key:key>/{verb}", view.as_view(), name=f"api_play_{verb}")
        for verb, view in _PLAYS.items()
    ),
    path("play-runs", PlayRuns.as_view(), name="api_play_runs"),
    path("renewals", Renewals.as_view(), name="api_renewals"),
    path("renewals/<key:contract>", OneRenewal.as_view(), name="api_renewal"),
    *(
        path(f"renewals/<key:contract>/{verb}", view.as_view(), name=f"api_renewal_{verb}")
        for verb, view in _RENEWALS.items()
    ),
    path("requests", Requests.as_view(), name="api_requests"),
    path("requests/<int:pk>", OneRequest.as_view(), name="api_request"),
    *(
        path(f"requests/<int:pk>/{verb}", view.as_view(), name=f"api_request_{verb}")
        for verb, view in _REQUESTS.items()
    ),
    path("requests/<int:pk>/votes", request_figures.RequestVotes.as_view(), name="api_votes"),
    path(
        "requests/<int:pk>/decisions",
        request_figures.RequestDecisions.as_view(),
        name="api_request_decisions",
    ),
    path("request-voting", request_figures.RequestVoting.as_view(), name="api_request_voting"),
    path("request-rates", request_figures.RequestRates.as_view(), name="api_request_rates"),
    path("request-digests", request_figures.RequestDigests.as_view(), name="api_digests"),
    path(
        "request-digests/<key:month>",
        request_figures.OneRequestDigest.as_view(),
        name="api_digest",
    ),
    path("suggestions", suggestions.Suggestions.as_view(), name="api_suggestions"),
    path(
        "customers/<key:customer>/payment-brief",
        suggestions.PaymentBrief.as_view(),
        name="api_payment_brief",
    ),
    path(
        "customers/<key:customer>/payment-brief/use",
        suggestions.PaymentBriefUse.as_view(),
        name="api_payment_brief_use",
    ),
    path("asks", Asks.as_view(), name="api_asks"),
    path("referrals", Referrals.as_view(), name="api_referrals"),
    path("referrals/<int:pk>", OneReferral.as_view(), name="api_referral"),
    path("goals", Goals.as_view(), name="api_goals"),
    path("goals/<int:pk>", OneGoal.as_view(), name="api_goal"),
    path("joint-milestones", Milestones.as_view(), name="api_milestones"),
    path("joint-milestones/<int:pk>", OneMilestone.as_view(), name="api_milestone"),
    path("customers/<key:customer>/account-file", OneFile.as_view(), name="api_account_file"),
    path("sponsors", Sponsors.as_view(), name="api_sponsors"),
    path("sponsors/<int:pk>", OneSponsor.as_view(), name="api_sponsor"),
    path("sponsors/<int:pk>/end", SponsorEnding.as_view(), name="api_sponsor_end"),
    path("privileges", Privileges.as_view(), name="api_privileges"),
    path("privileges/<int:pk>", OnePrivilege.as_view(), name="api_privilege"),
    path("updates", Updates.as_view(), name="api_updates"),
    path("updates/<int:pk>", OneUpdate.as_view(), name="api_update"),
    path("updates/<int:pk>/send", UpdateSending.as_view(), name="api_update_send"),
    path("updates/<int:pk>/preview", update_parts.UpdatePreview.as_view(), name="api_preview"),
    path("updates/<int:pk>/test", update_parts.UpdateTesting.as_view(), name="api_update_test"),
    path("updates/<int:pk>/use", update_parts.UpdateUse.as_view(), name="api_update_use"),
    path(
        "updates/<int:pk>/recipients",
        update_parts.UpdateRecipients.as_view(),
        name="api_update_recipients",
    ),
    path(
        "updates/<int:pk>/recipients/<int:recipient>/give-link",
        update_parts.UpdateLinking.as_view(),
        name="api_update_link",
    ),
    path("survey-results", survey_results.SurveyResults.as_view(), name="api_survey_results"),
    path("case-responses", case_responses.CaseResponses.as_view(), name="api_case_responses"),
    path(
        "case-responses/customers",
        case_responses.CaseResponseCustomers.as_view(),
        name="api_case_response_customers",
    ),
    path("survey-answers", SurveyAnswers.as_view(), name="api_survey_answers"),
    path("survey-answers/<key:key>", OneSurveyAnswer.as_view(), name="api_survey_answer"),
    path("survey-rounds", SurveyRounds.as_view(), name="api_survey_rounds"),
    path("survey-rounds/preview", SurveyOutlook.as_view(), name="api_survey_outlook"),
    path("survey-rounds/<int:pk>", OneSurveyRound.as_view(), name="api_survey_round"),
    path("survey-rounds/<int:pk>/close", SurveyRoundClosing.as_view(), name="api_survey_close"),
    path("survey-links", SurveyLinks.as_view(), name="api_survey_links"),
    path("survey-links/<int:pk>", OneSurveyLink.as_view(), name="api_survey_link"),
    path("survey-links/<int:pk>/renew", SurveyLinkRenewing.as_view(), name="api_survey_link_renew"),
    path(
        "survey-links/<int:pk>/revoke", SurveyLinkRevoking.as_view(), name="api_survey_link_revoke"
    ),
    path("surveys", Surveys.as_view(), name="api_surveys"),
    path("surveys/<key:reference>", OneSurvey.as_view(), name="api_survey"),
    path("survey-rules", SurveyRules.as_view(), name="api_survey_rules"),
    *(
        one
        for noun, links, link, revoking in (
            (
                "case-link",
                page_links.CaseLinks,
                page_links.OneCaseLink,
                page_links.CaseLinkRevoking,
            ),
            (
                "request-link",
                page_links.RequestLinks,
                page_links.OneRequestLink,
                page_links.RequestLinkRevoking,
            ),
            (
                "success-plan-link",
                page_links.PlanLinks,
                page_links.OnePlanLink,
                page_links.PlanLinkRevoking,
            ),
        )
        for one in (
            path(f"{noun}s", links.as_view(), name=f"api_{noun}s"),
            path(f"{noun}s/<int:pk>", link.as_view(), name=f"api_{noun}"),
            path(f"{noun}s/<int:pk>/revoke", revoking.as_view(), name=f"api_{noun}_revoke"),
        )
    ),
]
