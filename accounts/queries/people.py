"""Members, teams and invitations as their screens list them."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from accounts.models import Colleague, Customer, Invitation, Membership, Team


def members(*, text: str = "", role: str = "", team: str = "", state: str = "") -> QuerySet:
    """Members of the tenant with user and team.

    Args:
        text: part of the name or address.
        team: a team's id, or ``none``.
        state: ``active``, ``inactive`` or empty for both.
    """
    found = Membership.objects.select_related("user", "team")
    if text:
        found = found.filter(Q(user__name__icontains=text) | Q(user__email__icontains=text))
    if role:
        found = found.filter(roles__contains=[role])
    if team == "none":
        found = found.filter(team=None)
    elif team.isdecimal():
        found = found.filter(team=int(team))
    if state in {"active", "inactive"}:
        found = found.filter(is_active=state == "active")
    return found


def teams() -> QuerySet:
    """Teams with ``people``, the number of active members."""
    return Team.objects.annotate(
        people=Count("members", filter=Q(members__is_active=True))
    ).order_by("name")


def leads() -> dict[int, Membership]:
    """Team id → the member who leads it."""
    found = Membership.objects.filter(leads_team=True).select_related("user")
    return {member.team_id: member for member in found}


def invitations() -> QuerySet:
    """All invitations, the waiting ones first."""
    return Invitation.objects.select_related("team", "invited_by").order_by(
        "accepted_at", "revoked_at", "-created_at"
    )


def customers_named_for(membership: Membership) -> int:
    """How many customers would look for another face if this member left."""
    colleagues = Colleague.objects.filter(membership=membership).values("pk")
    return int(
        Customer.objects.filter(
            responsibilities__to_on__isnull=True, responsibilities__colleague__in=colleagues
        ).count()
    )
