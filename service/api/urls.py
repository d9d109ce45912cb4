"""Addresses below /api/v1/ that this app answers."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.rest import keys as _keys  # noqa: F401 - the converter of keys
from service.api import case_verbs, cta_verbs, plays, renewal_verbs, request_verbs
from service.api.account_files import OneFile, OneSponsor, SponsorEnding, Sponsors
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
from service.api.surveys import OneSurveyAnswer, SurveyAnswers, SurveyRounds
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
    path("survey-answers", SurveyAnswers.as_view(), name="api_survey_answers"),
    path("survey-answers/<key:key>", OneSurveyAnswer.as_view(), name="api_survey_answer"),
    path("survey-rounds", SurveyRounds.as_view(), name="api_survey_rounds"),
]
