"""Whom a customer turns to about a project, and how to reach them."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Colleague, Responsibility, User
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


def face_of(project: Project) -> str:
    """The name of the one face; empty where nobody is."""
    found = face_colleague(project)
    return found.name if found else ""


def shown_face(project: Project) -> ShownFace:
    """The one face of a project, as the customer is told of it."""
    found = face_colleague(project)
    if found is None:
        return ShownFace("", "")
    user = _member(found)
    return ShownFace(found.name, user.email if user else "")


def face_member(project: Project) -> User | None:
    """The member who is the face; None where it is nobody or only a name in a file."""
    found = face_colleague(project)
    return _member(found) if found else None


def _member(colleague: Colleague) -> User | None:
    membership = colleague.membership
    return membership.user if membership and membership.is_active else None
