"""What service keeps: one module per noun."""

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
from service.models.request_decisions import (
    RequestAnswer,
    RequestDecision,
    RequestDigest,
    RequestPageLink,
    Told,
)
from service.models.requests import Ask, Request, RequestSettings, Vote
from service.models.survey_answers import SurveyAnswer
from service.models.survey_rounds import SurveyInvitation, SurveyRound
from service.models.surveys import SCALES, Survey, SurveyKind, SurveySettings, SurveyVersion
from service.models.work import CloseReason, WorkChange

__all__ = [
    "SCALES",
    "Ask",
    "CloseReason",
    "Cta",
    "CtaStep",
    "Play",
    "PlayFiring",
    "PlayRun",
    "PlayStanding",
    "PlayVersion",
    "ProductUpdate",
    "RankVersion",
    "Request",
    "RequestAnswer",
    "RequestDecision",
    "RequestDigest",
    "RequestPageLink",
    "RequestSettings",
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
