"""The surveys that ship with the product, in both languages. A tenant changes the words as it likes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

ENGLISH, CHINESE = "en", "zh-hans"


@dataclass(frozen=True)
class ShippedSurvey:
    """``key``: what it is told by; ``document``: as in ``SurveyVersion.document``."""

    key: str
    kind: str
    name: dict[str, str]
    document: dict[str, Any]


SHIPPED = (
    ShippedSurvey(
        "relationship",
        "nps",
        {ENGLISH: "Would they recommend us (NPS)", CHINESE: "推荐意愿（NPS）"},
        {
            ENGLISH: {
                "question": "How likely are you to recommend us to others in your field?",
                "low": "Not at all likely",
                "high": "Very likely",
                "why": "What is the main reason for your score?",
                "thanks": "Thank you. Your score helps us to serve you better.",
                "further": [],
            },
            CHINESE: {
                "question": "您有多大可能向同行推荐我们？",
                "low": "完全不可能",
                "high": "非常可能",
                "why": "您打这个分数的主要原因是什么？",
                "thanks": "感谢您的评分，这会帮助我们为您提供更好的服务。",
                "further": [],
            },
        },
    ),
    ShippedSurvey(
        "acceptance",
        "csat",
        {ENGLISH: "After acceptance (CSAT)", CHINESE: "验收后满意度（CSAT）"},
        {
            ENGLISH: {
                "question": "How satisfied are you with the implementation project?",
                "low": "Very dissatisfied",
                "high": "Very satisfied",
                "why": "What went well, and what should we do differently?",
                "thanks": "Thank you. Your project manager and your service manager read every answer.",
                "further": ["Which open point matters most to you now?"],
            },
            CHINESE: {
                "question": "您对本次实施项目的满意程度如何？",
                "low": "非常不满意",
                "high": "非常满意",
                "why": "哪些方面做得好，哪些方面需要改进？",
                "thanks": "感谢您的评价，项目经理和客户服务经理会认真阅读每一条反馈。",
                "further": ["目前您最希望我们解决的遗留问题是什么？"],
            },
        },
    ),
    ShippedSurvey(
        "effort",
        "ces",
        {ENGLISH: "How much effort (CES)", CHINESE: "费力度（CES）"},
        {
            ENGLISH: {
                "question": "How much effort did it take you to get done what you needed from us?",
                "low": "Very little effort",
                "high": "Very much effort",
                "why": "What took the most effort?",
                "thanks": "Thank you. We look at what made it hard.",
                "further": [],
            },
            CHINESE: {
                "question": "为了解决您的需求，您花费了多少精力？",
                "low": "非常省力",
                "high": "非常费力",
                "why": "哪个环节最费力？",
                "thanks": "感谢您的反馈，我们会查找让您费力的原因并加以改进。",
                "further": [],
            },
        },
    ),
)


def shipped_survey(key: str) -> ShippedSurvey:
    """The one with this key; KeyError where none ships."""
    for survey in SHIPPED:
        if survey.key == key:
            return survey
    raise KeyError(key)
