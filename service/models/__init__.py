"""What service keeps: one module per noun."""

from service.models import case_reach  # noqa: F401 - says whose customers are seen
from service.models.account_files import AccountFile, Privilege, Sponsor
from service.models.cases import (
    CaseClock,
    CaseEntry,
    CaseEscalation,
    CaseLink,
    CaseOpening,
    CaseRules,
    CaseWork,
)
from service.models.churn import ChurnReason
from service.models.ctas import Cta, CtaStep
from service.models.plays import Play, PlayFiring, PlayRun, PlayStanding, PlayVersion
from service.models.product_updates import (
    ProductUpdate,
    UpdateLink,
    UpdateModule,
    UpdateRecipient,
    UpdateRequest,
)
from service.models.ranks import RankVersion
from service.models.referrals import Referral
from service.models.renewals import (
    Renewal,
    RenewalCall,
    RenewalMonth,
    RenewalOutcome,
    RenewalSnapshot,
    RenewalStage,
    RenewalWeights,
)
from service.models.request_decisions import (
    RequestAnswer,
    RequestDecision,
    RequestDigest,
    RequestPageLink,
    Told,
)
from service.models.requests import Ask, Request, RequestSettings, Vote
from service.models.success_plans import Goal, JointMilestone, SuccessPlanLink
from service.models.suggestions import Suggestion
from service.models.survey_answers import SurveyAnswer
from service.models.survey_rounds import SurveyInvitation, SurveyRound
from service.models.surveys import SCALES, Survey, SurveyKind, SurveySettings, SurveyVersion
from service.models.work import CloseReason, WorkChange

__all__ = [
    "SCALES",
    "AccountFile",
    "Ask",
    "CaseClock",
    "CaseEntry",
    "CaseEscalation",
    "CaseLink",
    "CaseOpening",
    "CaseRules",
    "CaseWork",
    "ChurnReason",
    "CloseReason",
    "Cta",
    "CtaStep",
    "Goal",
    "JointMilestone",
    "Play",
    "PlayFiring",
    "PlayRun",
    "PlayStanding",
    "PlayVersion",
    "Privilege",
    "ProductUpdate",
    "RankVersion",
    "Referral",
    "Renewal",
    "RenewalCall",
    "RenewalMonth",
    "RenewalOutcome",
    "RenewalSnapshot",
    "RenewalStage",
    "RenewalWeights",
    "Request",
    "RequestAnswer",
    "RequestDecision",
    "RequestDigest",
    "RequestPageLink",
    "RequestSettings",
    "Sponsor",
    "SuccessPlanLink",
    "Suggestion",
    "Survey",
    "SurveyAnswer",
    "SurveyInvitation",
    "SurveyKind",
    "SurveyRound",
    "SurveySettings",
    "SurveyVersion",
    "Told",
    "UpdateLink",
    "UpdateModule",
    "UpdateRecipient",
    "UpdateRequest",
    "Vote",
    "WorkChange",
]
