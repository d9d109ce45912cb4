from projects.models.change_requests import ChangeRequest
from projects.models.effort import Effort
from projects.models.projects import Project
from projects.models.scope import Baseline, BaselineItem, Sow, SowItem

__all__ = [
    "Baseline",
    "BaselineItem",
    "ChangeRequest",
    "Effort",
    "Project",
    "Sow",
    "SowItem",
]
