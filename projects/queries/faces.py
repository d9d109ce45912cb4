"""Whom a customer turns to about a project, and how to reach them."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Colleague, Responsibility
from projects.models import Project


@dataclass(frozen=True)
class ShownFace:
    """``email``: a member's; of a name in a file none is known. Both empty: nobody is named."""

    name: str
    email: str


def face_colleague(project: Project) -> Colleague | None:
    """The one person of the vendor whom the customer turns to about a project: its manager until it
    is handed over, else the customer's face."""
    manager: Colleague | None = project.manager
    if project.handover_day is None and manager is not None:
        return manager
    current = (
        Responsibility.objects.filter(customer=project.customer_id, to_on__isnull=True)
        .select_related("colleague__membership__user")
        .first()
    )
    if current is not None and current.colleague is not None:
        found: Colleague = current.colleague
        return found
    return manager


def shown_face(project: Project) -> ShownFace:
    """The one face of a project, as the customer is told of it."""
    found = face_colleague(project)
    if found is None:
        return ShownFace("", "")
    membership = found.membership
    return ShownFace(
        found.name, membership.user.email if membership and membership.is_active else ""
    )
