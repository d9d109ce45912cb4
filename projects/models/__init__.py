from projects.models.change_requests import ChangeRequest
from projects.models.effort import Effort
from projects.models.plans import Phase, Plan, Side, Task, TaskBaseline, TaskLink
from projects.models.projects import Project
from projects.models.scope import Baseline, BaselineItem, Sow, SowItem
from projects.models.templates import PlanTemplate, PlanTemplateVersion

__all__ = [
    "Baseline",
    "BaselineItem",
    "ChangeRequest",
    "Effort",
    "Phase",
    "Plan",
    "PlanTemplate",
    "PlanTemplateVersion",
    "Project",
    "Side",
    "Sow",
    "SowItem",
    "Task",
    "TaskBaseline",
    "TaskLink",
]
