"""Telling a project's manager what came from the customer: on screen, and by a letter."""

from __future__ import annotations

from django.utils import timezone

from accounts.actions.notifications import notify
from accounts.addresses import tenant_path
from accounts.letters import Letter, write_later
from accounts.models import Purpose, Tenant, User
from projects.actions.member_pages import address_of_page, letter_language
from projects.models import ChangeRequest, Gate, ManagerNotice, Project

Kind = ManagerNotice.Kind


def tell_manager(
    kind: str,
    *,
    about: Gate | ChangeRequest,
    project: Project,
    tenant: Tenant,
    name: str,
    words: str = "",
) -> ManagerNotice:
    """Keep a notice for the project's manager, and write them once the open transaction is done:
    in their language, and only to a member, since a name in a file has no address.

    Args:
        kind: a ``ManagerNotice.Kind``.
        name: who it comes from.
        words: their reason or question; of silence, the clause.
    """
    is_gate = isinstance(about, Gate)
    notice: ManagerNotice = ManagerNotice.objects.create(
        project=project,
        kind=kind,
        gate=about if is_gate else None,
        change_request=None if is_gate else about,
        name=name,
        words=words,
    )
    route = "gate" if is_gate else "change_request"
    manager = Project.objects.select_related("manager__membership__user").get(pk=project.pk).manager
    member = manager.membership if manager else None
    notify(
        member=member,
        kind=f"project.{kind}",
        values={"title": about.title, "project": project.name},
        path=tenant_path(route, project.pk, about.pk),
        about=about,
        key=f"manager-notice:{notice.pk}",
    )
    if member is not None and member.is_active and member.user.email:
        letter = Letter(
            template="projects/letters/notice",
            context={
                "kind": str(kind),
                "kind_label": Kind(kind).label,
                "title": about.title,
                "project": project.name,
                "name": name,
                "words": words,
                "address": address_of_page(tenant, route, project.pk, about.pk),
            },
            language=letter_language(member.user),
        )
        write_later(letter, member.user.email, purpose=Purpose.NOTICE, member=member, about=about)
    return notice


def mark_seen(*, notice: ManagerNotice, by: User | None) -> None:
    """Somebody has read it; it is not shown any more."""
    ManagerNotice.objects.filter(pk=notice.pk, seen_at=None).update(
        seen_at=timezone.now(), seen_by=by
    )
