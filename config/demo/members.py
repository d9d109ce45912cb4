"""The demo's people who can sign in: users, teams and memberships."""

from __future__ import annotations

from accounts.actions.tenants import add_member
from accounts.models import Membership, Team, Tenant, User
from config.demo.people import MEMBERS, TEAMS


def add_members(tenant: Tenant, domain: str) -> list[Membership]:
    """Make the demo's members in the open scope, with their teams.

    New users get no password: they come in by the demo's sign-in page, or after `set_password`.
    """
    teams = {team.key: Team.objects.get_or_create(name=team.name)[0] for team in TEAMS}
    made: list[Membership] = []
    for member in MEMBERS:
        email = f"{member.address}@{domain}"
        user = User.objects.filter(email=email).first() or User.objects.create_user(
            email, name=member.name, language=member.language, timezone=tenant.timezone
        )
        team = teams.get(member.team)
        has_lead = Membership.objects.filter(team=team, leads_team=True).exists()
        made.append(
            add_member(
                user=user,
                roles=member.roles,
                team=team,
                leads_team=member.leads and not has_lead,
                by=None,
            )
        )
    return made
