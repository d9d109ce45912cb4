"""The product modules that the demo vendor sells, what they cost and when they are used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from config.demo.chance import Floats, Integers

_EVEN = (1.0,) * 12
_REVIEWS = (2.4, 0.8, 0.9, 1.2, 0.6, 1.8, 1.6, 0.6, 0.8, 1.2, 1.0, 2.2)
_HIRING = (0.8, 1.1, 1.9, 1.6, 1.1, 0.9, 0.8, 0.9, 1.6, 1.4, 0.9, 0.6)
_CLASSES = (0.6, 0.5, 1.1, 1.3, 1.3, 1.2, 0.9, 0.9, 1.2, 1.2, 1.3, 0.9)
_BUDGETS = (1.5, 0.7, 1.1, 1.2, 0.8, 1.3, 1.2, 0.8, 1.0, 1.2, 1.4, 1.6)


@dataclass(frozen=True)
class Module:
    """A product module. `price` and `use` are weights against core HR."""

    key: str
    chinese: str
    english: str
    price: float
    use: float
    popularity: float
    season: tuple[float, ...]
    events: tuple[str, ...]

    @property
    def name(self) -> str:
        """Readable in both languages, as vendors with customers on both sides write it."""
        return f"{self.chinese} {self.english}"


# The first is what everyone buys first.
MODULES = (
    Module(
        "core_hr",
        "核心人事",
        "Core HR",
        1.0,
        1.0,
        9.0,
        _EVEN,
        ("employee_record_opened", "employee_hired", "transfer_approved", "contract_renewed"),
    ),
    Module(
        "payroll",
        "薪酬核算",
        "Payroll",
        1.2,
        0.9,
        2.6,
        _EVEN,
        ("payroll_calculated", "payslip_viewed", "payroll_approved"),
    ),
    Module(
        "time",
        "考勤排班",
        "Time & attendance",
        0.9,
        1.3,
        2.8,
        _EVEN,
        ("timesheet_checked", "leave_requested", "shift_planned", "overtime_approved"),
    ),
    Module(
        "recruiting",
        "招聘管理",
        "Recruiting",
        0.9,
        0.7,
        1.8,
        _HIRING,
        ("candidate_reviewed", "interview_scheduled", "offer_sent"),
    ),
    Module(
        "performance",
        "绩效管理",
        "Performance",
        0.9,
        0.6,
        1.7,
        _REVIEWS,
        ("goal_updated", "review_submitted", "feedback_given"),
    ),
    Module(
        "learning",
        "学习发展",
        "Learning",
        0.7,
        0.6,
        1.2,
        _CLASSES,
        ("course_opened", "course_completed", "exam_taken"),
    ),
    Module(
        "benefits",
        "福利保障",
        "Benefits",
        0.6,
        0.4,
        1.0,
        _EVEN,
        ("benefit_enrolled", "claim_submitted"),
    ),
    Module(
        "analytics",
        "人力分析",
        "People analytics",
        1.1,
        0.45,
        1.1,
        _BUDGETS,
        ("dashboard_viewed", "report_exported"),
    ),
    Module(
        "self_service",
        "员工自助",
        "Employee self-service",
        0.5,
        1.1,
        1.5,
        _EVEN,
        ("profile_updated", "certificate_requested", "approval_given"),
    ),
    Module(
        "talent",
        "人才盘点",
        "Talent review",
        1.0,
        0.35,
        0.8,
        _REVIEWS,
        ("talent_grid_viewed", "successor_named"),
    ),
)
MODULE_COUNT = len(MODULES)

# What one-off lines are booked on: work, not a product that is used.
IMPLEMENTATION_KEY = "implementation"
IMPLEMENTATION_NAME = "实施服务 Implementation services"

EVENTS: tuple[str, ...] = tuple(event for module in MODULES for event in module.events)
# Per module: the position of its first event in EVENTS, and how many it has.
EVENT_COUNTS = np.array([len(module.events) for module in MODULES])
FIRST_EVENTS = np.concatenate([[0], np.cumsum(EVENT_COUNTS)[:-1]])

PRICES = np.array([module.price for module in MODULES])
POPULARITY = np.array([module.popularity for module in MODULES])

_PAYROLL = [module.key for module in MODULES].index("payroll")
_PAYROLL_DAYS = (1, 2, 3, 4, 5, 24, 25, 26, 27, 28)


def demand(months: Integers, days_of_month: Integers) -> Floats:
    """How much each module is wanted on each day: array (days, modules).

    Payroll is worked on around its run, reviews at the turn of the half year, hiring in spring
    and autumn.
    """
    seasons: NDArray[np.float64] = np.array([module.season for module in MODULES]).T
    uses = np.array([module.use for module in MODULES])
    wanted = seasons[months] * uses
    wanted[:, _PAYROLL] *= np.where(np.isin(days_of_month, _PAYROLL_DAYS), 2.2, 0.4)
    return np.asarray(wanted)


def module_frame() -> pd.DataFrame:
    """One row per module: key, name, and the name in each language."""
    rows = [(module.key, module.name, module.chinese, module.english) for module in MODULES]
    chinese, english = IMPLEMENTATION_NAME.split(" ", 1)
    rows.append((IMPLEMENTATION_KEY, IMPLEMENTATION_NAME, chinese, english))
    return pd.DataFrame(rows, columns=["key", "name", "name_zh", "name_en"])
