"""What came from customers and nobody of ours has read yet."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import Membership
from projects.models import ManagerNotice, Project

SHOWN = 20


def unseen_notices(project: Project) -> list[ManagerNotice]:
    """A project's latest, the newest first; one query."""
    return list(_unseen().filter(project=project)[:SHOWN])


def notices_for(membership: Membership) -> list[ManagerNotice]:
    """Those of the projects that a member manages, the newest first; one query."""
    mine = _unseen().filter(project__manager__membership=membership)
    return list(mine.select_related("gate", "change_request", "project__customer")[:SHOWN])


def _unseen() -> QuerySet:
    return ManagerNotice.objects.filter(seen_at=None).select_related("gate", "change_request")
