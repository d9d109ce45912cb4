"""Changing what members do, and letting them go. A tenant always keeps an administrator."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actions.audit import record
from accounts.models import DirectoryEntry, Membership, Role, Team, Tenant, User
from accounts.signals import membership_changed
from accounts.tenancy import current_tenant_id


@transaction.atomic
def change_member(
    *,
    membership: Membership,
    roles: Sequence[str],
    team: Team | None,
    leads_team: bool,
    by: User | None,
) -> Membership:
    """Give a member these roles and this place. A team has one lead: a new one replaces the old.

    Raises:
        ValidationError: no roles; a lead without a team; it would leave no administrator.
    """
    if not roles or set(roles) - set(Role.values):
        raise ValidationError({"roles": _("Choose at least one role.")})
    if leads_team and team is None:
        raise ValidationError({"leads_team": _("Choose the team that this person leads.")})
    _lock_administrators()
    if Role.ADMIN not in roles:
        _keep_an_administrator(membership, field="roles")
    before = _described(membership)
    if leads_team:
        Membership.objects.filter(team=team, leads_team=True).exclude(pk=membership.pk).update(
            leads_team=False
        )
    membership.roles = list(roles)
    membership.team = team
    membership.leads_team = leads_team
    membership.save(update_fields=["roles", "team", "leads_team"])
    after = _described(membership)
    if after != before:
        record("member.changed", by=by, about=membership, before=before, after=after)
        membership_changed.send(sender=Membership, membership=membership)
    return membership


@transaction.atomic
def deactivate_member(*, membership: Membership, by: User | None) -> None:
    """The member can no longer enter the tenant; what they did, and are named for, stays.

    Raises:
        ValidationError: it is the last administrator, or ``by``.
    """
    _lock_administrators()
    if by is not None and membership.user_id == by.pk:
        raise ValidationError(_("You cannot deactivate yourself; another administrator can do it."))
    _keep_an_administrator(membership)
    membership.is_active = False
    membership.leads_team = False
    membership.save(update_fields=["is_active", "leads_team"])
    DirectoryEntry.objects.filter(user=membership.user_id, slug=_tenant().slug).delete()
    record("member.deactivated", by=by, about=membership)
    membership_changed.send(sender=Membership, membership=membership)


@transaction.atomic
def reactivate_member(*, membership: Membership, by: User | None) -> None:
    """The member may enter again, with the roles they had."""
    membership.is_active = True
    membership.save(update_fields=["is_active"])
    tenant = _tenant()
    DirectoryEntry.objects.update_or_create(
        user_id=membership.user_id, slug=tenant.slug, defaults={"name": tenant.name}
    )
    record("member.reactivated", by=by, about=membership)
    membership_changed.send(sender=Membership, membership=membership)


def _tenant() -> Tenant:
    return Tenant.objects.get(pk=current_tenant_id())


def _described(membership: Membership) -> dict[str, object]:
    return {
        "roles": sorted(membership.roles),
        "team": membership.team.name if membership.team else None,
        "leads_team": membership.leads_team,
    }


def _lock_administrators() -> None:
    """Two administrators who remove each other at once do so one after the other."""
    list(
        Membership.objects.select_for_update()
        .filter(is_active=True, roles__contains=[Role.ADMIN])
        .order_by("pk")
    )


def _keep_an_administrator(membership: Membership, field: str = "") -> None:
    others = Membership.objects.filter(is_active=True, roles__contains=[Role.ADMIN]).exclude(
        pk=membership.pk
    )
    if Role.ADMIN in membership.roles and membership.is_active and not others.exists():
        reason = _("This is the last administrator; make somebody else one first.")
        raise ValidationError({field: reason} if field else reason)
