from projects.models.change_requests import ChangeItem, ChangeRequest
from projects.models.effort import Effort
from projects.models.plans import Phase, Plan, Side, Task, TaskBaseline, TaskLink
from projects.models.projects import Project
from projects.models.requirements import Classification, Requirement
from projects.models.scope import Baseline, BaselineItem, Sow, SowItem
from projects.models.signing import CustomerAnswer, SignedScan, SigningLink, SigningQuestion
from projects.models.templates import PlanTemplate, PlanTemplateVersion

__all__ = [
    "Baseline",
    "BaselineItem",
    "ChangeItem",
    "ChangeRequest",
    "Classification",
    "CustomerAnswer",
    "Effort",
    "Phase",
    "Plan",
    "PlanTemplate",
    "PlanTemplateVersion",
    "Project",
    "Requirement",
    "Side",
    "SignedScan",
    "SigningLink",
    "SigningQuestion",
    "Sow",
    "SowItem",
    "Task",
    "TaskBaseline",
    "TaskLink",
]
