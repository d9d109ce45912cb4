"""The demo's people, who may sign in with one click."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.models import DirectoryEntry, Invitation, Membership, Tenant, User
from accounts.tenancy import tenant_scope


@dataclass(frozen=True)
class DemoPerson:
    """``role``: the person's roles in words."""

    email: str
    label: str
    role: str
    user: User


def demo_people() -> list[DemoPerson]:
    """Members of demo tenants and of no other, who came with the demo: whoever was invited has a
    password of their own. Nobody unless DEMO_SIGN_IN is set."""
    if not settings.DEMO_SIGN_IN:
        return []
    tenants = list(Tenant.objects.filter(is_demo=True))
    elsewhere = set(
        DirectoryEntry.objects.exclude(slug__in=[tenant.slug for tenant in tenants]).values_list(
            "user_id", flat=True
        )
    )
    people: dict[int, DemoPerson] = {}
    for tenant in tenants:
        with tenant_scope(tenant.id):
            invited = list(Invitation.objects.values_list("email", flat=True))
            members = Membership.objects.filter(is_active=True, user__is_active=True)
            members = members.exclude(user__email__in=invited)
            for member in members.select_related("user", "team").order_by("pk"):
                if member.user_id not in elsewhere and member.user_id not in people:
                    people[member.user_id] = DemoPerson(
                        member.user.email, str(member.user), _roles(member), member.user
                    )
    return list(people.values())


def _roles(member: Membership) -> str:
    words = member.role_words
    return f"{words} · {member.team}" if member.leads_team else words
