from projects.models.acceptance import Acceptance
from projects.models.change_requests import ChangeItem, ChangeRequest
from projects.models.customer_pages import OpenedLink, ProjectPageLink
from projects.models.effort import Effort
from projects.models.gates import Gate, PassiveClause
from projects.models.handovers import (
    Handover,
    HandoverAnswer,
    HandoverItem,
    HandoverItemNote,
    HandoverRound,
)
from projects.models.notices import ManagerNotice
from projects.models.payments import MilestonePayment
from projects.models.plans import Phase, Plan, Side, Task, TaskBaseline, TaskLink
from projects.models.projects import Project
from projects.models.requirements import Classification, Requirement
from projects.models.risks import Level, Risk
from projects.models.scope import Baseline, BaselineItem, Sow, SowItem
from projects.models.sign_offs import SignOff, SignOffAnswer, SignOffLink, SignOffReminder
from projects.models.signing import CustomerAnswer, SignedScan, SigningLink, SigningQuestion
from projects.models.templates import PlanTemplate, PlanTemplateVersion
from projects.models.training import Attendance, SessionModule, TrainingSession
from projects.models.weeklies import WeeklyDrafting, WeeklyReport, WeeklyReportLink

__all__ = [
    "Acceptance",
    "Attendance",
    "Baseline",
    "BaselineItem",
    "ChangeItem",
    "ChangeRequest",
    "Classification",
    "CustomerAnswer",
    "Effort",
    "Gate",
    "Handover",
    "HandoverAnswer",
    "HandoverItem",
    "HandoverItemNote",
    "HandoverRound",
    "Level",
    "ManagerNotice",
    "MilestonePayment",
    "OpenedLink",
    "PassiveClause",
    "Phase",
    "Plan",
    "PlanTemplate",
    "PlanTemplateVersion",
    "Project",
    "ProjectPageLink",
    "Requirement",
    "Risk",
    "SessionModule",
    "Side",
    "SignOff",
    "SignOffAnswer",
    "SignOffLink",
    "SignOffReminder",
    "SignedScan",
    "SigningLink",
    "SigningQuestion",
    "Sow",
    "SowItem",
    "Task",
    "TaskBaseline",
    "TaskLink",
    "TrainingSession",
    "WeeklyDrafting",
    "WeeklyReport",
    "WeeklyReportLink",
]
