"""What reports are: figures of a period, and what is made of them."""

from reports.models.figures import FigureCheck, FigureSet, Restatement
from reports.models.goals import KpiGoal, KpiGoalVersion
from reports.models.recipients import ReportAnswer, ReportAudience, ReportLink, ReportRecipient
from reports.models.reports import Report, ReportChange, ReportSettings
from reports.models.runs import ReportFailure, ReportRun
from reports.models.templates import ReportLogo, ReportTemplate

__all__ = [
    "FigureCheck",
    "FigureSet",
    "KpiGoal",
    "KpiGoalVersion",
    "Report",
    "ReportAnswer",
    "ReportAudience",
    "ReportChange",
    "ReportFailure",
    "ReportLink",
    "ReportLogo",
    "ReportRecipient",
    "ReportRun",
    "ReportSettings",
    "ReportTemplate",
    "Restatement",
]
