"""Teams: made, renamed, taken away."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import Membership, Team, User


@transaction.atomic
def create_team(*, name: str, by: User | None) -> Team:
    """A team without members yet.

    Raises:
        ValidationError: the name is empty or taken.
    """
    team = Team(name=_free_name(name))
    team.save()
    record("team.created", by=by, about=team)
    return team


@transaction.atomic
def rename_team(*, team: Team, name: str, by: User | None) -> Team:
    """Raises ValidationError when the name is empty or another team's."""
    old, team.name = team.name, _free_name(name, but=team)
    if old != team.name:
        team.save(update_fields=["name"])
        record("team.renamed", by=by, about=team, before=old, after=team.name)
    return team


@transaction.atomic
def delete_team(*, team: Team, by: User | None) -> None:
    """The team goes; its members stay members, without a team."""
    members = Membership.objects.filter(team=team)
    record("team.deleted", by=by, about=team, members=members.count())
    # One statement: a lead without a team is refused by the database.
    members.update(team=None, leads_team=False)
    team.delete()


def _free_name(name: str, but: Team | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": _("A team needs a name.")})
    taken = Team.objects.filter(name=name)
    if but is not None:
        taken = taken.exclude(pk=but.pk)
    if taken.exists():
        raise ValidationError({"name": _("There is a team with this name.")})
    return name
