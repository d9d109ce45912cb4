"""The kinds of file whose facts live in this app."""

from projects.loads.change_requests import ChangeRequests
from projects.loads.effort import Efforts
from projects.loads.projects import Projects
from projects.loads.sow import SignedSows
from projects.loads.tasks import Tasks
from projects.loads.training import Training

KINDS = (Projects(), SignedSows(), Tasks(), ChangeRequests(), Efforts(), Training())

__all__ = ["KINDS"]
